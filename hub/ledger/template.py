"""Empty ledgers to fill in: a workbook of sheets with headings, an example that the import skips, and what each column takes."""

from hub.ledger.tables import BY_NAME, Column, Table, TableName
from hub.ledger.workbook import csv_file, packed, workbook
from hub.web.words.said import Language

SHEETS = (
    TableName.ELDERS,
    TableName.BUTLERS,
    TableName.DEPUTIES,
    TableName.CENTRES,
    TableName.COMPANIES,
    TableName.GUARDS,
    TableName.DEVICES,
    TableName.OPERATORS,
    TableName.MANAGERS,
    TableName.DESKS,
    TableName.SHIFTS,
)
"""What a centre begins with; the other tables are in an export."""

_LEFT_OUT = frozenset(
    {
        "methods",
        "city",
        "region",
        "rank",
        "partner_1",
        "partner_1_phone",
        "partner_1_relation",
        "contact_3",
        "contact_3_phone",
        "contact_3_relation",
        "doctor_1_relation",
        "special_hours",
        "family",
        "silent_after",
        "days",
        "identity",
        "house_number",
        "address",
    }
)
_EXAMPLES: dict[str, tuple[str, str]] = {
    "name": ("王秀英", "Wang Xiuying"),
    "phone": ("13812345678", "13812345678"),
    "district": ("槐荫区", "Huaiyin District"),
    "street": ("槐荫街道", "Huaiyin Street"),
    "community": ("梧桐社区", "Wutong Community"),
    "compound": ("梧桐苑", "Wutong Court"),
    "building": ("3号楼", "3"),
    "stair": ("2单元", "2"),
    "flat": ("501室", "501"),
    "floor": ("5", "5"),
    "lift": ("否", "no"),
    "butler": ("张伟", "Zhang Wei"),
    "butler_phone": ("13900001111", "13900001111"),
    "contact_1": ("王丽", "Wang Li"),
    "contact_1_phone": ("13700002222", "13700002222"),
    "contact_1_relation": ("女儿", "daughter"),
    "membership": ("未开通", "not yet open"),
    "level": ("2", "2"),
    "flags": ("独居、高龄", "lives alone; very old"),
    "call_name": ("王奶奶", "Mrs Wang"),
    "gender": ("女", "woman"),
    "birth_year": ("1941", "1941"),
    "kind": ("一键呼叫器", "button"),
    "role": ("坐席", "operator"),
    "weekdays": ("周一至周日", "Mon-Sun"),
    "starts": ("08:00", "08:00"),
    "ends": ("20:00", "20:00"),
    "openings": ("周一至周六 08:00-18:00", "Mon-Sat 08:00-18:00"),
}


def columns(table: Table) -> list[Column]:
    """Those that a template shows."""
    return [column for column in table.columns if not column.shown and column.key not in _LEFT_OUT]


def template(language: Language) -> bytes:
    """The workbook of templates, with a sheet of notes at the end."""
    zh = language == "zh"
    tables = [BY_NAME[name] for name in SHEETS]
    notes = [["表", "列", "怎么填"] if zh else ["table", "column", "what to write"]]
    for table in tables:
        for column in columns(table):
            hint = column.hint[0 if zh else 1]
            must = ("必填。" if zh else "Must be given. ") if column.required else ""
            notes.append([table.title(language), column.title(language), must + hint])
    sheets = [(table, columns(table), [_example(table, language)]) for table in tables]
    return workbook(sheets, language, notes=notes, notes_title="说明" if zh else "notes")


def template_csv(language: Language) -> bytes:
    """The same tables as CSV files in one zip, in UTF-8 with the mark by which Excel knows it."""
    return packed(
        {
            f"{table.title(language)}.csv": csv_file(
                [column.title(language) for column in columns(table)], [_example(table, language)]
            )
            for table in (BY_NAME[name] for name in SHEETS)
        }
    )


def _example(table: Table, language: Language) -> list[str]:
    """A row that the import skips, by its first cell."""
    zh = language == "zh"
    row = [_EXAMPLES.get(column.key, ("", ""))[0 if zh else 1] for column in columns(table)]
    return ["示例" if zh else "example", *row[1:]]
