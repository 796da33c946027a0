"""The console's port, as taken before anything runs."""

import socket

from hub.config.sections import WebSection
from hub.serving import listen


def test_a_connection_sends_the_body_of_an_answer_at_once() -> None:
    """Held back until the head is confirmed, each answer on a connection that stays open would take 40 ms longer."""
    with listen(WebSection(port=0)) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
