"""The law of names and numbers: after every import the hub calls whom a row names, by the number that it gives."""

from collections.abc import Mapping
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.core.alerts import Role
from hub.directory.model import Directory, holds
from hub.directory.reaching import number
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import read_ledger
from tests.ledger.ledgers import AT, csv_bytes, elder
from tests.ledger.test_merge import LATER

NAMES = st.sampled_from(["张伟", "赵敏", "张韦"])
PHONES = st.sampled_from(["13812345678", "138-1234-5678", "13877776666", "13999999999"])
DOORS = {f"e{n}": f"3-1-10{n}" for n in range(1, 5)}
COLUMNS = {
    "管家": Role.BUTLER,
    "家庭医生": Role.FAMILY_DOCTOR,
    "联系人1": Role.CONTACT,
    "钥匙保管人": Role.KEYHOLDER,
}


@st.composite
def ledgers(draw: st.DrawFn) -> Mapping[str, list[dict[str, Any]]]:
    rows = []
    for key in draw(st.lists(st.sampled_from(sorted(DOORS)), min_size=1, unique=True)):
        row = elder(编号=key, 姓名=f"老人{key}", 门牌号=DOORS[key], 管家=draw(NAMES), 管家电话=draw(PHONES))
        for column in draw(st.lists(st.sampled_from(sorted(set(COLUMNS) - {"管家"})), unique=True)):
            row |= {column: draw(NAMES), f"{column}电话": draw(PHONES)}
        rows.append(row)
    tables = {"老人": rows}
    for name in ("养老管家", "家庭医生"):
        found = draw(st.lists(st.tuples(NAMES, PHONES), max_size=3, unique=True))
        if found:
            tables[name] = [
                {
                    "姓名": who,
                    "电话": phone,
                    **({"老人": f"老人{rows[0]['编号']}"} if name == "家庭医生" else {}),
                }
                for who, phone in found
            ]
    return tables


def importing(before: Directory | None, tables: Mapping[str, list[dict[str, Any]]], at: Any) -> Plan:
    files = {f"{name}.csv": csv_bytes(*rows) for name, rows in tables.items()}
    return plan(before, read_ledger(files), at)


def called(directory: Directory, home_id: str, role: Role, at: Any) -> set[tuple[str, str]]:
    persons = {person.id: person for person in directory.persons}
    bonds = [one for one in directory.bonds if (one.home_id, one.role) == (home_id, role) and holds(one, at)]
    found = [persons[one.person_id] for one in bonds]
    return {(one.name, number(method.address)) for one in found for method in one.methods}


ZHANG, ZHAO = ("张伟", "13812345678"), ("赵敏", "13877776666")


def living(key: str, **named: tuple[str, str]) -> dict[str, Any]:
    row = elder(编号=key, 姓名=f"老人{key}", 门牌号=DOORS[key])
    for column, (name, phone) in named.items():
        row |= {column: name, f"{column}电话": phone}
    return row


OF_ZHANG = {"管家": ZHANG, "家庭医生": ZHANG, "联系人1": ZHANG}


@settings(max_examples=150, deadline=None)
@given(ledgers(), ledgers())
# A keyholder is the butler of another door, and has the number of somebody else now.
@example(
    {"老人": [living("e3", **OF_ZHANG, 钥匙保管人=ZHAO), living("e1", 管家=ZHAO)]},
    {"老人": [living("e3", **OF_ZHANG, 钥匙保管人=("赵敏", ZHANG[1]))]},
)
def test_who_is_called_is_who_the_row_names_with_its_number(
    first: Mapping[str, list[dict[str, Any]]], then: Mapping[str, list[dict[str, Any]]]
) -> None:
    directory: Directory | None = None
    for tables, at in ((first, AT), (then, LATER)):
        done = importing(directory, tables, at)
        if done.directory is None:
            continue
        before, directory = directory, done.directory
        homes = {one.elder_id: one.home_id for one in directory.residences}
        for row in tables["老人"]:
            for column, role in COLUMNS.items():
                if row.get(column):
                    wanted = (row[column], number(row[f"{column}电话"]))
                    assert wanted in called(directory, homes[row["编号"]], role, at), (row, column)
        # At other doors nobody is called at a new number without a word of them and of it.
        told = {
            (one.data.get("name", one.found), number(one.data.get("phone", one.found)))
            for one in done.findings
        }
        named = {homes[row["编号"]] for row in tables["老人"]}
        for home in before.homes if before is not None else ():
            for role in COLUMNS.values() if home.id not in named else ():
                was, now = (called(one, home.id, role, at) for one in (before, directory) if one is not None)
                assert now - was <= told, (home.id, role)
        again = importing(directory, tables, at)
        assert (again.errors, again.changes) == ((), ())
