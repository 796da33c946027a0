"""`hub contract check` against real brokers: a good device passes every clause, and each bad one fails exactly its own."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from device_sim.bench import BenchDeed
from device_sim.devices import NativeDevice
from device_sim.fleet import CONTROL_ROOT, Fleet, Links
from device_sim.link import Broker
from device_sim.publication import Publication
from device_sim.spec import DeviceKind, DeviceSpec, FleetSpec, HomeSpec
from firmware_contracts.messages import COMMAND, CallStateCommand
from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import MAX_PAYLOAD_BYTES, CallState, Fault
from hub.__main__ import main
from hub.broker import EmbeddedBroker
from hub.command_line.contract import HAS_SIGNAL, ON_MAINS, check_with
from hub.command_line.contract_bench import BrokerPlace, CannotCheck
from hub.command_line.contract_clauses import TEXT, Clause, Judgement, Verdict
from hub.command_line.contract_hands import _DEEDS, SIMULATOR_ROOT, WORDS, Person, Simulator
from hub.command_line.contract_judging import judge
from hub.command_line.contract_record import Mark, Record, Times
from hub.command_line.contract_script import DEFAULT, Hands
from hub.core import home as hub_kinds
from tests.mqtt_client import Client
from tests.servers import MosquittoServer

pytestmark = pytest.mark.slow

SPEED = 30.0
TIMES = Times(
    speed=SPEED,
    act_within=timedelta(seconds=3),
    will_within=timedelta(seconds=3),
    repetitions=3,
    heartbeat=timedelta(seconds=60),
    slack=timedelta(milliseconds=600),
)
AT_ONCE = 10
HOME, DEVICE = "h1", "dev01"

Spoil = Callable[[Fleet, NativeDevice], None]


def as_it_is(fleet: Fleet, device: NativeDevice) -> None:
    """A good device."""


def sends(change: Callable[[Publication, dict[str, Any]], Publication | None]) -> Spoil:
    """A device of which every message is changed, or lost, on its way to the broker."""

    def spoil(fleet: Fleet, device: NativeDevice) -> None:
        link = fleet._link_of[HOME, DEVICE]
        publish = link.publish

        def changed(publication: Publication) -> bool:
            other = change(publication, json.loads(publication.payload))
            return other is None or publish(other)

        link.publish = changed  # type: ignore[method-assign]

    return spoil


def says(publication: Publication, said: dict[str, Any], **fields: Any) -> Publication:
    return replace(publication, payload=json.dumps({**said, **fields}).encode())


def of(kind: str, publication: Publication) -> bool:
    return publication.topic.endswith(f"/{kind}")


def wrong_topic(publication: Publication, said: dict[str, Any]) -> Publication:
    return (
        replace(publication, topic=publication.topic.removesuffix("call") + "button")
        if of("call", publication)
        else publication
    )


def unreadable(publication: Publication, said: dict[str, Any]) -> Publication:
    return says(publication, said, rssi_dbm="strong") if of("heartbeat", publication) else publication


def too_large(publication: Publication, said: dict[str, Any]) -> Publication:
    padded = publication.payload + b" " * MAX_PAYLOAD_BYTES
    return replace(publication, payload=padded) if of("heartbeat", publication) else publication


def at_most_once(publication: Publication, said: dict[str, Any]) -> Publication:
    return replace(publication, qos=0) if of("call", publication) else publication


def retained_press(publication: Publication, said: dict[str, Any]) -> Publication:
    return replace(publication, retain=of("call", publication) or publication.retain)


def status_not_retained(publication: Publication, said: dict[str, Any]) -> Publication:
    return replace(publication, retain=False)


def no_birth(publication: Publication, said: dict[str, Any]) -> Publication | None:
    return None if of("status", publication) else publication


def no_will(fleet: Fleet, device: NativeDevice) -> None:
    link = fleet._link_of[HOME, DEVICE]
    link._client.will_clear()
    link.leave_behind = lambda will: None  # type: ignore[method-assign]


def will_of_an_earlier_life(fleet: Fleet, device: NativeDevice) -> None:
    fleet._link_of[HOME, DEVICE].leave_behind = lambda will: None  # type: ignore[method-assign]


def boot_stays(fleet: Fleet, device: NativeDevice) -> None:
    boot = device.boot
    sends(lambda publication, said: says(publication, said, boot=boot))(fleet, device)
    will_of_an_earlier_life(fleet, device)


def seq_goes_back(publication: Publication, said: dict[str, Any]) -> Publication:
    return says(publication, said, seq=100_000 - said["seq"]) if "seq" in said else publication


def seq_of_its_own_for_a_repetition(publication: Publication, said: dict[str, Any]) -> Publication:
    return says(publication, said, seq=said["seq"] + 50) if said.get("age_ms") else publication


def uptime_goes_on(publication: Publication, said: dict[str, Any]) -> Publication:
    """As one that counts from the factory."""
    return says(publication, said, uptime_ms=said["uptime_ms"] + 10**9) if "seq" in said else publication


def uptime_in_seconds(publication: Publication, said: dict[str, Any]) -> Publication:
    return says(publication, said, uptime_ms=said["uptime_ms"] // 1000) if "seq" in said else publication


def key_is_dead(fleet: Fleet, device: NativeDevice) -> None:
    device.press = lambda *_, **__: []  # type: ignore[method-assign]


def under_ids(name: Callable[[str, int], str]) -> Spoil:
    """A device that tells another id than the one it keeps; *heard* under any of them counts."""

    def spoil(fleet: Fleet, device: NativeDevice) -> None:
        kept: dict[str, set[str]] = {}
        deliver = fleet.world.deliver

        def rename(publication: Publication, said: dict[str, Any]) -> Publication:
            if "event_id" not in said:
                return publication
            own = said["event_id"]
            other = name(own, said["age_ms"])
            kept.setdefault(other, set()).add(own)
            return says(publication, said, event_id=other)

        def back(topic: str, payload: bytes) -> None:
            said = json.loads(payload)
            for own in kept.get(said["event_id"], ()):
                deliver(topic, json.dumps({**said, "event_id": own}).encode())

        sends(rename)(fleet, device)
        fleet.world.deliver = back  # type: ignore[method-assign]

    return spoil


def age_stays(publication: Publication, said: dict[str, Any]) -> Publication:
    return says(publication, said, age_ms=0) if "age_ms" in said else publication


def pauses(of_s: float) -> Spoil:
    def spoil(fleet: Fleet, device: NativeDevice) -> None:
        device._pause = lambda copies: timedelta(seconds=of_s)  # type: ignore[method-assign]

    return spoil


def goes_on_after_heard(fleet: Fleet, device: NativeDevice) -> None:
    """It shows what it is told, and repeats all the same."""

    def deliver(topic: str, payload: bytes) -> None:
        command = COMMAND.validate_json(payload)
        assert isinstance(command, CallStateCommand)
        device.indicator.show(command, fleet.world.now)

    fleet.world.deliver = deliver  # type: ignore[method-assign]


def forgets_over_a_cut(fleet: Fleet, device: NativeDevice) -> None:
    connected = device.connected

    def forgetful(now: Any) -> list[Publication]:
        device._unheard.clear()
        return connected(now)

    device.connected = forgetful  # type: ignore[method-assign]


def shows_nothing(fleet: Fleet, device: NativeDevice) -> None:
    device.indicator.show = lambda command, now: None  # type: ignore[method-assign]


def no_heartbeat(fleet: Fleet, device: NativeDevice) -> None:
    device._next_heartbeat = lambda now: now + timedelta(days=1)  # type: ignore[method-assign]


def no_charge(publication: Publication, said: dict[str, Any]) -> Publication:
    return says(publication, {key: value for key, value in said.items() if key != "battery_percent"})


def another_fault(publication: Publication, said: dict[str, Any]) -> Publication:
    return says(publication, said, fault=Fault.TAMPER) if of("fault", publication) else publication


BREACHES: dict[str, tuple[Spoil, Clause]] = {
    "wrong topic": (sends(wrong_topic), Clause.TOPIC),
    "unreadable heartbeat": (sends(unreadable), Clause.READABLE),
    "too large payload": (sends(too_large), Clause.PAYLOAD),
    "calls with QoS 0": (sends(at_most_once), Clause.QOS),
    "retained press": (sends(retained_press), Clause.RETAIN),
    "status not retained": (sends(status_not_retained), Clause.RETAIN),
    "no birth": (sends(no_birth), Clause.BIRTH),
    "no will": (no_will, Clause.WILL),
    "will of an earlier life": (will_of_an_earlier_life, Clause.WILL),
    "boot counter that stays": (boot_stays, Clause.BOOT),
    "seq that goes back": (sends(seq_goes_back), Clause.SEQ),
    "seq of its own for a repetition": (sends(seq_of_its_own_for_a_repetition), Clause.SEQ),
    "uptime that goes on": (sends(uptime_goes_on), Clause.UPTIME),
    "uptime in seconds": (sends(uptime_in_seconds), Clause.UPTIME),
    "press not told": (key_is_dead, Clause.TOLD),
    "new id for each copy": (under_ids(lambda own, age_ms: f"{own[:40]}-{age_ms}"), Clause.EVENT_ID),
    "one id for every press": (under_ids(lambda own, age_ms: "always-the-same"), Clause.EVENT_ID),
    "age that stays": (sends(age_stays), Clause.AGE),
    "no repetition": (pauses(of_s=1e6), Clause.REPEATED),
    "repetition twice a second": (pauses(of_s=0.5), Clause.REPEATED),
    "repetition after heard": (goes_on_after_heard, Clause.UNTIL_HEARD),
    "call forgotten over a cut": (forgets_over_a_cut, Clause.AFTER_THE_CUT),
    "shows nothing": (shows_nothing, Clause.SHOWN),
    "no heartbeat": (no_heartbeat, Clause.HEARTBEAT),
    "no charge told": (sends(no_charge), Clause.BATTERY),
    "low battery not told": (sends(another_fault), Clause.BATTERY_LOW),
}


@contextmanager
def device_of(fleet: Fleet) -> Iterator[None]:
    """The fleet in a thread of its own."""
    stop, raised = Event(), list[BaseException]()

    def run() -> None:
        try:
            fleet.run(stop, patient=True)
        except BaseException as error:  # noqa: BLE001 - raised in the test's own thread below
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        if raised:
            raise raised[0]


@dataclass(frozen=True, slots=True)
class Place:
    """A broker and a cell that nobody else uses."""

    host: str
    port: int
    cell: str


def checked(
    place: Place,
    spoil: Spoil,
    kind: DeviceKind = DeviceKind.BUTTON,
    hands: Hands | None = None,
    steps: Sequence[str] = DEFAULT,
    ready: Callable[[], object] = lambda: None,
) -> list[Judgement]:
    """The report on a simulated device, spoilt on purpose."""
    spec = DeviceSpec(id=DEVICE, kind=kind, silent_after_s=90, speaks=True)
    fleet = Fleet(
        FleetSpec(cell=place.cell, homes=(HomeSpec(id=HOME, devices=(spec,)),)),
        Broker(place.host, place.port),
        speed=SPEED,
        links=Links.DEVICE,
        boot=41,
    )
    device = fleet.world.units[HOME, DEVICE].device
    assert isinstance(device, NativeDevice)
    spoil(fleet, device)
    address = Address(place.cell, HOME, DEVICE)
    of_hub = hub_kinds.DeviceKind(kind)
    record = Record(address, TIMES, of_hub in HAS_SIGNAL, of_hub not in ON_MAINS)
    with device_of(fleet):
        ready()
        check_with(record, BrokerPlace(place.host, place.port), hands or Simulator(address), steps)
    return judge(record)


def verdicts(judgements: list[Judgement]) -> dict[str, str]:
    """Clause -> verdict and why, for a message that says it all."""
    return {
        judgement.clause.name: f"{judgement.verdict.value} {judgement.why}"
        for judgement in judgements
        if judgement.verdict is not Verdict.PASS
    }


@pytest.fixture(scope="module")
def reports(mosquitto: MosquittoServer) -> Iterator[dict[str, list[Judgement]]]:
    """The reports on all bad devices, some at a time: most of each is waiting."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {
            name: pool.submit(checked, Place(mosquitto.host, mosquitto.port, f"bad{number}"), spoil)
            for number, (name, (spoil, _)) in enumerate(BREACHES.items())
        }
        yield {name: report.result() for name, report in running.items()}


