"""Frames on a real broker (mosquitto): announced, told of, obedient, never confused, and at ease when it is gone."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from admin.app import create_app
from admin.context import EXTENSION, Context
from admin.mqtt.bridge import Bridge, keep_talking
from admin.mqtt.identity import frame_id
from frame.control import ask
from sync.clock import SystemClock
from sync.home import Home, prepare
from sync.settings.edit import add_album, put_server, set_value
from sync.settings.reading import load
from tests.admin.wall import hanging
from tests.patience import PATIENCE_SECONDS, until
from tests.ports import free_port
from tests.sample_catalogues import make


@dataclass
class Broker:
    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def mosquitto(folder: Path, port: int = 0, more: str = "") -> Iterator[Broker]:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("needs mosquitto")
    port = port or free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n{more}")
    process = subprocess.Popen([program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: listens(port))
        yield Broker(port, process)
    finally:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Observer:
    """Home Assistant's place: hears everything, gives orders."""

    client: Client
    heard: dict[str, bytes] = field(default_factory=dict)

    def state(self, base: str) -> dict[str, Any]:
        return dict(json.loads(self.heard.get(f"{base}/state", b"{}")))

    def order(self, base: str, what: str, word: str, *, retain: bool = False) -> None:
        self.client.publish(f"{base}/do/{what}", word, qos=1, retain=retain).wait_for_publish(PATIENCE_SECONDS)


@contextmanager
def observer(broker: Broker, ca_file: Path | None = None) -> Iterator[Observer]:
    client = Client(CallbackAPIVersion.VERSION2)
    if ca_file is not None:
        client.tls_set(str(ca_file))
    watching = Observer(client)
    client.on_message = lambda _client, _data, message: watching.heard.update({message.topic: bytes(message.payload)})
    client.on_connect = lambda client, *_: client.subscribe("#", 1)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    try:
        yield watching
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def bridge(home: Home, broker: Broker, name: str) -> Iterator[tuple[Context, Bridge, str]]:
    set_value(home, "mqtt.host", "127.0.0.1")
    set_value(home, "mqtt.port", str(broker.port))
    set_value(home, "mqtt.name", name)
    context: Context = create_app(home, SystemClock()).extensions[EXTENSION]
    made = Bridge(context, context.settings.mqtt, "")
    try:
        yield context, made, f"mantelpiece/{frame_id(home)}"
    finally:
        made.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with mosquitto(tmp_path) as running:
        yield running


def at(folder: Path) -> Home:
    made = Home(root=folder / "home", runtime=folder / "run")
    prepare(made)
    return made


def test_it_is_announced_shows_what_hangs_and_obeys(tmp_path: Path, home: Home, broker: Broker) -> None:
    make(home, count=5)
    put_server(home, "home", {"url": "http://192.0.2.1"})
    add_album(home, {"name": "Holidays", "server": "home", "id": "1"})
    with hanging(home), bridge(home, broker, "Hall") as (_, made, base), observer(broker) as watching:
        until(lambda: ask(home, "now")["showing"] == "photo")
        state: Callable[[], dict[str, Any]] = lambda: (made.tell(), watching.state(base))[1]  # noqa: E731
        until(lambda: state().get("photos") == 5)
        configs = {topic: json.loads(raw) for topic, raw in watching.heard.items() if topic.endswith("/config")}
        assert len(configs) == 15
        assert {config["device"]["name"] for config in configs.values()} == {"Hall"}
        assert all(config["availability_topic"] == f"{base}/online" for config in configs.values())
        assert len({config["unique_id"] for config in configs.values()}) == 15
        album = next(config for topic, config in configs.items() if "/select/" in topic)
        assert album["options"] == ["–", "Holidays"]
        until(lambda: watching.heard.get(f"{base}/picture", b"")[:3] == b"\xff\xd8\xff")
        assert json.loads(watching.heard[f"{base}/photo"])["place"] == "Vienna, Austria"
        until(lambda: watching.heard.get(f"{base}/online") == b"online")

        first = ask(home, "now")["key"]
        watching.order(base, "next", "PRESS")
        until(lambda: ask(home, "now")["key"] != first)
        watching.order(base, "pause", "on")
        until(lambda: state().get("pause") == "on")
        watching.order(base, "screen", "off")
        until(lambda: state()["screen"] == "off")
        watching.order(base, "screen", "on")
        watching.order(base, "brightness", "60")
        watching.order(base, "album", "Holidays")
        until(lambda: (state()["brightness"], state()["album"], state()["screen"]) == (60, "Holidays", "on"))
        assert load(home.settings).settings.wall.album == "Holidays"
        watching.order(base, "album", "–")
        until(lambda: state()["album"] == "–")


