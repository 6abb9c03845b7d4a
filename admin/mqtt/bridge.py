"""Between this frame and a broker: looks every two seconds, tells what changed, obeys what comes. In a thread of the
page's process; the wall does not know of it, and goes on when the broker is gone.

Orders that were kept on the broker (retained) are not obeyed: a "next" of last week is nobody's wish. What it keeps of
us is taken back when we are switched off or sent to another broker, not when we end: then it says that we are offline.
"""

from __future__ import annotations

import json
import logging
import shutil
import socket
from contextlib import suppress
from importlib.metadata import version
from threading import Event
from typing import TYPE_CHECKING, Any

from admin.context import Context
from admin.mqtt.entities import ORDERS, Frame, announcements, photo_of, state_of
from admin.mqtt.identity import frame_id
from admin.mqtt.orders import obey
from admin.network import page_address
from admin.pages.device import heat
from frame.control import FrameNotRunning, FrameRefused
from sync import secrets
from sync.errors import MantelpieceError
from sync.hosts import is_forbidden
from sync.library import runs
from sync.settings.tree import Mqtt

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

log = logging.getLogger(__name__)

EVERY_SECONDS = 2.0
_MOST_PICTURE_BYTES = 4_000_000


def keep_talking(context: Context, ended: Event) -> None:
    """Until `ended`: begins, ends and begins anew as the settings say. Where paho-mqtt is missing it says so once."""
    bridge: Bridge | None = None
    said, trouble = False, ""
    while True:
        wanted = context.settings.mqtt
        try:
            password = secrets.of_broker(context.home.secrets).reveal()
            if bridge is not None and bridge.identity != (wanted, password):
                bridge.close(leaving=bridge.leaves_for(wanted))
                bridge = None
            if wanted.host and bridge is None:
                bridge = Bridge(context, wanted, password)
            if bridge is not None:
                bridge.tell()
        except ImportError:
            if not said:
                log.warning("mqtt.host is set, but paho-mqtt is not installed: pip install 'mantelpiece[mqtt]'")
            said = True
        except (MantelpieceError, OSError, ValueError) as error:
            level = logging.DEBUG if str(error) == trouble else logging.WARNING
            log.log(level, "the broker was told nothing: %s", error)
            trouble = str(error)
        if ended.wait(EVERY_SECONDS):
            break
    if bridge is not None:
        bridge.close()


def _judge(_client: Client, _data: object, opened: Any) -> None:
    """Hang up where a name led to what no broker is, before our password is told there."""
    address = str(opened.getpeername()[0])
    if is_forbidden(address):
        log.warning("the broker's name leads to %s, where nothing is ever sent", address)
        opened.close()