@pytest.mark.parametrize("name", BREACHES)
def test_a_bad_device_fails_exactly_its_clause(name: str, reports: dict[str, list[Judgement]]) -> None:
    wrong = [judgement for judgement in reports[name] if judgement.verdict is Verdict.FAIL]
    assert [judgement.clause for judgement in wrong] == [BREACHES[name][1]], verdicts(reports[name])
    assert wrong[0].why
    assert wrong[0].expected


def test_every_clause_has_a_device_that_breaks_it() -> None:
    assert {clause for _, clause in BREACHES.values()} == set(Clause) == TEXT.keys()


def test_a_good_button_passes_every_clause_on_mosquitto(mosquitto: MosquittoServer, cell: str) -> None:
    report = checked(Place(mosquitto.host, mosquitto.port, cell), as_it_is)
    assert verdicts(report) == {}
    assert len(report) == len(Clause)


def test_a_good_button_passes_every_clause_on_the_embedded_broker(nats: EmbeddedBroker, cell: str) -> None:
    assert verdicts(checked(Place(nats.host, nats.port, cell), as_it_is)) == {}


@pytest.mark.parametrize(
    ("kind", "left_out"),
    [
        (DeviceKind.FALL_RADAR, {"BATTERY", "BATTERY_LOW"}),
        (
            DeviceKind.OXIMETER,
            {"TOLD", "EVENT_ID", "AGE", "REPEATED", "UNTIL_HEARD", "AFTER_THE_CUT", "SHOWN"},
        ),
    ],
)
def test_a_kind_is_not_tried_in_what_it_has_not(
    kind: DeviceKind, left_out: set[str], mosquitto: MosquittoServer, cell: str
) -> None:
    report = checked(Place(mosquitto.host, mosquitto.port, cell), as_it_is, kind)
    assert verdicts(report).keys() == left_out
    assert all(judgement.verdict is not Verdict.FAIL for judgement in report)


