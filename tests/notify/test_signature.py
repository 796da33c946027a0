"""The signature of webhook and answers: what fits is taken, anything touched is not."""

from datetime import timedelta

import pytest

from hub.notify.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign, signed_headers, verify
from tests.notify.notifications import START

SECRET = b"sixteen bytes or more"
BODY = '{"action": "acknowledge", "note": "马上到"}'.encode()


def test_a_known_signature_never_changes() -> None:
    """The second implementation: printf '1709253060.{}' | openssl dgst -sha256 -hmac secret"""
    known = "v1=657d5e887b4ca8da4c57c48936da211f1b1fb3f34911b8cc654e20ef8da3e57c"
    assert sign(b"secret", "1709253060", b"{}") == known


@pytest.mark.parametrize("late_s", [-300, 0, 300])
def test_signed_a_moment_ago_fits(late_s: int) -> None:
    headers = signed_headers(SECRET, BODY, START)
    assert verify(SECRET, headers, BODY, START + timedelta(seconds=late_s))
    lowered = {name.lower(): value for name, value in headers.items()}
    assert verify(SECRET, lowered, BODY, START + timedelta(seconds=late_s))


@pytest.mark.parametrize("late_s", [-301, 301, 86_400])
def test_a_recording_is_worthless_after_the_tolerance(late_s: int) -> None:
    assert not verify(SECRET, signed_headers(SECRET, BODY, START), BODY, START + timedelta(seconds=late_s))


def test_one_changed_byte_anywhere_does_not_fit() -> None:
    headers = signed_headers(SECRET, BODY, START)
    for index in range(len(BODY)):
        touched = bytes([*BODY[:index], BODY[index] ^ 1, *BODY[index + 1 :]])
        assert not verify(SECRET, headers, touched, START)
    later = {**headers, TIMESTAMP_HEADER: str(int(headers[TIMESTAMP_HEADER]) + 1)}
    assert not verify(SECRET, later, BODY, START)
    # The dot between time and body is signed too: a digit cannot wander over it.
    moved = {**headers, TIMESTAMP_HEADER: headers[TIMESTAMP_HEADER][:-1]}
    assert not verify(SECRET, moved, headers[TIMESTAMP_HEADER][-1:].encode() + BODY, START)
    assert not verify(b"another secret", headers, BODY, START)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {TIMESTAMP_HEADER: ""},
        {TIMESTAMP_HEADER: str(int(START.timestamp()))},
        {TIMESTAMP_HEADER: "now", SIGNATURE_HEADER: sign(SECRET, "now", BODY)},
        {TIMESTAMP_HEADER: "-1", SIGNATURE_HEADER: sign(SECRET, "-1", BODY)},
        {TIMESTAMP_HEADER: "9" * 400, SIGNATURE_HEADER: sign(SECRET, "9" * 400, BODY)},
        {TIMESTAMP_HEADER: "١٧", SIGNATURE_HEADER: sign(SECRET, "١٧", BODY)},
        {TIMESTAMP_HEADER: str(int(START.timestamp())), SIGNATURE_HEADER: "v1=ü\ud800"},
        {
            TIMESTAMP_HEADER: str(int(START.timestamp())),
            SIGNATURE_HEADER: sign(SECRET, str(int(START.timestamp())), BODY).replace("v1=", "v0="),
        },
    ],
)
def test_missing_or_odd_headers_do_not_fit(headers: dict[str, str]) -> None:
    assert not verify(SECRET, headers, BODY, START)


def test_an_empty_secret_opens_nothing() -> None:
    assert not verify(b"", signed_headers(b"", BODY, START), BODY, START)
