"""The signed webhook: one HTTP POST per attempt to a program that reaches people (an app's server, a text-message gateway).

The receiver answers 2xx, or says with `{"received": true}` that the message is on the person's own device. Who was asked
answers through `answer.url` with the same signature (`hub/notify/signature.py`).
"""

import json
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from hub.core.notifications import Notification, Template
from hub.notify.channel import Attempt, PermanentFailure, Received, Sent, TemporaryFailure
from hub.notify.reason_texts import AddressOf
from hub.notify.signature import IDEMPOTENCY_HEADER, signed_headers
from hub.notify.texts import alert_text, text_field

if TYPE_CHECKING:
    import httpx

_ANSWERS: Final = ("acknowledge", "on_the_way", "on_site", "resolve", "note")
_ANSWERS_AFTERWARDS: Final = ("note",)
_ANSWERS_TO_REQUESTS: Final = ("accept", "decline", "start", "done", "cancel")

_TEMPORARY_STATUSES: Final = frozenset({408, 425, 429})
"""Besides every 5xx: the receiver says itself that it may work later."""

_MAX_ANSWER_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """`timeout_s` bounds the whole attempt, however slowly the receiver drips its answer. The secret is never printed."""

    url: str
    secret: bytes = field(repr=False)
    timeout_s: float = 5.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"webhook url {self.url!r}: it must begin with http:// or https://")
        if not self.secret:
            raise ValueError("webhook secret is empty: write one into the secret file (at least 16 bytes)")
        if self.timeout_s <= 0:
            raise ValueError(f"webhook timeout_s {self.timeout_s}: it must be above 0")


def webhook_body(
    notification: Notification, answer_url: str, address_of: AddressOf = lambda home_id: None
) -> dict[str, object]:
    """What the receiver gets; about a service request its id, category and due time stand in the place of the alert's."""
    text_zh, text_en = alert_text(notification, address_of=address_of)
    return {
        "notification_id": notification.id,
        **_about(notification),
        "home_id": notification.home_id,
        "person_id": notification.person_id,
        "address": notification.address,
        "role": text_field(notification, "role"),
        "template": notification.template,
        "reason": notification.reason,
        "severity": text_field(notification, "severity"),
        "text_zh": text_zh,
        "text_en": text_en,
        "created_at": notification.created_at.isoformat(),
        "answer": {"url": answer_url, "actions": _actions(notification)},
    }


def _about(notification: Notification) -> dict[str, object]:
    if notification.request_id is None:
        return {
            "alert_id": notification.alert_id,
            "kind": text_field(notification, "kind"),
            "reason_code": text_field(notification, "reason_code"),
        }
    return {
        "request_id": notification.request_id,
        "category": text_field(notification, "category"),
        "due_at": text_field(notification, "due_at"),
    }


def _actions(notification: Notification) -> tuple[str, ...]:
    """What can be answered: nothing about a request that went to somebody else."""
    if notification.request_id is not None:
        return () if notification.template is Template.REQUEST_TAKEN_BACK else _ANSWERS_TO_REQUESTS
    return _ANSWERS if notification.template is Template.ALERT else _ANSWERS_AFTERWARDS


class WebhookChannel:
    """Posts notifications to one receiver. `answer_url` is where people's answers are taken; `now` is the wall clock,
    which the receiver compares with its own; `address_of` is asked in the lane's threads."""

    def __init__(
        self,
        settings: WebhookSettings,
        answer_url: str,
        now: Callable[[], datetime],
        name: str = "webhook",
        address_of: AddressOf = lambda home_id: None,
    ) -> None:
        self.name = name
        self._settings = settings
        self._answer_url = answer_url
        self._now = now
        self._address_of = address_of
        self._client: httpx.Client | None = None
        self._starting = threading.Lock()

    def send(self, notification: Notification, attempt: int) -> Attempt:
        import httpx  # loaded with the first page: an idle gateway does without

        client = self._opened(httpx)
        body = json.dumps(
            webhook_body(notification, self._answer_url, self._address_of), ensure_ascii=False
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            IDEMPOTENCY_HEADER: notification.id,
            "X-Care-Attempt": str(attempt),
            **signed_headers(self._settings.secret, body, self._now()),
        }
        deadline = _Deadline(self._settings.timeout_s)
        try:
            with (
                deadline,
                client.stream(
                    "POST",
                    self._settings.url,
                    content=body,
                    headers=headers,
                    extensions={"trace": deadline.watch},
                ) as response,
            ):
                return self._judged(response)
        except httpx.TimeoutException:
            return TemporaryFailure(f"no answer within {self._settings.timeout_s:g} s")
        except httpx.TransportError as error:
            if deadline.passed:
                return TemporaryFailure(f"no answer within {self._settings.timeout_s:g} s")
            return TemporaryFailure(f"not reached: {type(error).__name__}")

    def close(self) -> None:
        """Close the client; the next `send` opens another."""
        with self._starting:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _opened(self, http: Any) -> "httpx.Client":
        with self._starting:
            if self._client is None:
                # It would log each URL, which may hold a token.
                logging.getLogger("httpx").setLevel(logging.WARNING)
                # A page is rare: a connection kept from the last one is most likely dead when it is needed. No proxy
                # from the environment: what is said about people goes where the settings say.
                self._client = http.Client(
                    timeout=self._settings.timeout_s,
                    limits=http.Limits(max_keepalive_connections=0),
                    follow_redirects=False,
                    trust_env=False,
                )
            client: httpx.Client = self._client
            return client

    def _judged(self, response: "httpx.Response") -> Attempt:
        status = response.status_code
        if 200 <= status < 300:
            return Received() if _says_received(response) else Sent()
        if status in _TEMPORARY_STATUSES or status >= 500:
            return TemporaryFailure(f"HTTP {status}", self._retry_after(response))
        if 300 <= status < 400:
            return PermanentFailure(f"HTTP {status}: redirects are not followed, set the final address")
        return PermanentFailure(f"HTTP {status}")

    def _retry_after(self, response: "httpx.Response") -> timedelta | None:
        """Seconds or a date; None when there is none that can be read."""
        value = response.headers.get("Retry-After", "").strip()
        if value.isascii() and value.isdigit():
            return timedelta(seconds=min(int(value[:9]), 10**6))
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        return max(at - self._now(), timedelta())


class _Deadline:
    """Cuts an attempt's connection when its time is over: the client's own timeouts begin anew with every byte."""

    def __init__(self, timeout_s: float) -> None:
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None
        self.passed = False

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Called by the client at each stage: remembers the connection."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            found = info["return_value"].get_extra_info("socket")
            if isinstance(found, socket.socket):
                self._socket = found
                if self.passed:
                    self._cut()

    def _cut(self) -> None:
        self.passed = True
        connection = self._socket
        if connection is not None:
            try:
                # Closing would not wake a thread that reads; shutting down does.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _says_received(response: "httpx.Response") -> bool:
    """Whether the answer is `{"received": true, ...}`; anything else, unreadable or cut off, is no receipt."""
    import httpx

    content = b""
    try:
        for piece in response.iter_bytes():
            content += piece
            if len(content) > _MAX_ANSWER_BYTES:
                return False
        answer = json.loads(content)
    except (httpx.HTTPError, ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and answer.get("received") is True
