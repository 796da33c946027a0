"""The command line's way to a running hub: requests over the socket in its data folder, answered as by the console's API.

Whoever may open that socket (the hub's own user, root) speaks as the administrator `local`.
"""

import logging
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from hub.config.settings import load
from hub.serving import LOCAL_SOCKET, short_path

ANSWERS_WITHIN_S = 300.0
"""A large ledger takes its time."""

File = tuple[str, tuple[str, bytes]]
"""A form field's name, and the file's name and content."""


class NotAllowed(Exception):
    """A hub runs, but this user may not speak to it."""


def call(
    config: Path,
    method: str,
    path: str,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    files: Sequence[File] = (),
    params: Mapping[str, str] | None = None,
) -> httpx.Response | None:
    """Ask the hub of these settings; None when none runs. Raises ConfigProblems, NotAllowed, and httpx.HTTPError when it does not
    answer."""
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        # A line for each request would stand between the command's own sentences.
        logging.getLogger("httpx").setLevel(logging.WARNING)
    data_dir = load(config).hub.data_dir
    if not data_dir.is_dir():
        return None
    with short_path(data_dir) as folder:
        address = f"{folder}/{LOCAL_SOCKET}"
        if not _answers(address, data_dir / LOCAL_SOCKET):
            return None
        transport = httpx.HTTPTransport(uds=address)
        with httpx.Client(transport=transport, base_url="http://hub", timeout=ANSWERS_WITHIN_S) as client:
            return client.request(
                method,
                path,
                json=json,
                data=form,
                files=list(files) or None,
                params=params,
                headers={"accept": "application/json"},
            )


def complaint(response: httpx.Response) -> str:
    """What a refused request says: what happened, where, what to do."""
    try:
        problem = response.json()
        return f"{problem['detail']} {problem['where']}: {problem['remedy']}"
    except (ValueError, KeyError, TypeError):
        return f"the hub answered {response.status_code}"


def _answers(address: str, shown: Path) -> bool:
    """Whether somebody listens there: a hub that was killed leaves its socket behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(address)
        except PermissionError as error:
            raise NotAllowed(
                f"{shown}: a hub runs, but this user may not speak to it; "
                "run the command as the hub's user, or with sudo"
            ) from error
        except OSError:
            return False
    return True
