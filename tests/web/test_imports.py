"""The web's modules build on each other in one direction, types included: what a change touches can be seen from its imports."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import hub.web

FOLDER = Path(hub.web.__file__).parent


def imported(path: Path) -> set[str]:
    """Modules of hub.web that a file names in an import, wherever it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "hub.web":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hub.web."):
            found.add(node.module.split(".")[2])
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[2] for name in node.names if name.name.startswith("hub.web.")}
    return found


def test_no_module_of_the_web_imports_one_that_builds_on_it() -> None:
    graph = {path.stem: imported(path) for path in FOLDER.glob("*.py")}
    assert "answer_memory" in graph["parts"]
    order = tuple(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
    assert order.index("parts") < order.index("app")