@pytest.mark.parametrize(("answer", "verdict"), [("y", Verdict.PASS), ("没有", Verdict.FAIL)])
def test_a_person_is_told_each_step_in_both_languages_and_asked_what_the_device_shows(
    answer: str, verdict: Verdict, mosquitto: MosquittoServer, cell: str
) -> None:
    told, asked = list[Mark](), list[str]()

    def ask(question: str) -> str:
        asked.append(question)
        return answer

    with Client(mosquitto.host, mosquitto.port) as hands_of_the_person:

        def tell(words: str) -> None:
            (what,) = (
                mark for mark, (chinese, english) in WORDS.items() if chinese in words and english in words
            )
            told.append(what)
            topic = f"{CONTROL_ROOT}/{cell}/{HOME}/{DEVICE}/bench"
            hands_of_the_person.publish(topic, _DEEDS[what].encode())

        with Client(mosquitto.host, mosquitto.port) as onlooker:
            onlooker.subscribe(f"care/v1/{cell}/{HOME}/{DEVICE}/status")
            report = checked(
                Place(mosquitto.host, mosquitto.port, cell),
                as_it_is,
                hands=Person(tell, ask),
                steps=("start", "press_unheard", "line_cut"),
                # A person finds the device running.
                ready=onlooker.next_message,
            )
    assert told == [Mark.POWER, Mark.PRESS, Mark.PRESS, Mark.CUT, Mark.RESTORE]
    assert len(asked) == 1
    found = {judgement.clause: judgement.verdict for judgement in report}
    assert (found[Clause.SHOWN], found[Clause.WILL], found[Clause.AFTER_THE_CUT]) == (
        verdict,
        Verdict.PASS,
        Verdict.PASS,
    )


