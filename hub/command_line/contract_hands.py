"""Who does at the bench what a step of `hub contract check` asks for: a person who is told, or a simulated device."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallState
from hub.command_line.contract_bench import Bench, BrokerPlace, CannotCheck
from hub.command_line.contract_record import Mark

SIMULATOR_ROOT = "device-sim/v1"
_ASKED_AGAIN_AFTER_S = 0.5
_ASKED_TIMES = 3
_ASKED_TIMES_AT_START = 40

WORDS: dict[Mark, tuple[str, str]] = {
    Mark.POWER: ("请把设备断电,再通电", "Switch the device off and on again"),
    Mark.PRESS: (
        "请按一次求救键(跌倒传感器:让它发现一次跌倒)",
        "Press the emergency key once (a fall sensor: let it find one fall)",
    ),
    Mark.CUT: (
        "请切断它的网络(拔网线或关 Wi-Fi),不要断电,也不要正常下线",
        "Cut its network (cable or Wi-Fi): leave the power on, and do not log it off",
    ),
    Mark.RESTORE: ("请恢复它的网络", "Restore its network"),
    Mark.BATTERY: (
        "请让电池变低(换旧电池,或调低稳压电源)",
        "Let its battery be low (an old battery, or a lower voltage of the bench supply)",
    ),
}
_SHOWS_DEEDS = "show"
_DEEDS = {
    Mark.POWER: "reboot",
    Mark.PRESS: "press",
    Mark.CUT: "cut",
    Mark.RESTORE: "restore",
    Mark.BATTERY: "battery_low",
}


class Person:
    """Is told what to do in both languages; `answer` None: is asked nothing."""

    def __init__(self, tell: Callable[[str], None], answer: Callable[[str], str] | None) -> None:
        self._tell, self._answer = tell, answer

    def do(self, what: Mark, bench: Bench) -> None:
        """Tell it; what comes of it is waited for."""
        chinese, english = WORDS[what]
        self._tell(f"\n>> {chinese}\n   {english}")

    def shows_heard(self, bench: Bench) -> bool | None:
        """Ask."""
        if self._answer is None:
            return None
        try:
            said = self._answer(
                "\n>> 设备有没有显示或说出“听到了”?\n   Does the device show or say that it was heard? [y/n] "
            )
        except EOFError:
            return None
        return said.strip().lower()[:1] in {"y", "是", "有"}


class Simulator:
    """A device of `device-sim` that runs on the same broker and does what its control topic asks for."""

    def __init__(self, device: Address) -> None:
        self._base = f"{SIMULATOR_ROOT}/{device.cell}/{device.home}/{device.device}"

    def do(self, what: Mark, bench: Bench) -> None:
        """Have it done."""
        bench.publish(f"{self._base}/bench", _DEEDS[what].encode())

    def shows_heard(self, bench: Bench) -> bool | None:
        """Ask for its lamp until it shows heard: the command may still be on its way."""
        for _ in range(_ASKED_TIMES):
            if self._asked(bench) == CallState.HEARD:
                return True
        return None if bench.shows is None else False

    def await_there(self, bench: Bench) -> bool:
        """Whether it answers in time."""
        there = any(self._asked(bench) is not None for _ in range(_ASKED_TIMES_AT_START))
        # Its first birth may come a moment later than the answer, on another connection.
        bench.until(lambda: None, _ASKED_AGAIN_AFTER_S)
        return there

    def _asked(self, bench: Bench) -> str | None:
        bench.shows = None
        bench.publish(f"{self._base}/bench", _SHOWS_DEEDS.encode())
        return bench.until(lambda: bench.shows, _ASKED_AGAIN_AFTER_S)


@contextmanager
def simulated(device: Address, kind: str, place: BrokerPlace, speed: float) -> Iterator[None]:
    """A simulated device in a process of its own."""
    command = [
        *(sys.executable, "-m", "device_sim", "bench", device.home, device.device, "--cell", device.cell),
        *("--kind", kind, "--broker", f"{place.host}:{place.port}", "--speed", str(speed)),
    ]
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+b") as log:
        if place.username is not None:
            password = Path(folder) / "password"
            password.touch(mode=0o600)
            password.write_text(f"{place.password or ''}\n", encoding="utf-8")
            command += ["--username", place.username, "--password-file", str(password)]
        if place.ca_file is not None:
            command += ["--tls-ca", str(place.ca_file)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield
        except CannotCheck:
            if process.poll() is None:
                raise
            log.seek(0)
            raise CannotCheck(log.read().decode(errors="replace").strip()) from None
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
