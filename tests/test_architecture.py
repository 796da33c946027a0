"""Dependencies point inward: who may import whom, and who may read a clock, checked on the source itself."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("firmware_contracts", "device_sim", "hub")
ANY = ("",)
"""Matches every module."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one package may import: of this project, of other projects; and what of the standard library it may not."""

    name: str
    ours: tuple[str, ...]
    others: tuple[str, ...] = ANY
    not_of_stdlib: tuple[str, ...] = ()


_EFFECTS = (
    *(
        "asyncio",
        "concurrent",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "queue",
        "random",
        "secrets",
    ),
    *(
        "select",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
    ),
    *("urllib", "http", "uuid", "warnings"),
)
_CONTRACT = "firmware_contracts"

# The most special name first: a module belongs to the first layer that matches.
LAYERS = (
    Layer("firmware_contracts", ours=(_CONTRACT,), others=("pydantic", "pydantic_core")),
    Layer("device_sim", ours=("device_sim", _CONTRACT)),
    Layer(
        "hub.core", ours=("hub.core", f"{_CONTRACT}.vocabulary"), others=("numpy",), not_of_stdlib=_EFFECTS
    ),
    Layer("hub.clock", ours=(), others=()),
    Layer(
        "hub.store",
        ours=(
            "hub.store",
            "hub.core",
            "hub.clock",
            "hub.directory.model",
            "hub.directory.search",
            f"{_CONTRACT}.vocabulary",
        ),
    ),
    Layer("hub.ingest", ours=("hub.ingest", "hub.core", "hub.clock", _CONTRACT)),
    Layer("hub.notify", ours=("hub.notify", "hub.core", "hub.clock", _CONTRACT)),
    Layer(
        "hub.ledger",
        ours=(
            "hub.ledger",
            "hub.core",
            "hub.directory",
            "hub.store.change_log",
            "hub.store.change_concerns",
            "hub.web.words",
            f"{_CONTRACT}.vocabulary",
        ),
        others=("openpyxl",),
        not_of_stdlib=tuple(name for name in _EFFECTS if name != "io"),
    ),
    Layer(
        "hub.evaluation",
        ours=("hub.evaluation", "hub.core", f"{_CONTRACT}.vocabulary"),
        others=("numpy",),
        not_of_stdlib=("threading", "socket", "subprocess", "time"),
    ),
    Layer(
        "hub.series",
        ours=("hub.series", "hub.config", "hub.core", f"{_CONTRACT}.vocabulary"),
        others=("pydantic",),
        not_of_stdlib=("threading", "socket", "subprocess", "time"),
    ),
    Layer("hub", ours=("hub", _CONTRACT)),
)

# A module that only these may import: the composition root, and what speaks SQL.
RESERVED = {
    "hub.app": ("hub.app", "hub.__main__", "hub.demo"),
    "sqlalchemy": ("hub.store",),
    "sqlmodel": ("hub.store",),
    "sqlite3": ("hub.store",),
    "psycopg": ("hub.store",),
}

# What only these may use: time is an argument everywhere else, and waiting is for the one who can be woken.
CLOCKS = {
    "datetime.datetime.now": ("hub.clock", "device_sim"),
    "datetime.datetime.today": ("hub.clock", "device_sim"),
    "datetime.datetime.utcnow": (),
    "datetime.date.today": ("hub.clock", "device_sim"),
    "time.time": ("hub.clock", "device_sim"),
    "time.time_ns": ("hub.clock", "device_sim"),
    "time.sleep": ("hub.clock", "device_sim"),
}

# What the pure core may not call.
IMPURE_CALLS = ("print", "open", "input", "exec", "eval", "__import__")


def is_within(module: str, package: str) -> bool:
    """Whether `module` is `package` or lies in it; the empty package holds everything."""
    return not package or f"{module}.".startswith(f"{package}.")


def within_any(module: str, packages: tuple[str, ...]) -> bool:
    return any(is_within(module, package) for package in packages)


