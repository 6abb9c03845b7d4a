"""What a frame is on a broker: its topics, what Home Assistant is told of them, and what they say. Pure.

`<base>` is `mantelpiece/<id>`: `<base>/online` is online or offline, `<base>/state` one JSON object, `<base>/picture`
a JPEG; orders come to `<base>/do/<what>`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

ALL_ALBUMS = "–"
BUTTONS = {"next": "mdi:skip-next", "back": "mdi:skip-previous", "favourite": "mdi:heart", "sync": "mdi:sync"}
NAMES = {
    "next": "Next", "back": "Back", "favourite": "Favourite", "sync": "Sync now", "pause": "Paused", "screen": "Screen",
    "brightness": "Brightness", "album": "Album", "picture": "On the wall", "showing": "Showing",
    "photos": "Photos", "problems": "Problems", "synced": "Last sync", "free": "Free space", "heat": "Temperature",
}  # fmt: skip
ORDERS = (*BUTTONS, "pause", "screen", "brightness", "album")


@dataclass(frozen=True)
class Frame:
    """One frame as a broker knows it."""

    id: str
    name: str
    version: str
    page: str
    """The phone page's address."""

    @property
    def base(self) -> str:
        return f"mantelpiece/{self.id}"

    def topic(self, what: str) -> str:
        return f"{self.base}/{what}"

    def order(self, what: str) -> str:
        return f"{self.base}/do/{what}"

    def kept(self, prefix: str) -> list[str]:
        """Every topic that the broker keeps something of this frame under."""
        own = [self.topic(what) for what in ("state", "photo", "trouble", "picture", "online")]
        return [*announcements(self, prefix, ()), *own]


def announcements(frame: Frame, prefix: str, albums: tuple[str, ...]) -> dict[str, str]:
    """Topic to payload, all to be retained; an empty prefix announces nothing."""
    if not prefix:
        return {}
    found = {}
    for what, (component, own) in _entities(frame, albums).items():
        node = f"mantelpiece_{frame.id}"
        payload = {
            "name": NAMES[what],
            "unique_id": f"{node}_{what}",
            "object_id": f"{node}_{what}",
            "availability_topic": frame.topic("online"),
            "device": {
                "identifiers": [node], "name": frame.name, "manufacturer": "mantelpiece", "model": "Photo frame",
                "sw_version": frame.version, "configuration_url": frame.page,
            },
            **own,
        }  # fmt: skip
        found[f"{prefix}/{component}/{node}/{what}/config"] = json.dumps(payload)
    return found


def _entities(frame: Frame, albums: tuple[str, ...]) -> dict[str, tuple[str, dict[str, Any]]]:
    state = {"state_topic": frame.topic("state")}

    def read(key: str) -> dict[str, Any]:
        return state | {"value_template": f"{{{{ value_json.{key} }}}}"}

    def heard(what: str) -> dict[str, Any]:
        return read(what) | {"command_topic": frame.order(what)}

    on_off = {"payload_on": "on", "payload_off": "off", "state_on": "on", "state_off": "off"}
    diagnostic = {"entity_category": "diagnostic"}
    buttons = {what: ("button", {"command_topic": frame.order(what), "icon": icon}) for what, icon in BUTTONS.items()}
    return {
        **buttons,
        "pause": ("switch", heard("pause") | on_off | {"icon": "mdi:pause"}),
        "screen": ("switch", heard("screen") | on_off | {"icon": "mdi:monitor"}),
        "brightness": ("number", heard("brightness") | {"min": 5, "max": 100, "unit_of_measurement": "%"}),
        "album": ("select", heard("album") | {"options": [ALL_ALBUMS, *albums]}),
        "picture": ("image", {"image_topic": frame.topic("picture"), "content_type": "image/jpeg"}),
        "showing": ("sensor", read("showing") | {"json_attributes_topic": frame.topic("photo"), "icon": "mdi:image"}),
        "photos": ("sensor", read("photos") | {"icon": "mdi:image-multiple"}),
        "problems": ("sensor", read("problems") | diagnostic | {"json_attributes_topic": frame.topic("trouble")}),
        "synced": ("sensor", read("synced") | diagnostic | {"device_class": "timestamp"}),
        "free": ("sensor", read("free") | diagnostic | {
            "device_class": "data_size", "unit_of_measurement": "GB", "suggested_display_precision": 1}),
        "heat": ("sensor", read("heat") | diagnostic | {
            "device_class": "temperature", "unit_of_measurement": "°C"}),
    }  # fmt: skip


def state_of(now: dict[str, Any] | None, *, album: str, brightness: int, machine: dict[str, Any]) -> dict[str, Any]:
    """The values of `<base>/state`. `now` is the wall's own answer, None while it does not run."""
    told = now or {}
    screen = told.get("screen") or {}
    return {
        "showing": _title(told)[:250],
        "pause": "on" if told.get("paused") else "off",
        "screen": "off" if not told or screen.get("level") == 0 else "on",
        "brightness": brightness,
        "album": album or ALL_ALBUMS,
        "photos": told.get("photos", 0),
        "problems": len(told.get("problems", [])) if now else 1,
        **machine,
    }


def photo_of(now: dict[str, Any] | None) -> dict[str, Any]:
    """The attributes of what hangs there."""
    kept = ("asset", "server", "album", "file_name", "taken", "local_time", "place", "people", "caption", "rating",
            "favourite", "why")  # fmt: skip
    return {key: (now or {})[key] for key in kept if key in (now or {})}


def _title(now: dict[str, Any]) -> str:
    if not now:
        return "away"
    if now.get("showing") != "photo":
        return str(now.get("showing"))
    return str(now.get("caption") or now.get("place") or now.get("file_name") or now.get("asset"))
