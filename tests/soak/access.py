"""Whether nobody gets in: every route of the app, asked with every role and scope and without a log-in."""

from datetime import timedelta
from pathlib import Path

from hub.evaluation.figures import Figure
from tests.web.route_table import disagreements, prove, rows
from tests.web.two_homes import two_homes


def measure(folder: Path, *, homes: int = 400) -> tuple[Figure, ...]:
    """What `tests/web/routes.txt` says, held against what a running hub answers."""
    with two_homes(folder, homes=homes, heartbeat=timedelta(milliseconds=60)) as world:
        unlike = disagreements(world.hub.app)
        proof = prove(world)
    for wrong in (*unlike, *proof.wrong):
        print(wrong, flush=True)
    return (
        Figure("routes_in_table", len(rows()), "routes"),
        Figure("routes_x_roles_checked", proof.checked, "answers", 3000, at_least=True),
        Figure("routes_wrong_answers", len(unlike) + len(proof.wrong), "answers", 0),
    )
