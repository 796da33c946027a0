"""What a district's ledger costs: 5,000 elders on one sheet with their homes, butlers and contacts, and a sheet of devices.

In a process of its own, so that its memory can be told from everything else's.
"""

import io
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from hub.evaluation.figures import Figure
from tests.benchmarks.measurement import PROJECT

ELDERS = 5_000
_HEADS = (
    *("编号", "姓名", "称呼", "性别", "出生年份", "能力等级", "老人类别", "服务状态", "街道", "社区", "小区"),
    *("门牌号", "楼层", "有无电梯", "门锁密码", "家中电话", "养老管家", "管家电话"),
    *("联系人1", "联系人1电话", "联系人1关系", "联系人2", "联系人2电话", "联系人2关系", "备注"),
)
_DEVICES = ("设备编号", "设备类型", "老人", "安装位置", "可播报")


def measure(folder: Path, elders: int = ELDERS) -> list[Figure]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "台账.xlsx"
    path.write_bytes(ledger(elders))
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.ledger", str(path)],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["elders"] == elders, "the ledger of the load was refused"
    return [
        Figure(
            "ledger_import_s", found["read_s"] + found["plan_s"], f"s, {elders} elders read and planned", 10
        ),
        Figure("ledger_read_s", found["read_s"], "s, of which reading"),
        Figure("ledger_again_s", found["again_s"], "s, planned again: nothing changes"),
        Figure("ledger_import_mb", found["mb"], "MB more than before", 256),
    ]


def ledger(elders: int) -> bytes:
    """The workbook; the same for the same number."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("老人")
    sheet.append(list(_HEADS))
    for number in range(elders):
        butler = number // 20
        sheet.append(
            [
                *(f"e{number:05d}", f"老人{number:05d}", "王奶奶", "女", 1930 + number % 30, number % 5),
                *("独居、高龄", "在册", "槐荫街道", f"社区{number // 400}社区", f"小区{number // 100}苑"),
                *(f"{number % 9 + 1}-{number % 3 + 1}-{101 + number % 100}", number % 6 + 1, "否", "0123#"),
                *(f"0371-{55501234 + number}", f"管家{butler:03d}", f"138{12345678 + butler}"),
                *(
                    f"女儿{number}",
                    f"139{12345678 + number}",
                    "女儿",
                    f"儿子{number}",
                    f"137{12345678 + number}",
                    "儿子",
                    "听不见：直接上门",
                ),
            ]
        )
    devices = book.create_sheet("设备")
    devices.append(list(_DEVICES))
    for number in range(elders):
        devices.append([f"button-{number:05d}", "一键呼叫器", f"e{number:05d}", "卧室", "是"])
        devices.append([f"cord-{number:05d}", "拉绳", f"e{number:05d}", "卫生间", "否"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def main(path: Path) -> None:
    """Read and plan one file; prints what it took."""
    from datetime import UTC, datetime

    from hub.ledger.plan import plan
    from hub.ledger.reading import read_ledger

    at = datetime(2026, 3, 2, tzinfo=UTC)
    data = path.read_bytes()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    rows = read_ledger({path.name: data})
    read = time.perf_counter()
    done = plan(None, rows, at)
    planned = time.perf_counter()
    again = plan(done.directory, rows, at)
    ended = time.perf_counter()
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    elders = len(done.directory.elders) if done.directory is not None and not again.changes else 0
    print(
        json.dumps(
            {
                "elders": elders,
                "read_s": read - began,
                "plan_s": planned - read,
                "again_s": ended - planned,
                "mb": more / 1024,
                "errors": [str(one) for one in done.errors[:5]],
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
