"""One press from the command line: by a fleet that runs already, else by the device simulated here, until it is heard."""

import json
import queue
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from device_sim.deeds import Press
from device_sim.fleet import Fleet, Links, press_request, press_topic
from device_sim.foreign import FOREIGN_ROOT, ForeignDevice
from device_sim.link import CONNECT_WITHIN_S, Broker, BrokerUnreachable, log_in, refusal
from device_sim.spec import FleetSpec
from device_sim.world import World
from firmware_contracts.topics import address
from firmware_contracts.vocabulary import CallAction, Kind, ServiceCategory

PRESSED_HERE = "device simulated here"

_FLEET_ANSWERS_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Pressed:
    """What became of a press. `heard` is None for a foreign button, which cannot be told."""

    heard: bool | None
    by: str
    seconds: float


def press(
    spec: FleetSpec,
    home: str,
    device: str,
    broker: Broker,
    *,
    action: CallAction,
    category: ServiceCategory | None,
    wait_s: float,
    stop: Event,
) -> Pressed:
    """Press a key and wait for *heard*; raises BrokerUnreachable."""
    asked = _ask_running_fleet(spec.cell, home, device, broker, action, category, wait_s, stop)
    return asked or _press_here(spec, home, device, broker, action, category, wait_s, stop)


def _ask_running_fleet(
    cell: str,
    home: str,
    device: str,
    broker: Broker,
    action: CallAction,
    category: ServiceCategory | None,
    wait_s: float,
    stop: Event,
) -> Pressed | None:
    """None when no fleet answers. A second device of the same name would have a newer boot, and what the fleet's own one
    says afterwards would count as old."""
    place = address(cell, home, device)
    foreign_topic = f"{FOREIGN_ROOT}/{cell}/{home}/{device}"
    arrived: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
    let_in: queue.Queue[str | None] = queue.Queue()
    """None when it may listen, else why it may not."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect_timeout = CONNECT_WITHIN_S
    username = log_in(client, broker, f"{cell}/{home}/{device}")
    if broker.ca_file is not None:
        client.tls_set(ca_certs=str(broker.ca_file))

    def on_message(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        content = json.loads(message.payload)
        arrived.put((message.topic, content if isinstance(content, dict) else {}))

    def on_connect(
        client: mqtt.Client, _data: Any, _flags: mqtt.ConnectFlags, code: ReasonCode, _properties: Any
    ) -> None:
        if code.is_failure:
            let_in.put(refusal(broker, username, code))
        else:
            # It only looks on: at QoS 0 the broker keeps nothing for it, and answers at once however busy it is.
            client.subscribe([(place.up(Kind.CALL), 0), (place.cmd, 0), (foreign_topic, 0)])

    client.on_message = on_message
    client.on_subscribe = lambda _client, _data, _mid, codes, _properties: let_in.put(
        f"the broker at {broker.place} refused to let {username or 'a client without a name'} listen to {place.cmd}; "
        "--username must be the device's own: cell/home/device"
        if any(code.is_failure for code in codes)
        else None
    )
    client.on_connect = on_connect
    try:
        client.connect(broker.host, broker.port)
    except OSError as error:
        raise BrokerUnreachable(
            f"no broker answers at {broker.place} ({error.strerror or error}); --broker HOST:PORT names another"
        ) from None
    client.loop_start()
    try:
        try:
            refused = let_in.get(timeout=2 * CONNECT_WITHIN_S)
        except queue.Empty:
            refused = f"the broker at {broker.place} does not answer; look into its log"
        if refused is not None:
            raise BrokerUnreachable(refused)
        started_s = time.monotonic()
        client.publish(press_topic(cell, home, device), press_request(action, category), qos=0)
        event_id: str | None = None
        while not stop.is_set():
            limit_s = _FLEET_ANSWERS_WITHIN_S if event_id is None else wait_s
            left_s = limit_s - (time.monotonic() - started_s)
            if left_s <= 0:
                return None if event_id is None else Pressed(False, "running fleet", limit_s)
            try:
                topic, content = arrived.get(timeout=min(left_s, 0.2))
            except queue.Empty:
                continue
            if topic == foreign_topic and content.get("action"):
                return Pressed(None, "running fleet", time.monotonic() - started_s)
            if (
                topic == place.up(Kind.CALL)
                and content.get("action") == action
                and content.get("age_ms") == 0
            ):
                event_id = content.get("event_id")
            elif topic == place.cmd and event_id is not None and content.get("event_id") == event_id:
                return Pressed(True, "running fleet", time.monotonic() - started_s)
    except queue.Empty:
        raise BrokerUnreachable(f"the broker at {broker.place} does not answer") from None
    finally:
        client.disconnect()
        client.loop_stop()
    return None


def _press_here(
    spec: FleetSpec,
    home: str,
    device: str,
    broker: Broker,
    action: CallAction,
    category: ServiceCategory | None,
    wait_s: float,
    stop: Event,
) -> Pressed:
    fleet = Fleet(spec, broker, seed=int(datetime.now(UTC).timestamp()), links=Links.DEVICE)
    unit = fleet.world.units[home, device]
    foreign = isinstance(unit.device, ForeignDevice)
    started_s = time.monotonic()
    pressed = False

    def finished(world: World) -> bool:
        nonlocal pressed
        if unit.reachable and not pressed:
            pressed = True
            world.perform(unit, Press(action, category))
            return False
        over = time.monotonic() - started_s > wait_s
        return over or (pressed and not unit.device.unheard_events and fleet.quiet)

    fleet.run(stop, finished=finished)
    heard = None if foreign else pressed and not unit.device.unheard_events
    return Pressed(heard, PRESSED_HERE, time.monotonic() - started_s)
