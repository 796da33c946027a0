"""Why an edit of the directory was refused, with the ids that its sentence needs; page and command line say it in words."""

from enum import StrEnum


class EditRefusal(StrEnum):
    """The closed list; words in Chinese and English are `refusal.<value>` in `hub/web/words/enrol.py`."""

    ID_TAKEN = "id_taken"
    ADDRESS_TAKEN = "address_taken"
    ID_NOT_ALLOWED = "id_not_allowed"
    UNKNOWN_REGION = "unknown_region"
    UNKNOWN_CENTRE = "unknown_centre"
    UNKNOWN_HOME = "unknown_home"
    UNKNOWN_ELDER = "unknown_elder"
    UNKNOWN_ROOM = "unknown_room"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_PERSON = "unknown_person"
    ROOM_OF_OTHER_HOME = "room_of_other_home"
    NOT_A_RESIDENT = "not_a_resident"
    NO_BUTLER = "no_butler"
    LIST_FULL = "list_full"
    ALREADY_HERE = "already_here"
    ASSIGNED_ELSEWHERE = "assigned_elsewhere"
    NOT_ASSIGNED = "not_assigned"
    OTHER_KIND = "other_kind"
    LIVES_ELSEWHERE = "lives_elsewhere"
    WAS_HERE_BEFORE = "was_here_before"
    NOT_HOUSED = "not_housed"
    SAME_MEMBERSHIP = "same_membership"
    NOT_FROM_HERE = "not_from_here"
    BEFORE_IT_BEGAN = "before_it_began"
    PLANNED_ALREADY = "planned_already"
    CHANGED_SINCE = "changed_since"
    ENDS_BEFORE = "ends_before"


class EditRefused(ValueError):
    """The edit would not fit; nothing was changed. `about` holds ids, dates and words of closed lists, never a name."""

    def __init__(self, code: EditRefusal, **about: object) -> None:
        self.code = code
        self.about = {key: str(value) for key, value in about.items()}
        super().__init__(" ".join((code.value, *(f"{key}={value}" for key, value in self.about.items()))))