def imports(module: str, is_package: bool, tree: ast.Module) -> Iterator[tuple[int, str, str, str]]:
    """Each import as (line, local name, what that name stands for, imported module or its member)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                yield node.lineno, alias.asname or top, alias.name if alias.asname else top, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                path = module.split(".")
                parent = path[: len(path) - (node.level - 1 if is_package else node.level)]
                base = ".".join([*parent, *([base] if base else [])])
            for alias in node.names:
                # The member may itself be a module.
                imported = f"{base}.{alias.name}"
                yield node.lineno, alias.asname or alias.name, imported, imported


def full_name(node: ast.expr, names: dict[str, str]) -> str:
    """The dotted name an expression stands for, as far as the imports tell; empty when it is no name."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        owner = full_name(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def complaints(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Everything one module does against the tables above, each as one readable line."""
    tree = ast.parse(source)
    layer = next(layer for layer in LAYERS if is_within(module, layer.name))
    found: set[tuple[int, str]] = set()
    names: dict[str, str] = {}
    for line, local, stands_for, imported in imports(module, is_package, tree):
        names[local] = stands_for
        top = imported.split(".")[0]
        if top in PACKAGES:
            if not within_any(imported, layer.ours):
                allowed = ", ".join(layer.ours) or "nothing of this project"
                found.add((line, f"{layer.name} may import {allowed}; not {imported}"))
        elif top in sys.stdlib_module_names:
            if within_any(imported, layer.not_of_stdlib):
                found.add((line, f"{layer.name} is pure; it may not import {imported}"))
        elif not within_any(imported, layer.others):
            allowed = ", ".join(layer.others) or "nothing"
            found.add((line, f"{layer.name} may import {allowed} of other projects; not {imported}"))
        for reserved, users in RESERVED.items():
            if is_within(imported, reserved) and not within_any(module, users):
                found.add((line, f"only {', '.join(users)} may import {reserved}"))
        if imported in CLOCKS and not within_any(module, CLOCKS[imported]):
            found.add(
                (line, f"{imported}: time is an argument; only {' and '.join(CLOCKS[imported])} may use it")
            )
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            used = full_name(node, names)
            if used in CLOCKS and not within_any(module, CLOCKS[used]):
                who = " and ".join(CLOCKS[used]) or "nobody"
                found.add((node.lineno, f"{used}: time is an argument; only {who} may use it"))
        elif isinstance(node, ast.Call) and is_within(module, "hub.core"):
            called = full_name(node.func, names)
            if called in IMPURE_CALLS:
                found.add((node.lineno, f"hub.core is pure; it may not call {called}()"))
    return [f"{module}:{line}: {what}" for line, what in sorted(found)]


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def test_every_module_keeps_to_its_layer() -> None:
    found = [
        complaint
        for module, path in modules()
        for complaint in complaints(
            module, path.read_text(encoding="utf-8"), is_package=path.stem == "__init__"
        )
    ]
    assert not found, "against the direction of dependencies (tests/test_architecture.py):\n" + "\n".join(
        found
    )


def test_every_layer_of_the_table_exists() -> None:
    existing = {module for module, _ in modules()}
    assert {layer.name for layer in LAYERS} <= existing


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("hub.core.step", "import pydantic", "hub.core may import numpy of other projects; not pydantic"),
        ("hub.core.step", "from hub.store import tables", "not hub.store.tables"),
        ("hub.core.step", "from ..store.tables import Row", "not hub.store.tables.Row"),
        (
            "hub.core.step",
            "from firmware_contracts.messages import Call",
            "not firmware_contracts.messages.Call",
        ),
        ("hub.core.step", "from firmware_contracts import messages", "not firmware_contracts.messages"),
        ("hub.core.step", "def f():\n    import logging", "hub.core is pure; it may not import logging"),
        ("hub.core.step", "from random import choice", "it may not import random.choice"),
        ("hub.core.step", "print('x')", "it may not call print()"),
        ("firmware_contracts.topics", "from hub.core import home", "not hub.core.home"),
        ("device_sim.fleet", "import hub.core.home", "device_sim may import"),
        ("hub.web.api", "from hub import app", "only hub.app, hub.__main__, hub.demo may import hub.app"),
        ("hub.engine", "import hub.app as root", "may import hub.app"),
        ("hub.web.api", "from sqlalchemy import select", "only hub.store may import sqlalchemy"),
        ("hub.engine", "import sqlite3", "only hub.store may import sqlite3"),
        ("hub.store.store", "from hub.engine import Engine", "not hub.engine.Engine"),
        ("hub.ingest.mqtt", "from hub.store.store import Store", "not hub.store.store.Store"),
        ("hub.notify.sender", "from hub.web import api", "not hub.web.api"),
        (
            "hub.engine",
            "from datetime import datetime\ndatetime.now()",
            "hub.engine:2: datetime.datetime.now",
        ),
        (
            "hub.engine",
            "import datetime as dt\nread = dt.datetime.utcnow",
            "hub.engine:2: datetime.datetime.utcnow",
        ),
        ("hub.engine", "import time\nx = time.time()", "hub.engine:2: time.time"),
        ("hub.engine", "import time as t\nt.sleep(1)", "hub.engine:2: time.sleep"),
        ("hub.engine", "from time import sleep as wait", "hub.engine:1: time.sleep"),
    ],
)
def test_a_module_that_breaks_the_direction_is_named(module: str, source: str, complaint: str) -> None:
    found = complaints(module, source)
    assert any(complaint in line for line in found), found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "hub.core.step",
            "from datetime import datetime, timedelta\nimport numpy as np\nfrom hub.core.home import Home",
        ),
        ("hub.core.step", "from firmware_contracts.vocabulary import Kind\nfrom . import home"),
        ("hub.clock", "import time\nfrom datetime import datetime\ndatetime.now()\ntime.sleep(1)"),
        ("hub.__main__", "from hub.app import main"),
        ("hub.store.tables", "import sqlmodel\nfrom hub.core.home import Home"),
        ("hub.engine", "import time\ntime.monotonic()\nnow = object()\nnow.time.sleep"),
        ("device_sim.fleet", "import time\ntime.sleep(1)\nfrom firmware_contracts.messages import Call"),
    ],
)
def test_what_is_allowed_stays_unnamed(module: str, source: str) -> None:
    assert complaints(module, source) == []
