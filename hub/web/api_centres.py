"""The API of centres: which company runs each, and moving one to another company with its homes and their history."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends

from hub.directory import people_edits
from hub.directory.in_order import in_order
from hub.directory.model import Directory
from hub.directory.people_edits import MovedCentre, NoSuchEntry
from hub.store.change_log import Change, What
from hub.web.access import Permission
from hub.web.api_people import directory_of, edit
from hub.web.guard import User
from hub.web.models import PersonRef
from hub.web.models_accounts import CentreMoved, CentreMoveIn, CentreOut
from hub.web.parts import Parts, PartsDep, allowed
from hub.web.problems import RESPONSES, Problem, not_found

router = APIRouter(prefix="/api/v1", tags=["centres"], responses=RESPONSES)

MovesCentres = Annotated[User, Depends(allowed(Permission.MOVE_CENTRE))]


@router.get("/centres")
async def list_centres(parts: PartsDep, user: MovesCentres) -> list[CentreOut]:
    """Large centres first, each followed by the small ones that back up to it."""
    return await asyncio.to_thread(_centres, directory_of(parts))


@router.post("/centres/{centre_id}/company")
async def move_centre(centre_id: str, body: CentreMoveIn, parts: PartsDep, user: MovesCentres) -> CentreMoved:
    """The centre and the small ones of the same company that back up to it (`alone`: only itself) go to another company: with
    their homes, the history of these, and all that log-ins of the companies see, at once."""
    try:
        planned = _plan(directory_of(parts), centre_id, body)
    except NoSuchEntry:
        raise not_found("centre or company", "centre_id, company_id") from None
    if planned.company_before == body.company_id:
        raise Problem(
            409,
            "same_company",
            "The centre belongs to this company already.",
            where="company_id",
            remedy="Choose another company.",
        )
    data = {
        "company_before": planned.company_before,
        "company": body.company_id,
        "centres": list(planned.centres),
        "homes": planned.homes,
    }
    line = Change(parts.hub.now(), user.login, What.CENTRE_MOVED, "centre", centre_id, data)
    await edit(parts, lambda directory: _plan(directory, centre_id, body).directory, line)
    return _moved(parts, planned, centre_id, body.company_id)


def _plan(directory: Directory, centre_id: str, body: CentreMoveIn) -> MovedCentre:
    return people_edits.move_centre(directory, centre_id, body.company_id, alone=body.alone)


def _moved(parts: Parts, moved: MovedCentre, centre_id: str, company_id: str) -> CentreMoved:
    directory = directory_of(parts)
    companies = {company.id: PersonRef(id=company.id, name=company.name) for company in directory.companies}
    centres = {centre.id: PersonRef(id=centre.id, name=centre.name) for centre in directory.centres}
    return CentreMoved(
        centre=centres[centre_id],
        company=companies[company_id],
        company_before=companies.get(moved.company_before or ""),
        centres=[centres[one] for one in moved.centres],
        homes=moved.homes,
    )


def _centres(directory: Directory) -> list[CentreOut]:
    companies = {company.id: PersonRef(id=company.id, name=company.name) for company in directory.companies}
    names = {centre.id: centre.name for centre in directory.centres}
    homes: dict[str | None, int] = {}
    for home in directory.homes:
        homes[home.centre_id] = homes.get(home.centre_id, 0) + 1
    ordered = sorted(
        directory.centres,
        key=lambda one: (
            in_order(names.get(one.parent_id or one.id, "")),
            one.parent_id or one.id,
            one.parent_id is not None,
            in_order(one.name),
            one.id,
        ),
    )
    return [
        CentreOut(
            id=centre.id,
            name=centre.name,
            parent=PersonRef(id=centre.parent_id, name=names[centre.parent_id])
            if centre.parent_id in names and centre.parent_id is not None
            else None,
            company=companies.get(centre.company_id or ""),
            homes=homes.get(centre.id, 0),
        )
        for centre in ordered
    ]
