"""Topics of the contract: `care/v1/{cell}/{home}/{device}/{kind}` up, `.../cmd` down. Build and parse, nothing else."""

import re
from dataclasses import dataclass

from firmware_contracts.vocabulary import COMMAND_SEGMENT, ID_PATTERN, Kind

ROOT = "care/v1"

_ID = re.compile(ID_PATTERN)
_KINDS = {kind.value: kind for kind in Kind}


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
        if not _ID.match(value):
            raise ValueError(f"{name} {value!r} may not stand in a topic: it must match {ID_PATTERN}")
    return Address(cell, home, device)


def parse_up(topic: str) -> tuple[Address, Kind] | None:
    """The sender and kind of an upward topic, or None when it is not one of this contract."""
    parts = topic.split("/")
    if len(parts) != 6 or parts[0] != "care" or parts[1] != "v1":
        return None
    kind = _KINDS.get(parts[5])
    if kind is None or not (_ID.match(parts[2]) and _ID.match(parts[3]) and _ID.match(parts[4])):
        return None
    return Address(parts[2], parts[3], parts[4]), kind


def parse_cmd(topic: str) -> Address | None:
    """The device that a downward topic speaks to, or None when it is not one of this contract."""
    parts = topic.split("/")
    if len(parts) != 6 or parts[0] != "care" or parts[1] != "v1" or parts[5] != COMMAND_SEGMENT:
        return None
    if not (_ID.match(parts[2]) and _ID.match(parts[3]) and _ID.match(parts[4])):
        return None
    return Address(parts[2], parts[3], parts[4])
