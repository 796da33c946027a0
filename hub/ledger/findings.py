"""What is wrong with a ledger, or worth telling: a closed list of kinds, each at a place; `finding_texts` says them to people."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Kind(StrEnum):
    """Those of `NOTES` are told and keep nothing back; every other one refuses the whole ledger."""

    # the file
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    UNKNOWN_FORMAT = "unknown_format"
    OLD_EXCEL = "old_excel"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 - what a file has
    BROKEN_WORKBOOK = "broken_workbook"
    WEB_PAGE = "web_page"
    WRONG_ENCODING = "wrong_encoding"
    MOJIBAKE = "mojibake"
    WRONG_SEPARATOR = "wrong_separator"
    UNCLOSED_QUOTE = "unclosed_quote"
    # the sheet
    NOT_A_TABLE = "not_a_table"
    NO_ROWS = "no_rows"
    HIDDEN_TABLE = "hidden_table"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    ROW_TOO_LONG = "row_too_long"
    MERGED_ACROSS = "merged_across"
    # the cell
    FORMULA_ERROR = "formula_error"
    FORMULA_NOT_COMPUTED = "formula_not_computed"
    CELL_OF_HASHES = "cell_of_hashes"
    LOST_CHARACTERS = "lost_characters"
    BECAME_DATE = "became_date"
    BECAME_SERIAL = "became_serial"
    EXPONENT = "exponent"
    DIGITS_ZEROED = "digits_zeroed"
    LEADING_ZERO_LOST = "leading_zero_lost"
    MISSING_VALUE = "missing_value"
    UNKNOWN_CHOICE = "unknown_choice"
    NOT_A_NUMBER = "not_a_number"
    MINUTES_IMPOSSIBLE = "minutes_impossible"
    NOT_YES_OR_NO = "not_yes_or_no"
    LEVEL_OUT_OF_RANGE = "level_out_of_range"
    FLOOR_IMPOSSIBLE = "floor_impossible"
    BIRTH_YEAR_IMPOSSIBLE = "birth_year_impossible"
    BIRTH_YEARS_DIFFER = "birth_years_differ"
    IDENTITY_NUMBER_WRONG = "identity_number_wrong"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_WRONG = "phone_wrong"
    NOT_A_DATE = "not_a_date"
    NOT_A_TIME = "not_a_time"
    NOT_HOURS = "not_hours"
    NOT_WEEKDAYS = "not_weekdays"
    NOT_A_METHOD = "not_a_method"
    NOT_OVERRIDES = "not_overrides"
    ID_NOT_ALLOWED = "id_not_allowed"
    ID_IS_LOG_IN = "id_is_log_in"
    TEXT_TOO_LONG = "text_too_long"
    # the row, and rows together
    DUPLICATE_ID = "duplicate_id"
    DUPLICATE_ROW = "duplicate_row"
    SAME_PERSON_TWICE = "same_person_twice"
    CONTRADICTION = "contradiction"
    UNKNOWN_REFERENCE = "unknown_reference"
    AMBIGUOUS_REFERENCE = "ambiguous_reference"
    NO_ADDRESS = "no_address"
    ADDRESS_UNREADABLE = "address_unreadable"
    NOBODY_NAMED = "nobody_named"
    COVER_WITHOUT_DATES = "cover_without_dates"
    COMES_BACK = "comes_back"
    CONTACT_WITHOUT_NAME = "contact_without_name"
    PHONE_DIFFERS = "phone_differs"
    PHONE_NOT_KNOWN = "phone_not_known"
    MISTYPED_PERSON = "mistyped_person"
    # what the directory as a whole refuses
    BUTLER_LIST_FULL = "butler_list_full"
    NO_BUTLER = "no_butler"
    TWO_BUTLERS = "two_butlers"
    NO_INSTITUTION = "no_institution"
    NO_HOME = "no_home"
    TWO_HOMES = "two_homes"
    ROOM_OF_OTHER_HOME = "room_of_other_home"
    WORN_BY_STRANGER = "worn_by_stranger"
    NOT_REACHABLE = "not_reachable"
    LEFT_BUT_ASKED = "left_but_asked"
    ENDS_BEFORE_BEGIN = "ends_before_begin"
    BUTLER_OF_REGION = "butler_of_region"
    HOME_OR_REGION = "home_or_region"
    ONLY_BUTLERS_COVERED = "only_butlers_covered"
    DESK_IS_ROSTERED = "desk_is_rostered"
    DUTY_WITHOUT_CENTRE = "duty_without_centre"
    REGION_TOO_NARROW = "region_too_narrow"
    CENTRE_CIRCLE = "centre_circle"
    DESK_GAP = "desk_gap"
    UNKNOWN_POLICY = "unknown_policy"
    UNKNOWN_RULE = "unknown_rule"
    DOES_NOT_FIT = "does_not_fit"
    # told only
    SHEET_IGNORED = "sheet_ignored"
    SHEET_OF_NOTES = "sheet_of_notes"
    COLUMN_IGNORED = "column_ignored"
    ROW_SKIPPED = "row_skipped"
    EXAMPLE_SKIPPED = "example_skipped"
    MERGED_FILLED = "merged_filled"
    SERIAL_AS_DATE = "serial_as_date"
    DECIMAL_REMOVED = "decimal_removed"
    BIRTH_DAY_IMPOSSIBLE = "birth_day_impossible"
    TWO_PHONES = "two_phones"
    SHEET_HIDDEN = "sheet_hidden"
    ROWS_HIDDEN = "rows_hidden"
    COLUMN_HIDDEN = "column_hidden"
    PHONE_CHANGED = "phone_changed"
    NAMESAKES = "namesakes"
    MAYBE_MOVED = "maybe_moved"
    STAYS_OPEN = "stays_open"
    STAYS_NOT_OPEN = "stays_not_open"
    NOT_PROVEN = "not_proven"
    NEVER_ASKED = "never_asked"
    CENTRE_NOT_NEEDED = "centre_not_needed"


NOTES = frozenset(
    {
        Kind.SHEET_IGNORED,
        Kind.SHEET_OF_NOTES,
        Kind.COLUMN_IGNORED,
        Kind.ROW_SKIPPED,
        Kind.EXAMPLE_SKIPPED,
        Kind.MERGED_FILLED,
        Kind.SERIAL_AS_DATE,
        Kind.DECIMAL_REMOVED,
        Kind.BIRTH_DAY_IMPOSSIBLE,
        Kind.TWO_PHONES,
        Kind.SHEET_HIDDEN,
        Kind.ROWS_HIDDEN,
        Kind.COLUMN_HIDDEN,
        Kind.PHONE_CHANGED,
        Kind.NAMESAKES,
        Kind.MAYBE_MOVED,
        Kind.STAYS_OPEN,
        Kind.STAYS_NOT_OPEN,
        Kind.NOT_PROVEN,
        Kind.NEVER_ASKED,
        Kind.CENTRE_NOT_NEEDED,
    }
)


LINE = "№"
"""Before the number of a line in `Finding.data`: the texts say it in their language."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands. `line` as the spreadsheet numbers it, `letter` and `column` the column's letter and heading."""

    file: str = ""
    sheet: str = ""
    line: int | None = None
    column: str = ""
    letter: str = ""

    def at(self, column: str, letter: str) -> "Place":
        """The same row, at a column of it."""
        return replace(self, column=column, letter=letter)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or a note. `found` is the value as it stands in the cell; `data` fills the texts.

    It holds what people wrote into their ledger: for the screen of whoever imports it, never for a log.
    """

    kind: Kind
    place: Place = field(default_factory=Place)
    found: str = ""
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.kind not in NOTES


class Damage(Exception):
    """A cell that cannot be read; caught by the reader of its sheet, which knows the place."""

    def __init__(self, kind: Kind, **data: object) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.data = {key: str(value) for key, value in data.items()}
