"""What waits in the engine's inbox of one session: senders take turns, so that one who sends without end holds up nobody else."""

from collections import deque
from collections.abc import Iterator
from threading import Lock

from hub.ingest.message import RawMessage


class FairQueue:
    """Messages by topic, each topic's in order. Filled by a session's thread, emptied by the engine's."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, deque[RawMessage]] = {}
        self._turns: deque[str] = deque()
        self._count = 0

    def append(self, message: RawMessage) -> None:
        with self._lock:
            mine = self._waiting.get(message.topic)
            if mine is None:
                self._waiting[message.topic] = deque((message,))
                self._turns.append(message.topic)
            else:
                mine.append(message)
            self._count += 1

    def popleft(self) -> RawMessage:
        """The next message of whose turn it is."""
        with self._lock:
            topic = self._turns.popleft()
            mine = self._waiting[topic]
            message = mine.popleft()
            if mine:
                self._turns.append(topic)
            else:
                del self._waiting[topic]
            self._count -= 1
            return message

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RawMessage]:
        """What waits, topic by topic; it may change meanwhile."""
        with self._lock:
            return iter([message for waiting in self._waiting.values() for message in waiting])