def test_two_who_answer_are_not_taken_for_one(mosquitto: MosquittoServer, cell: str) -> None:
    """A hub on the same broker would end the repetitions that are to be watched."""

    def with_a_hub(fleet: Fleet, device: NativeDevice) -> None:
        def report(publication: Publication, said: dict[str, Any]) -> Publication:
            if "event_id" in said:
                heard = CallStateCommand(event_id=said["event_id"], state=CallState.LOOKING, valid_for_s=60)
                hub.publish(device.address.cmd, heard.model_dump_json().encode())
            return publication

        sends(report)(fleet, device)

    with (
        Client(mosquitto.host, mosquitto.port) as hub,
        pytest.raises(CannotCheck, match="somebody else speaks to this device"),
    ):
        checked(Place(mosquitto.host, mosquitto.port, cell), with_a_hub)


def test_the_bench_and_the_simulator_mean_the_same_by_their_words() -> None:
    assert SIMULATOR_ROOT == CONTROL_ROOT
    assert {*_DEEDS.values(), "show"} == set(BenchDeed)


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_starts_a_simulated_device_and_writes_its_report(
    mosquitto: MosquittoServer, cell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.txt"
    script.write_text("start\npress_heard  # once\n", encoding="utf-8")
    report = tmp_path / "report.json"
    code = main(
        [
            *("contract", "check", "--broker", f"mqtt://{mosquitto.host}:{mosquitto.port}", "--simulated"),
            *("--device", f"{cell}/h0001/button01", "--speed", "30", "--script", str(script)),
            *("--json", str(report), "--quick"),
        ]
    )
    said = json.loads(report.read_text(encoding="utf-8"))
    found = {clause["name"]: clause["verdict"] for clause in said["clauses"]}
    assert code == 0, found
    assert (found["told"], found["birth"], found["until_heard"]) == ("pass", "pass", "pass")
    assert (found["will"], found["repeated"], found["heartbeat"]) == ("not_tried", "not_tried", "not_tried")
    printed = capsys.readouterr().out
    assert "通过 pass" in printed
    for shortened in said["shortened"]:
        assert shortened in printed
    assert any("30" in words for words in said["shortened"])
    assert any("line_cut, reboot, battery_low, heartbeat" in words for words in said["shortened"])


def test_a_device_that_does_not_come_fails_and_the_person_was_told_what_to_do(
    mosquitto: MosquittoServer, cell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.txt"
    script.write_text("start\n", encoding="utf-8")
    code = main(
        [
            *("contract", "check", "--broker", f"mqtt://{mosquitto.host}:{mosquitto.port}", "--yes"),
            *("--device", f"{cell}/h0001/button01", "--script", str(script), "--within", "0.3"),
        ]
    )
    printed = capsys.readouterr().out
    assert code == 1
    assert "请把设备断电,再通电" in printed
    assert "Switch the device off and on again" in printed
    assert "不通过 FAIL: 1" in printed


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--device", "demo/h0001"], "written as CELL/HOME/DEVICE"),
        (["--device", "demo/h 1/button01"], "may not stand in a topic"),
        (["--broker", "127.0.0.1:1883"], "written as mqtt://HOST:PORT"),
        (["--broker", "mqtt://127.0.0.1:1"], "no broker answers"),
        (["--speed", "30"], "a real device keeps real time"),
        (["--heartbeat-within", "901"], "at most 900"),
        (["--script", "/nowhere"], "cannot be read"),
        (["--password-file", "/nowhere"], "cannot be read"),
    ],
)
def test_what_cannot_be_checked_is_told_with_what_to_do(
    options: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = ["--broker", "mqtt://127.0.0.1:1", "--device", "demo/h0001/button01", "--yes"]
    assert main(["contract", "check", *usual, *options]) == 2
    assert complaint in capsys.readouterr().err


def test_an_unknown_step_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.txt"
    script.write_text("start\npresss\n", encoding="utf-8")
    usual = ["--broker", "mqtt://127.0.0.1:1", "--device", "demo/h0001/button01", "--yes"]
    assert main(["contract", "check", *usual, "--script", str(script)]) == 2
    said = capsys.readouterr().err
    assert "script.txt:2 unknown step 'presss'" in said
    assert "press_unheard" in said
