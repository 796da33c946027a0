"""What names a plan's changes: the same for the same, however late; another one for anything else."""

from datetime import timedelta

import pytest

from hub.directory.model import Directory
from hub.ledger.digest import digest
from hub.ledger.plan import plan
from hub.ledger.reading import read_ledger
from tests.ledger.ledgers import AT, elder, xlsx

LATER = AT + timedelta(minutes=20)
FLAGS = "独居、高龄、听不见"


def named(directory: Directory | None, row: dict[str, object], at: object = AT) -> str:
    found = plan(directory, read_ledger({"老人.xlsx": xlsx(row)}), at)  # type: ignore[arg-type]
    assert found.changes
    return digest(found, at)  # type: ignore[arg-type]


def test_what_begins_now_is_the_same_a_while_later() -> None:
    row = elder(老人类别=FLAGS)
    assert named(None, row) == named(None, row, LATER)


@pytest.mark.parametrize(
    "changed",
    [{"姓名": "王秀兰"}, {"门锁密码": "0124#"}, {"入住日期": "2026-03-01"}, {"老人类别": "独居、高龄"}],
    ids=str,
)
def test_anything_else_that_would_be_written_is_another_one(changed: dict[str, str]) -> None:
    row = elder(老人类别=FLAGS, 门锁密码="0123#")
    assert named(None, row) != named(None, row | changed)


def test_what_the_hub_had_before_counts() -> None:
    first, second = (
        plan(None, read_ledger({"老人.xlsx": xlsx(elder(能力等级=level))}), AT).directory for level in (1, 2)
    )
    assert named(first, elder(能力等级=3), LATER) != named(second, elder(能力等级=3), LATER)
