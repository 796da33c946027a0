/* care_contract.h: what a device and the hub agree on, version 1. Written by: python -m firmware_contracts.export
 * Do not edit. The rules and their reasons: README.md (English), README.zh.md (Chinese).
 * C99, no dependency: macros only. */
#ifndef CARE_CONTRACT_H
#define CARE_CONTRACT_H

/* --- topics --- */
#define CARE_CONTRACT_VERSION 1  /* the v of every message */
#define CARE_TOPIC_ROOT "care/v1"
#define CARE_TOPIC_FORMAT "care/v1/%s/%s/%s/%s"  /* snprintf: cell, home, device, CARE_KIND_... */
#define CARE_CMD_TOPIC_FORMAT "care/v1/%s/%s/%s/cmd"  /* cell, home, device */
#define CARE_CMD_SEGMENT "cmd"  /* the last part of the topic on which the hub speaks */
#define CARE_TOPIC_SIZE 215  /* bytes of the longest topic, its closing zero included */
#define CARE_TOPIC(cell, home, device, kind) CARE_TOPIC_ROOT "/" cell "/" home "/" device "/" kind  /* literals only */
#define CARE_CMD_TOPIC(cell, home, device) CARE_TOPIC(cell, home, device, CARE_CMD_SEGMENT)  /* literals only */
#define CARE_USER_NAME_FORMAT "%s/%s/%s"  /* cell, home, device; also the client id */
#define CARE_USER_NAME_SIZE 195  /* bytes, its closing zero included */
#define CARE_ID_PATTERN "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"  /* cell, home, device */
#define CARE_ID_MIN_LENGTH 1
#define CARE_ID_MAX_LENGTH 64
#define CARE_EVENT_ID_PATTERN "^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$"  /* new for each press, the same in each repetition */
#define CARE_EVENT_ID_MIN_LENGTH 8
#define CARE_EVENT_ID_MAX_LENGTH 64

/* --- MQTT --- */
#define CARE_QOS 1  /* everything, both ways */
#define CARE_RETAIN_CALL 0
#define CARE_RETAIN_FALL 0
#define CARE_RETAIN_VITAL 0
#define CARE_RETAIN_BED 0
#define CARE_RETAIN_MOTION 0
#define CARE_RETAIN_CONTACT 0
#define CARE_RETAIN_ENVIRONMENT 0
#define CARE_RETAIN_STATUS 1  /* birth and last will */
#define CARE_RETAIN_HEARTBEAT 0
#define CARE_RETAIN_FAULT 0
#define CARE_URGENT_CALL 1  /* goes before what is 0 */
#define CARE_URGENT_FALL 1  /* goes before what is 0 */
#define CARE_URGENT_VITAL 0
#define CARE_URGENT_BED 0
#define CARE_URGENT_MOTION 0
#define CARE_URGENT_CONTACT 0
#define CARE_URGENT_ENVIRONMENT 0
#define CARE_URGENT_STATUS 0
#define CARE_URGENT_HEARTBEAT 0
#define CARE_URGENT_FAULT 1  /* goes before what is 0 */
#define CARE_KEEP_ALIVE_MAINS_S 60  /* at most */
#define CARE_KEEP_ALIVE_BATTERY_S 900  /* at most */
#define CARE_RECONNECT_FIRST_S 1  /* then doubled, each pause with the jitter below */
#define CARE_RECONNECT_LONGEST_S 60
#define CARE_SESSION_BREAK_S 60  /* after a longer break connect once with a clean session first */

