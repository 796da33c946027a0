"""The console's server, the last thing `app` starts; its port is taken first: a taken one is said before anything runs.

It answers on a second socket as well, a file in the data folder: there the command line speaks to the running hub.
"""

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from hub.config.sections import WebSection

BACKLOG = 128
LOCAL_SOCKET = "hub.sock"


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
        # Its connections inherit it. Without it the body of an answer waits 40 ms for the browser to confirm the head.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotServe(
            f"[web] port {web.port} on {web.host} cannot be used ({error.strerror}): "
            "end the program that uses it, or set another port"
        ) from error
    return listening


def listen_locally(data_dir: Path) -> socket.socket:
    """Make the command line's socket, which the hub's user alone may open; raises CannotServe.

    Call it while the store's lock is held: a socket that is there already was left by a hub that did not end in order.
    """
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        remove_local(data_dir)
        with short_path(data_dir) as folder:
            listening.bind(f"{folder}/{LOCAL_SOCKET}")
        # Nobody can come in between: it does not listen yet.
        (data_dir / LOCAL_SOCKET).chmod(0o600)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotServe(
            f"{data_dir / LOCAL_SOCKET}: the command line's socket cannot be made ({error.strerror or error}): "
            "the data folder must be on a disk that allows sockets, and belong to the hub's user"
        ) from error
    return listening


def remove_local(data_dir: Path) -> None:
    """Nobody listens any more."""
    (data_dir / LOCAL_SOCKET).unlink(missing_ok=True)


@contextlib.contextmanager
def short_path(folder: Path) -> Iterator[str]:
    """Another name for a folder, while it is needed: the system takes no socket whose path has more than 107 bytes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def serve(
    app: Any,
    listening: socket.socket,
    local: socket.socket,
    web: WebSection,
    must_end: Callable[[], bool],
    on_listening: Callable[[], None],
) -> None:
    """Answer requests until `must_end()`; then end the live streams, which would never end by themselves."""
    import uvicorn

    from hub.web.guard import over_local_socket

    class Server(uvicorn.Server):
        """Signals are the hub's own: a second one ends the process at once."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                self.servers.append(await self._answer_locally())
                on_listening()

        async def _answer_locally(self) -> asyncio.Server:
            """Without TLS, whatever the console has: nobody listens to a socket of this machine."""
            beside = uvicorn.Config(
                over_local_socket(app),
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
            )
            beside.load()

            def protocol() -> asyncio.Protocol:
                made: asyncio.Protocol = beside.http_protocol_class(  # type: ignore[call-arg]
                    config=beside, server_state=self.server_state, app_state=self.lifespan.state
                )
                return made

            return await asyncio.get_running_loop().create_unix_server(protocol, sock=local)

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
        # Without it everybody behind a proxy comes from the proxy's address, and one who guesses there slows all of them.
        proxy_headers=bool(web.trusted_proxies),
        forwarded_allow_ips=list(web.trusted_proxies),
        timeout_graceful_shutdown=3,
        ssl_certfile=str(web.tls_cert_file) if web.tls_cert_file else None,
        ssl_keyfile=str(web.tls_key_file) if web.tls_key_file else None,
    )
    Server(config).run(sockets=[listening])
