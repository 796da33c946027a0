"""Topics: whatever is built is parsed to the same, and nothing else is taken."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_contracts.topics import Address, address, parse_cmd, parse_up, why_not_up
from firmware_contracts.vocabulary import ID_PATTERN, Kind, RejectReason

ids = st.from_regex(re.compile(ID_PATTERN[:-1] + r"\Z", re.ASCII))
parts = st.one_of(
    ids, st.text(max_size=8), st.sampled_from(["care", "v1", "cmd", "+", "#", "", *Kind, "call\n", "a b"])
)


@given(cell=ids, home=ids, device=ids, kind=st.sampled_from(Kind))
def test_a_built_topic_parses_to_what_it_was_built_from(
    cell: str, home: str, device: str, kind: Kind
) -> None:
    sender = address(cell, home, device)
    assert parse_up(sender.up(kind)) == (sender, kind)
    assert why_not_up(sender.up(kind)) is None
    assert parse_cmd(sender.cmd) == sender
    assert parse_up(sender.cmd) is None
    assert parse_cmd(sender.up(kind)) is None


@given(st.lists(parts, max_size=8).map("/".join))
def test_a_topic_is_either_parsed_and_built_back_or_refused_with_a_reason(topic: str) -> None:
    parsed = parse_up(topic)
    if parsed is None:
        assert why_not_up(topic) in {
            RejectReason.NOT_THIS_CONTRACT,
            RejectReason.BAD_ID,
            RejectReason.UNKNOWN_KIND,
        }
    else:
        assert why_not_up(topic) is None
        sender, kind = parsed
        assert sender.up(kind) == topic


@given(st.lists(parts, min_size=3, max_size=4).map("/".join))
def test_a_command_topic_is_built_back_or_refused(rest: str) -> None:
    topic = f"care/v1/{rest}"
    sender = parse_cmd(topic)
    assert sender is None or sender.cmd == topic


@pytest.mark.parametrize("bad", ["", "a b", "a/b", "+", "#", "a.b", "-a", "a" * 65, "床", "a\n"])
@pytest.mark.parametrize("place", ["cell", "home", "device"])
def test_an_address_that_may_not_stand_in_a_topic_is_refused_with_its_part(place: str, bad: str) -> None:
    with pytest.raises(ValueError, match=place):
        address(**({"cell": "demo", "home": "h0001", "device": "button01"} | {place: bad}))


def test_an_address_names_its_topics() -> None:
    assert Address("demo", "h0001", "button01").up(Kind.CALL) == "care/v1/demo/h0001/button01/call"
    assert Address("demo", "h0001", "button01").cmd == "care/v1/demo/h0001/button01/cmd"
