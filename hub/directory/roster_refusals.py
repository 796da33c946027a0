"""Why an edit of the roster was refused, with the ids that its sentence needs; whoever shows it says it in words."""

from enum import StrEnum


class RosterRefusal(StrEnum):
    """The closed list; words in Chinese and English are `roster_refusal.<value>` in `hub/web/words/roster.py`."""

    UNKNOWN_PERSON = "unknown_person"
    PERSON_LEFT = "person_left"
    UNREACHABLE = "unreachable"
    UNKNOWN_CENTRE = "unknown_centre"
    UNKNOWN_SHIFT = "unknown_shift"
    UNKNOWN_LEAVE = "unknown_leave"
    UNKNOWN_COVER = "unknown_cover"
    UNKNOWN_HOLIDAY = "unknown_holiday"
    ROLE_NOT_ROSTERED = "role_not_rostered"
    CENTRE_NEEDED = "centre_needed"
    CALL_CENTRE_ROLE = "call_centre_role"
    NO_DAYS = "no_days"
    SAME_SHIFT = "same_shift"
    DESK_UNSTAFFED = "desk_unstaffed"
    IN_THE_PAST = "in_the_past"
    ENDS_BEFORE = "ends_before"
    LEAVE_OVERLAPS = "leave_overlaps"
    COVERS_ONESELF = "covers_oneself"
    NOTHING_TO_COVER = "nothing_to_cover"
    COVER_AWAY = "cover_away"
    COVER_OVERLAPS = "cover_overlaps"
    TOO_LONG = "too_long"
    NOT_STAFF = "not_staff"
    OTHER_COMPANY = "other_company"
    STILL_AWAY = "still_away"
    COVER_CIRCLE = "cover_circle"
    ALREADY_CONFIRMED = "already_confirmed"
    ALREADY_DECLINED = "already_declined"
    COVER_OVER = "cover_over"
    NOT_YOURS = "not_yours"
    NOT_ILL = "not_ill"
    HAS_LOG_IN = "has_log_in"
    SAME_TIMES = "same_times"


class RosterRefused(ValueError):
    """The edit would not fit; nothing was changed. `about` holds ids, dates and words of closed lists, never a name."""

    def __init__(self, code: RosterRefusal, **about: object) -> None:
        self.code = code
        self.about = {key: str(value) for key, value in about.items()}
        super().__init__(" ".join((code.value, *(f"{key}={value}" for key, value in self.about.items()))))