/* --- limits --- */
#define CARE_PAYLOAD_MAX_BYTES 65536  /* a larger payload is refused */
#define CARE_COUNT_MAX 9007199254740991LL  /* boot, seq, uptime_ms, age_ms: 64 bits, never 32 */
#define CARE_DEPTH_MAX 200  /* levels of brackets */
#define CARE_SEQUENCE_WINDOW 128  /* further behind the newest seq is history */
#define CARE_BATTERY_PERCENT_MAX 100  /* a full battery */
#define CARE_RSSI_DBM_MIN (-150)  /* the weakest signal that can be told */
#define CARE_RSSI_DBM_MAX 20  /* the strongest one */
#define CARE_MODEL_MAX_LENGTH 64  /* characters, not bytes */
#define CARE_FIRMWARE_MAX_LENGTH 64  /* characters, not bytes */
#define CARE_DETAIL_MAX_LENGTH 200  /* characters, not bytes */
#define CARE_BY_MAX_LENGTH 64  /* characters; up to 4 bytes each */
#define CARE_SAY_MAX_LENGTH 200  /* characters; up to 4 bytes each */
#define CARE_VALID_FOR_MAX_S 3600  /* a state lapses after valid_for_s */
#define CARE_SPEAK_TIMES_MAX 5  /* how often a sentence is said */
#define CARE_BLINK_MAX_S 3600  /* seconds to blink */
#define CARE_SIREN_MAX_S 600  /* seconds to sound; 0 silences */
#define CARE_WINDOW_SAMPLES_MIN 20  /* samples [x, y, z] in g */
#define CARE_WINDOW_SAMPLES_MAX 2000  /* samples [x, y, z] in g */
#define CARE_WINDOW_RATE_MIN_HZ 20  /* samples per second */
#define CARE_WINDOW_RATE_MAX_HZ 200  /* samples per second */
#define CARE_WINDOW_RANGE_MIN_G 2  /* largest magnitude it can tell */
#define CARE_WINDOW_RANGE_MAX_G 32  /* largest magnitude it can tell */

/* --- a device's duty: repeat until heard --- */
#define CARE_REPEAT_AFTER_S { 2, 4, 8, 16, 32, 60 }  /* pauses; the last one repeats for ever */
#define CARE_REPEAT_COUNT 6  /* how many pauses the list has */
#define CARE_JITTER_PERCENT 20  /* each pause longer or shorter by up to this, at random */
#define CARE_UNHEARD_AFTER_S 60  /* then the device says itself that nobody has heard */
#define CARE_HEARTBEAT_EVERY_S 900  /* something must come at least this often */

/* --- what a device says: the last part of its topic --- */
#define CARE_KIND_CALL "call"
#define CARE_KIND_FALL "fall"
#define CARE_KIND_VITAL "vital"
#define CARE_KIND_BED "bed"
#define CARE_KIND_MOTION "motion"
#define CARE_KIND_CONTACT "contact"
#define CARE_KIND_ENVIRONMENT "environment"
#define CARE_KIND_STATUS "status"
#define CARE_KIND_HEARTBEAT "heartbeat"
#define CARE_KIND_FAULT "fault"
#define CARE_KIND_COUNT 10
#define CARE_KIND_ALL { CARE_KIND_CALL, CARE_KIND_FALL, CARE_KIND_VITAL, CARE_KIND_BED, CARE_KIND_MOTION, CARE_KIND_CONTACT, CARE_KIND_ENVIRONMENT, CARE_KIND_STATUS, CARE_KIND_HEARTBEAT, CARE_KIND_FAULT }  /* initialises an array of const char * */

/* --- call: what the key means --- */
#define CARE_ACTION_EMERGENCY "emergency"
#define CARE_ACTION_CANCEL "cancel"
#define CARE_ACTION_SERVICE "service"
#define CARE_ACTION_TEST "test"
#define CARE_ACTION_COUNT 4
#define CARE_ACTION_ALL { CARE_ACTION_EMERGENCY, CARE_ACTION_CANCEL, CARE_ACTION_SERVICE, CARE_ACTION_TEST }  /* initialises an array of const char * */

/* --- call: mandatory for the action service, absent otherwise --- */
#define CARE_CATEGORY_MEALS "meals"
#define CARE_CATEGORY_RECREATION "recreation"
#define CARE_CATEGORY_MEDICAL "medical"
#define CARE_CATEGORY_CLEANING "cleaning"
#define CARE_CATEGORY_SHOPPING "shopping"
#define CARE_CATEGORY_URGENT_HELP "urgent_help"
#define CARE_CATEGORY_OTHER "other"
#define CARE_CATEGORY_COUNT 7
#define CARE_CATEGORY_ALL { CARE_CATEGORY_MEALS, CARE_CATEGORY_RECREATION, CARE_CATEGORY_MEDICAL, CARE_CATEGORY_CLEANING, CARE_CATEGORY_SHOPPING, CARE_CATEGORY_URGENT_HELP, CARE_CATEGORY_OTHER }  /* initialises an array of const char * */

