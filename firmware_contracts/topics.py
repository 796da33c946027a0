"""Topics of the contract: `care/v1/{cell}/{home}/{device}/{kind}` up, `.../cmd` down. Build and parse, nothing else."""

import re
from dataclasses import dataclass

from firmware_contracts.vocabulary import COMMAND_SEGMENT, ID_PATTERN, Kind, RejectReason

ROOT = "care/v1"

_ID = re.compile(ID_PATTERN)
_KINDS = {kind.value: kind for kind in Kind}
_SENDER = f"{ROOT}/" + "/".join(f"({ID_PATTERN[1:-1]})" for _ in range(3))
_UP = re.compile(f"{_SENDER}/({'|'.join(_KINDS)})")
_CMD = re.compile(f"{_SENDER}/{COMMAND_SEGMENT}")


@dataclass(frozen=True, slots=True)
class Address:
    """One device in one home of one cell, as its topic names it."""

    cell: str
    home: str
    device: str

    def up(self, kind: Kind) -> str:
        """The topic on which this device publishes messages of `kind`."""
        return f"{ROOT}/{self.cell}/{self.home}/{self.device}/{kind.value}"

    @property
    def cmd(self) -> str:
        """The topic on which this device is spoken to."""
        return f"{ROOT}/{self.cell}/{self.home}/{self.device}/{COMMAND_SEGMENT}"


def address(cell: str, home: str, device: str) -> Address:
    """A checked address; raises ValueError naming the part that may not stand in a topic."""
    for name, value in (("cell", cell), ("home", home), ("device", device)):
        if not _ID.fullmatch(value):
            raise ValueError(f"{name} {value!r} may not stand in a topic: it must match {ID_PATTERN}")
    return Address(cell, home, device)


def parse_up(topic: str) -> tuple[Address, Kind] | None:
    """The sender and kind of an upward topic, or None when it is not one of this contract."""
    match = _UP.fullmatch(topic)
    if match is None:
        return None
    cell, home, device, kind = match.groups()
    return Address(cell, home, device), _KINDS[kind]


def why_not_up(topic: str) -> RejectReason | None:
    """What is wrong with a topic that `parse_up` does not take; None when nothing is."""
    parts = topic.split("/")
    if len(parts) != 6 or parts[0] != "care" or parts[1] != "v1":
        return RejectReason.NOT_THIS_CONTRACT
    if not all(_ID.fullmatch(part) for part in parts[2:5]):
        return RejectReason.BAD_ID
    return None if parts[5] in _KINDS else RejectReason.UNKNOWN_KIND


def parse_cmd(topic: str) -> Address | None:
    """The device that a downward topic speaks to, or None when it is not one of this contract."""
    match = _CMD.fullmatch(topic)
    return None if match is None else Address(*match.groups())