class Bridge:
    """One connection, kept up by paho's own thread; `tell` publishes what changed since the last time."""

    def __init__(self, context: Context, wanted: Mqtt, password: str) -> None:
        """Returns at once; the broker may be there later. Raises ImportError, ValueError for a host that is none."""
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        self.identity = (wanted, password)
        self._context, self._wanted = context, wanted
        self._frame = Frame(
            frame_id(context.home), wanted.name or socket.gethostname(), version("mantelpiece"),
            page_address(context.port, context.settings.admin.host),
        )  # fmt: skip
        self._told: dict[str, bytes] = {}
        self._anew = Event()
        """All is to be told again. Set by paho's thread, which must not take from `tell` what it is comparing with."""
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"mantelpiece-{self._frame.id}")
        # What a broker sends must not end the thread that listens to it.
        self._client.suppress_exceptions = True
        if wanted.user:
            self._client.username_pw_set(wanted.user, password)
        if wanted.tls:
            self._client.tls_set(ca_certs=wanted.ca_file or None)
        self._client.will_set(self._frame.topic("online"), "offline", qos=1, retain=True)
        self._client.on_socket_open = _judge
        self._client.on_connect = self._greet
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(1, 60)
        self._client.connect_async(wanted.host, wanted.port, keepalive=30)
        self._client.loop_start()

    def tell(self) -> None:
        """Publish what is new; nothing while the broker is gone."""
        if not self._client.is_connected():
            self._anew.set()  # it may have forgotten everything by then
            return
        if self._anew.is_set():
            self._anew.clear()
            self._told.clear()
        now = self._now()
        albums = tuple(album.name for album in self._context.settings.albums)
        for topic, payload in announcements(self._frame, self._wanted.discovery, albums).items():
            self._publish(topic, payload.encode())
        settings = self._context.settings
        state = state_of(
            now, album=settings.wall.album, brightness=settings.power.brightness, machine=self._machine()
        )
        self._publish(self._frame.topic("state"), json.dumps(state).encode())
        self._publish(self._frame.topic("photo"), json.dumps(photo_of(now)).encode())
        troubles = {"sentences": list((now or {"problems": ["The wall does not run."]}).get("problems", []))}
        self._publish(self._frame.topic("trouble"), json.dumps(troubles).encode())
        self._tell_picture(now)
        self._publish(self._frame.topic("online"), b"online")

    def leaves_for(self, wanted: Mqtt) -> bool:
        """Whether these settings mean that this broker, or who listens there, is to know us no more."""
        now = self._wanted
        return (wanted.host, wanted.port, wanted.discovery) != (now.host, now.port, now.discovery)

    def close(self, *, leaving: bool = False) -> None:
        """Say goodbye, `leaving` for good; a broker that is gone does not hold the end up."""
        if self._client.is_connected():
            topics = self._frame.kept(self._wanted.discovery) if leaving else [self._frame.topic("online")]
            said = [self._client.publish(topic, "" if leaving else "offline", qos=1, retain=True) for topic in topics]
            with suppress(RuntimeError):  # it went just now
                said[-1].wait_for_publish(2.0)
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self, topic: str, payload: bytes) -> None:
        if self._told.get(topic) != payload:
            self._client.publish(topic, payload, qos=1, retain=True)
            self._told[topic] = payload

    def _tell_picture(self, now: dict[str, Any] | None) -> None:
        name = str((now or {}).get("object", ""))
        key = name.encode()
        if not name or self._told.get("picture") == key:
            return
        home = self._context.home
        for path in (home.thumbs / f"{name.partition('.')[0]}.jpg", home.object_path(name)):
            if path.suffix == ".jpg" and path.is_file() and path.stat().st_size <= _MOST_PICTURE_BYTES:
                self._client.publish(self._frame.topic("picture"), path.read_bytes(), qos=1, retain=True)
                self._told["picture"] = key
                return

    def _now(self) -> dict[str, Any] | None:
        try:
            return self._context.frame("now")
        except (FrameNotRunning, FrameRefused):
            return None

    def _machine(self) -> dict[str, Any]:
        """Disk, temperature and the last sync; None where it cannot be told."""
        synced = None
        try:
            with self._context.library() as library:
                synced = next((run.ended_at for run in runs.history(library, limit=1, kind="sync")), None)
        except MantelpieceError:
            pass
        free = shutil.disk_usage(self._context.home.root).free / 1e9
        celsius = heat()["celsius"]
        return {"synced": synced, "free": round(free, 1), "heat": None if celsius is None else round(celsius)}

    def _greet(self, client: Client, _data: object, _flags: object, reason: Any, _properties: object) -> None:
        if reason.is_failure:
            log.warning("the broker refuses: %s", reason)
            return
        log.info("connected to the broker %s", self._wanted.host)
        self._anew.set()
        client.subscribe([(self._frame.order(what), 1) for what in ORDERS])
        if self._wanted.discovery:
            client.subscribe(self._birth, 1)

    @property
    def _birth(self) -> str:
        """Where Home Assistant says that it has started."""
        return f"{self._wanted.discovery}/status"

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.topic == self._birth:
            if bytes(message.payload) == b"online":
                self._anew.set()  # should it or the broker have lost it
        elif not message.retain:
            obey(self._context, message.topic.rpartition("/")[2], bytes(message.payload))
