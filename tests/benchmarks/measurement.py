"""One number, where it runs, and how several of them are summed up."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hub.broker import EmbeddedBroker
from tests.servers import MosquittoServer

PROJECT = Path(__file__).resolve().parent.parent.parent


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def broker_in(folder: Path) -> tuple[MosquittoServer | EmbeddedBroker, str]:
    """The reference broker as shipped where it is installed, else the embedded one; not started yet."""
    search = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    if shutil.which("mosquitto", path=search):
        return MosquittoServer(folder), "Mosquitto"
    return EmbeddedBroker(folder), "embedded"


def program(*arguments: str, **more: Any) -> "subprocess.Popen[bytes]":
    """A Python program of this project in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=PROJECT, **more)


def ended(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ready(port: int, within_s: float = 30) -> float:
    """Ask a hub's /readyz until it says yes; returns the seconds that took."""
    began = time.perf_counter()
    request = b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
    while time.perf_counter() - began < within_s:
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as asking:
                asking.sendall(request)
                if asking.recv(1024).startswith(b"HTTP/1.1 200"):
                    return time.perf_counter() - began
        except OSError:
            pass
        time.sleep(0.01)
    raise TimeoutError(f"the hub on port {port} was not ready within {within_s:.0f} s")