/* --- fall: what the device found; each phase has an event_id of its own --- */
#define CARE_PHASE_SUSPECTED "suspected"
#define CARE_PHASE_LYING "lying"
#define CARE_PHASE_GOT_UP "got_up"
#define CARE_PHASE_COUNT 3
#define CARE_PHASE_ALL { CARE_PHASE_SUSPECTED, CARE_PHASE_LYING, CARE_PHASE_GOT_UP }  /* initialises an array of const char * */

/* --- fall: where the sensor is worn --- */
#define CARE_PLACEMENT_WAIST "waist"
#define CARE_PLACEMENT_CHEST "chest"
#define CARE_PLACEMENT_WRIST "wrist"
#define CARE_PLACEMENT_POCKET "pocket"
#define CARE_PLACEMENT_NECK "neck"
#define CARE_PLACEMENT_COUNT 5
#define CARE_PLACEMENT_ALL { CARE_PLACEMENT_WAIST, CARE_PLACEMENT_CHEST, CARE_PLACEMENT_WRIST, CARE_PLACEMENT_POCKET, CARE_PLACEMENT_NECK }  /* initialises an array of const char * */

/* --- vital: the keys of readings, unit in the name --- */
#define CARE_MEASURE_HEART_RATE_BPM "heart_rate_bpm"
#define CARE_MEASURE_SPO2_PERCENT "spo2_percent"
#define CARE_MEASURE_RESPIRATION_PER_MIN "respiration_per_min"
#define CARE_MEASURE_TEMPERATURE_C "temperature_c"
#define CARE_MEASURE_SYSTOLIC_MMHG "systolic_mmhg"
#define CARE_MEASURE_DIASTOLIC_MMHG "diastolic_mmhg"
#define CARE_MEASURE_GLUCOSE_MMOL_L "glucose_mmol_l"
#define CARE_MEASURE_COUNT 7
#define CARE_MEASURE_ALL { CARE_MEASURE_HEART_RATE_BPM, CARE_MEASURE_SPO2_PERCENT, CARE_MEASURE_RESPIRATION_PER_MIN, CARE_MEASURE_TEMPERATURE_C, CARE_MEASURE_SYSTOLIC_MMHG, CARE_MEASURE_DIASTOLIC_MMHG, CARE_MEASURE_GLUCOSE_MMOL_L }  /* initialises an array of const char * */

/* --- bed: state --- */
#define CARE_BED_IN_BED "in_bed"
#define CARE_BED_OUT_OF_BED "out_of_bed"
#define CARE_BED_RESTLESS "restless"
#define CARE_BED_NO_BREATHING "no_breathing"
#define CARE_BED_COUNT 4
#define CARE_BED_ALL { CARE_BED_IN_BED, CARE_BED_OUT_OF_BED, CARE_BED_RESTLESS, CARE_BED_NO_BREATHING }  /* initialises an array of const char * */

/* --- contact: state --- */
#define CARE_CONTACT_OPEN "open"
#define CARE_CONTACT_CLOSED "closed"
#define CARE_CONTACT_COUNT 2
#define CARE_CONTACT_ALL { CARE_CONTACT_OPEN, CARE_CONTACT_CLOSED }  /* initialises an array of const char * */

/* --- environment: signals that are true or false --- */
#define CARE_HAZARD_SMOKE "smoke"
#define CARE_HAZARD_GAS "gas"
#define CARE_HAZARD_WATER "water"
#define CARE_HAZARD_CARBON_MONOXIDE "carbon_monoxide"
#define CARE_HAZARD_COUNT 4
#define CARE_HAZARD_ALL { CARE_HAZARD_SMOKE, CARE_HAZARD_GAS, CARE_HAZARD_WATER, CARE_HAZARD_CARBON_MONOXIDE }  /* initialises an array of const char * */