NONSENSE = [("next", "x" * 5000), ("brightness", "a lot"), ("brightness", "1000"), ("album", "Nothing"),
            ("screen", "dim"), ("pause", ""), ("screen", "\0"), ("brightness", "inf"),
            ("brightness", "nan")]  # fmt: skip


def test_a_name_that_leads_to_where_nothing_is_sent_gets_no_byte(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    # This machine's address stands in for a link-local one, on which nothing listens here.
    monkeypatch.setattr("admin.mqtt.bridge.is_forbidden", lambda host: host == "127.0.0.1")
    set_value(home, "mqtt.host", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        set_value(home, "mqtt.port", str(listener.getsockname()[1]))
        context: Context = create_app(home, SystemClock()).extensions[EXTENSION]
        made = Bridge(context, context.settings.mqtt, "")
        try:
            listener.settimeout(PATIENCE_SECONDS)
            heard, _ = listener.accept()
            with heard:
                heard.settimeout(PATIENCE_SECONDS)
                assert heard.recv(100) == b"", "it hangs up before it says who it is"
        finally:
            made.close()


def test_words_that_mean_nothing_change_nothing(home: Home, broker: Broker) -> None:
    with bridge(home, broker, "Hall") as (_, made, base), observer(broker) as watching:
        until(lambda: (made.tell(), watching.heard.get(f"{base}/online"))[1] == b"online")
        before = home.settings.read_text()
        for what, word in NONSENSE:
            watching.order(base, what, word)
        watching.order(base, "brightness", "50")
        until(lambda: load(home.settings).settings.power.brightness == 50)
        assert home.settings.read_text().replace("\n[power]\nbrightness = 50\n", "") == before


def test_a_topic_that_is_no_text_does_not_end_the_listening(home: Home, broker: Broker) -> None:
    with bridge(home, broker, "Hall") as (_, made, _):
        made._client._handle_on_message(MQTTMessage(topic=b"mantelpiece/\xff/do/next"))


def test_an_order_that_the_broker_kept_is_nobodys_wish_any_more(home: Home, broker: Broker) -> None:
    with observer(broker) as watching:
        base = f"mantelpiece/{frame_id(home)}"
        watching.order(base, "brightness", "20", retain=True)
        with bridge(home, broker, "Hall") as (_, made, _):
            until(lambda: (made.tell(), watching.heard.get(f"{base}/online"))[1] == b"online")
            watching.order(base, "album", "–")
            until(lambda: load(home.settings).settings.wall.album == "" and "[wall]" in home.settings.read_text())
            assert load(home.settings).settings.power.brightness == 100


def test_two_frames_on_one_broker_are_never_confused(tmp_path: Path, broker: Broker) -> None:
    one, two = at(tmp_path / "one"), at(tmp_path / "two")
    with (
        bridge(one, broker, "Frame") as (_, first, base_one),
        bridge(two, broker, "Frame") as (_, second, base_two),
        observer(broker) as watching,
    ):
        assert base_one != base_two
        until(lambda: (first.tell(), watching.heard.get(f"{base_one}/online"))[1] == b"online")
        until(lambda: (second.tell(), watching.heard.get(f"{base_two}/online"))[1] == b"online")
        watching.order(base_one, "brightness", "30")
        until(lambda: load(one.settings).settings.power.brightness == 30)
        until(lambda: (first.tell(), watching.state(base_one))[1].get("brightness") == 30)
        until(lambda: (second.tell(), watching.state(base_two))[1].get("brightness") == 100)
        assert load(two.settings).settings.power.brightness == 100
        first.close()
        until(lambda: watching.heard[f"{base_one}/online"] == b"offline")
        assert watching.heard[f"{base_two}/online"] == b"online"


def test_a_broker_that_goes_and_comes_back_is_told_all_again(tmp_path: Path, home: Home, broker: Broker) -> None:
    make(home, count=3)
    with hanging(home), bridge(home, broker, "Hall") as (_, made, base):
        with observer(broker) as watching:
            until(lambda: (made.tell(), watching.heard.get(f"{base}/online"))[1] == b"online")
        broker.process.kill()
        broker.process.wait()
        until(lambda: not made._client.is_connected())
        made.tell()
        assert ask(home, "now")["photos"] == 3, "the wall goes on"
        with mosquitto(tmp_path, broker.port) as again, observer(again) as watching:
            until(lambda: (made.tell(), watching.heard.get(f"{base}/online"))[1] == b"online")
            until(lambda: watching.state(base).get("photos") == 3)


def test_home_assistant_that_starts_is_told_all_again(home: Home, broker: Broker) -> None:
    with bridge(home, broker, "Hall") as (_, made, base), observer(broker) as watching:
        # It listens, and all that it has to say was heard.
        until(
            lambda: (watching.order(base, "brightness", "50"), load(home.settings).settings.power.brightness == 50)[1]
        )
        made.tell()
        made._client.publish("end", b"end", qos=1)
        until(lambda: "end" in watching.heard)
        told = {topic for topic in watching.heard if topic != "end" and "/do/" not in topic}
        assert f"{base}/online" in told
        watching.heard.clear()
        made.tell()
        watching.client.publish("homeassistant/status", "offline", qos=1).wait_for_publish(PATIENCE_SECONDS)
        until(lambda: (made.tell(), "homeassistant/status" in watching.heard)[1])
        # Other programs fill and empty the disk, whose free space is told.
        assert set(watching.heard) - {f"{base}/state"} == {"homeassistant/status"}, "nothing new, nothing said"
        watching.client.publish("homeassistant/status", "online", qos=1).wait_for_publish(PATIENCE_SECONDS)
        until(lambda: (made.tell(), set(watching.heard) >= told)[1])


@contextmanager
def talking(home: Home) -> Iterator[Context]:
    """As in the page's process, which follows the settings."""
    context: Context = create_app(home, SystemClock()).extensions[EXTENSION]
    ended = Event()
    thread = Thread(target=keep_talking, args=(context, ended))
    thread.start()
    try:
        yield context
    finally:
        ended.set()
        thread.join()


def kept_by(broker: Broker) -> set[str]:
    """What a newcomer hears at once."""
    with observer(broker) as newcomer:
        until(lambda: (newcomer.client.publish("end", b"", qos=1), "end" in newcomer.heard)[1])
        return {topic for topic, payload in newcomer.heard.items() if payload}


SWITCHED_OFF = {
    "no broker any more": ("mqtt.host", "", set()),
    "announced to nobody": ("mqtt.discovery", "", {"mantelpiece"}),
    "announced elsewhere": ("mqtt.discovery", "rooms", {"mantelpiece", "rooms"}),
}


@pytest.mark.parametrize(("key", "value", "left"), SWITCHED_OFF.values(), ids=SWITCHED_OFF)
def test_a_frame_that_is_switched_off_leaves_nothing_behind(
    home: Home, broker: Broker, monkeypatch: pytest.MonkeyPatch, key: str, value: str, left: set[str]
) -> None:
    monkeypatch.setattr("admin.mqtt.bridge.EVERY_SECONDS", 0.05)
    set_value(home, "mqtt.host", "127.0.0.1")
    set_value(home, "mqtt.port", str(broker.port))
    with talking(home):
        until(lambda: len(kept_by(broker)) == 19)
        set_value(home, key, value)
        until(lambda: {topic.partition("/")[0] for topic in kept_by(broker)} == left)
    ended = f"mantelpiece/{frame_id(home)}/online"
    assert (ended in kept_by(broker)) is bool(left), "a frame that only ends is known, and offline"


def test_over_tls_only_a_certificate_that_is_believed_will_do(home: Home, tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        made = ["-keyout", tmp_path / f"{name}.key", "-out", tmp_path / f"{name}.pem"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", *made,
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)  # fmt: skip
    secure = f"cafile {tmp_path}/ours.pem\ncertfile {tmp_path}/ours.pem\nkeyfile {tmp_path}/ours.key\n"
    with mosquitto(tmp_path, more=secure) as broker, observer(broker, tmp_path / "ours.pem") as watching:
        set_value(home, "mqtt.tls", "true")
        set_value(home, "mqtt.ca_file", str(tmp_path / "theirs.pem"))
        refused: list[object] = []
        with bridge(home, broker, "Hall") as (_, made, base):
            made._client.on_connect_fail = lambda *_: refused.append(1)
            until(lambda: refused or made._client.is_connected())
            assert not made._client.is_connected()
        assert watching.heard == {}
        set_value(home, "mqtt.ca_file", str(tmp_path / "ours.pem"))
        with bridge(home, broker, "Hall") as (_, made, base):
            until(lambda: (made.tell(), watching.heard.get(f"{base}/online"))[1] == b"online")


def test_a_copied_card_is_another_frame(home: Home, tmp_path: Path) -> None:
    serials = [tmp_path / name for name in ("a", "b")]
    for path in serials:
        path.write_bytes(path.name.encode() + b"\0")
    ids = [frame_id(home, serial=path) for path in (*serials, serials[0])]
    assert ids[0] == ids[2] != ids[1]
    assert frame_id(home) == frame_id(home), "and the same after every restart"
