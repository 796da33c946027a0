"""A link and a fleet against brokers that refuse or are slow: nobody is up without being able to hear, nobody storms."""

import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event

import pytest

from device_sim.fleet import SETTLING_AT_ONCE, Fleet, Links
from device_sim.link import LONGEST_PAUSE_S, STEADY_AFTER_S, Broker, Link
from device_sim.spec import synthesise
from device_sim.wire import SUBACK
from tests.device_sim.hub_stand_in import WITHIN_S

CONNECTED = bytes((0x20, 2, 0, 0))
GRANTED, REFUSED = 1, 0x80
TURN_S = 0.05
A_WHILE = timedelta(seconds=1)


class Doorman:
    """A broker's side of one connection at a time: lets clients in, and grants or refuses what they subscribe to."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0), backlog=200)
        self._door.settimeout(WITHIN_S)
        self.broker = Broker(port=self._door.getsockname()[1])

    def let_in(self, turn: Callable[[], None], answer: int) -> None:
        """Take the next client through log-in and subscription."""
        connection, _ = self._door.accept()
        connection.settimeout(TURN_S)
        with connection:
            self._read(connection, turn)
            connection.sendall(CONNECTED)
            mid = self._read(connection, turn)[2:4]
            connection.sendall(bytes((SUBACK, 3)) + mid + bytes((answer,)))
            turn()
            if answer == REFUSED:
                assert self._read(connection, turn) == b"", "a client that was refused goes"

    def waiting(self) -> int:
        """How many clients stand at the door."""
        self._door.setblocking(False)
        came = 0
        with suppress(BlockingIOError):
            while True:
                self._door.accept()[0].close()
                came += 1
        return came

    def close(self) -> None:
        self._door.close()

    @staticmethod
    def _read(connection: socket.socket, turn: Callable[[], None]) -> bytes:
        for _ in range(int(WITHIN_S / TURN_S)):
            turn()
            with suppress(TimeoutError):
                return connection.recv(4096)
        pytest.fail("the client says nothing")


@contextmanager
def doorman() -> Iterator[Doorman]:
    one = Doorman()
    try:
        yield one
    finally:
        one.close()


def test_a_refused_subscription_is_asked_for_again_after_a_growing_pause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ups: list[str] = []
    with doorman() as door, selectors.DefaultSelector() as selector:
        link = Link(
            door.broker,
            "sim-demo-h0001",
            selector,
            user="demo/h0001",
            subscriptions=["care/v1/demo/h0001/+/cmd"],
            will=None,
            on_up=lambda: ups.append("up"),
            on_down=lambda: ups.append("down"),
            on_message=lambda topic, payload: None,
        )

        def turn() -> None:
            for key, events in selector.select(TURN_S) if selector.get_map() else []:
                key.data.handle(events)

        now_s, pauses = 1000.0, list[float]()
        for _ in range(9):
            link.tend(now_s)
            door.let_in(turn, REFUSED)
            while link.open:
                turn()
            assert not link.up
            # However long the refusal took, the pause counts from it.
            now_s += STEADY_AFTER_S
            link.tend(now_s)
            assert not link.open
            pauses.append(link.retry_at_s - now_s)
            now_s = link.retry_at_s
        assert ups == []
        assert link.problem is not None
        assert "care/v1/demo/h0001/+/cmd" in link.problem
        assert len([line for line in caplog.messages if "refused" in line]) == 1, "said once, not at each try"
        for number, pause_s in enumerate(pauses):
            longest_s = min(LONGEST_PAUSE_S, 0.5 * 2**number)
            assert longest_s / 2 <= pause_s <= longest_s
        link.tend(now_s)
        door.let_in(turn, GRANTED)
        assert ups[:1] == ["up"]
        assert link.problem is None


def test_a_street_comes_a_few_at_a_time() -> None:
    with doorman() as door:
        fleet = Fleet(synthesise(40), door.broker, links=Links.HOME)
        _run_for_a_while(fleet)
        # One more listens for presses by hand.
        assert door.waiting() == SETTLING_AT_ONCE + 1


def _run_for_a_while(fleet: Fleet) -> None:
    started_at = fleet.world.now
    fleet.run(Event(), finished=lambda world: world.now - started_at > A_WHILE)
