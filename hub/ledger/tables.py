"""The tables of a ledger as data, in the order in which an export has them. Reading, export, templates and the columns of
`docs/ledger-columns.md` all follow from here."""

from hub.ledger import elder_tables, people_tables, place_tables, roster_tables
from hub.ledger.columns import Column, Table, TableName

__all__ = ["BY_NAME", "EXPORTED", "TABLES", "Column", "Table", "TableName"]

TABLES: tuple[Table, ...] = (
    place_tables.REGIONS,
    place_tables.COMPANIES,
    place_tables.CENTRES,
    people_tables.PEOPLE,
    people_tables.BUTLERS,
    people_tables.DEPUTIES,
    people_tables.HELPERS,
    people_tables.DESKS,
    people_tables.OPERATORS,
    people_tables.MANAGERS,
    people_tables.GUARDS,
    people_tables.GRID_WORKERS,
    people_tables.INSTITUTIONS,
    people_tables.DOCTORS,
    elder_tables.HOMES,
    elder_tables.ELDERS,
    elder_tables.RESIDENCES,
    people_tables.CONTACTS,
    people_tables.KEYHOLDERS,
    people_tables.PARTNERS,
    place_tables.ROOMS,
    place_tables.DEVICES,
    place_tables.ASSIGNMENTS,
    people_tables.BONDS,
    roster_tables.SHIFTS,
    roster_tables.DATED_SHIFTS,
    roster_tables.LEAVES,
    roster_tables.COVERS,
    roster_tables.HOLIDAYS,
)

BY_NAME = {table.name: table for table in TABLES}
EXPORTED = tuple(table for table in TABLES if table.exported)
