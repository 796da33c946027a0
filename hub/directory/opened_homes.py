"""Opens homes in the directory: whose press a person has answered is active from then on.

The core decides and journals it (`hub/core/membership.py`); this follows, as often as it is asked. What was done once it finds
done, so a crash between the two costs nothing but the time until it is asked again.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.core.home import Home, Membership
from hub.directory import residences
from hub.directory.keeper import SYSTEM, DirectoryKeeper
from hub.directory.model import Directory, holds
from hub.directory.refusals import EditRefused
from hub.directory.validation import DirectoryProblems
from hub.store.change_log import Change, What

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proof:
    """A press that was answered by a person and brought to its end while the elder's home was not yet open."""

    elder_id: str
    home_id: str
    device_id: str
    alert_id: str
    answered_by: str
    at: datetime


def proofs(directory: Directory, homes: Mapping[str, Home], at: datetime) -> tuple[Proof, ...]:
    """For each elder who is not yet open and may be: the first press that proves it."""
    found: list[Proof] = []
    for residence in directory.residences:
        if residence.membership is not Membership.NOT_YET_OPEN or not holds(residence, at):
            continue
        home = homes.get(residence.home_id)
        if home is None:
            continue
        proven = [
            Proof(
                *(residence.elder_id, home.id, device_id, press.alert_id, press.proven_by),
                # Inputs of one moment differ by microseconds, and may lie those ahead of the clock.
                at=min(press.proven_at, at),
            )
            for device_id, press in home.presses.items()
            if device_id in home.profile.devices
            and press.proven_at is not None
            and press.proven_by is not None
            # Who moved in while the alert of somebody's earlier press was still open is proven by none of it.
            and (press.proven_pressed_at or press.proven_at) > residence.from_at
        ]
        if proven:
            found.append(min(proven, key=lambda proof: proof.at))
    return tuple(found)


def open_homes(keeper: DirectoryKeeper, homes: Mapping[str, Home], at: datetime) -> int:
    """Let the directory follow the presses; returns how many elders became active."""
    directory = keeper.directory
    opened = 0
    for proof in () if directory is None else proofs(directory, homes, at):
        line = Change(
            at,
            SYSTEM.id,
            What.MEMBERSHIP_CHANGED,
            "elder",
            proof.elder_id,
            {
                "to": Membership.ACTIVE.value,
                "home_id": proof.home_id,
                "device_id": proof.device_id,
                "alert_id": proof.alert_id,
                "answered_by": proof.answered_by,
            },
        )
        try:
            keeper.edit(lambda newest, proof=proof: _opened(newest, proof), line)  # type: ignore[misc]
            opened += 1
        except (EditRefused, DirectoryProblems) as refused:
            # Of one home; the others must not wait for it.
            log.warning("home %s stays as it is: %s", proof.home_id, refused)
    return opened


def _opened(directory: Directory, proof: Proof) -> Directory:
    return residences.open_by_press(directory, proof.elder_id, proof.at)
