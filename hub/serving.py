"""The console's server, the last thing `app` starts; its port is taken first: a taken one is said before anything runs."""

import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from hub.config.sections import WebSection

BACKLOG = 128


class CannotServe(Exception):
    """The console's address or certificate cannot be used; the text says what to do."""


def listen(web: WebSection) -> socket.socket:
    """Take the console's port; raises CannotServe. Who asks before `serve` runs waits for it."""
    if web.tls_cert_file is not None and web.tls_key_file is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                web.tls_cert_file, web.tls_key_file
            )
        except OSError as error:
            raise CannotServe(
                f"[web] {web.tls_cert_file} and {web.tls_key_file} cannot be used ({error.strerror or error}): "
                "they must be a certificate and its own key, in PEM"
            ) from error
    try:
        family, kind, _, _, address = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
    except OSError as error:
        raise CannotServe(
            f"[web] host {web.host} cannot be used ({error.strerror}): is it an address of this machine?"
        ) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotServe(
            f"[web] port {web.port} on {web.host} cannot be used ({error.strerror}): "
            "end the program that uses it, or set another port"
        ) from error
    return listening


def serve(
    app: Any,
    listening: socket.socket,
    web: WebSection,
    must_end: Callable[[], bool],
    on_listening: Callable[[], None],
) -> None:
    """Answer requests until `must_end()`; then end the live streams, which would never end by themselves."""
    import uvicorn

    class Server(uvicorn.Server):
        """Signals are the hub's own: a second one ends the process at once."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                on_listening()

        async def on_tick(self, counter: int) -> bool:
            if must_end():
                app.state.parts.live.close()
                return True
            return await super().on_tick(counter)

        def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
            return nullcontext()

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
        ssl_certfile=str(web.tls_cert_file) if web.tls_cert_file else None,
        ssl_keyfile=str(web.tls_key_file) if web.tls_key_file else None,
    )
    Server(config).run(sockets=[listening])