/* --- fault: what is wrong, or what is over when active is false --- */
#define CARE_FAULT_BATTERY_LOW "battery_low"
#define CARE_FAULT_BATTERY_GONE "battery_gone"
#define CARE_FAULT_MAINS_FAILED "mains_failed"
#define CARE_FAULT_MAINS_RESTORED "mains_restored"
#define CARE_FAULT_TAMPER "tamper"
#define CARE_FAULT_JAMMING "jamming"
#define CARE_FAULT_SELF_TEST_FAILED "self_test_failed"
#define CARE_FAULT_COUNT 7
#define CARE_FAULT_ALL { CARE_FAULT_BATTERY_LOW, CARE_FAULT_BATTERY_GONE, CARE_FAULT_MAINS_FAILED, CARE_FAULT_MAINS_RESTORED, CARE_FAULT_TAMPER, CARE_FAULT_JAMMING, CARE_FAULT_SELF_TEST_FAILED }  /* initialises an array of const char * */

/* --- cmd call_state: where a call stands; any of them means heard --- */
#define CARE_STATE_HEARD "heard"
#define CARE_STATE_ASKING "asking"
#define CARE_STATE_LOOKING "looking"
#define CARE_STATE_TAKEN "taken"
#define CARE_STATE_ON_THE_WAY "on_the_way"
#define CARE_STATE_CLOSED "closed"
#define CARE_STATE_COUNT 6
#define CARE_STATE_ALL { CARE_STATE_HEARD, CARE_STATE_ASKING, CARE_STATE_LOOKING, CARE_STATE_TAKEN, CARE_STATE_ON_THE_WAY, CARE_STATE_CLOSED }  /* initialises an array of const char * */

/* --- why the hub cannot read a message; never on the wire, for logs of a test bench --- */
#define CARE_REJECT_NOT_THIS_CONTRACT "not_this_contract"
#define CARE_REJECT_BAD_ID "bad_id"
#define CARE_REJECT_UNKNOWN_KIND "unknown_kind"
#define CARE_REJECT_EMPTY "empty"
#define CARE_REJECT_TOO_LARGE "too_large"
#define CARE_REJECT_NOT_UTF8 "not_utf8"
#define CARE_REJECT_NOT_JSON "not_json"
#define CARE_REJECT_TOO_DEEP "too_deep"
#define CARE_REJECT_NOT_AN_OBJECT "not_an_object"
#define CARE_REJECT_WRONG_VERSION "wrong_version"
#define CARE_REJECT_MISSING_FIELD "missing_field"
#define CARE_REJECT_WRONG_TYPE "wrong_type"
#define CARE_REJECT_OUT_OF_RANGE "out_of_range"
#define CARE_REJECT_UNKNOWN_VALUE "unknown_value"
#define CARE_REJECT_BAD_EVENT_ID "bad_event_id"
#define CARE_REJECT_INCONSISTENT "inconsistent"
#define CARE_REJECT_COUNT 16
#define CARE_REJECT_ALL { CARE_REJECT_NOT_THIS_CONTRACT, CARE_REJECT_BAD_ID, CARE_REJECT_UNKNOWN_KIND, CARE_REJECT_EMPTY, CARE_REJECT_TOO_LARGE, CARE_REJECT_NOT_UTF8, CARE_REJECT_NOT_JSON, CARE_REJECT_TOO_DEEP, CARE_REJECT_NOT_AN_OBJECT, CARE_REJECT_WRONG_VERSION, CARE_REJECT_MISSING_FIELD, CARE_REJECT_WRONG_TYPE, CARE_REJECT_OUT_OF_RANGE, CARE_REJECT_UNKNOWN_VALUE, CARE_REJECT_BAD_EVENT_ID, CARE_REJECT_INCONSISTENT }  /* initialises an array of const char * */

/* --- cmd: the type of a command --- */
#define CARE_CMD_CALL_STATE "call_state"
#define CARE_CMD_SELF_TEST "self_test"
#define CARE_CMD_SPEAK "speak"
#define CARE_CMD_BLINK "blink"
#define CARE_CMD_SIREN "siren"
#define CARE_CMD_COUNT 5
#define CARE_CMD_ALL { CARE_CMD_CALL_STATE, CARE_CMD_SELF_TEST, CARE_CMD_SPEAK, CARE_CMD_BLINK, CARE_CMD_SIREN }  /* initialises an array of const char * */

#endif /* CARE_CONTRACT_H */
