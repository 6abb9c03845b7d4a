"""What lies where on an installed machine, and which of it each kind of installation has. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = "/opt/mantelpiece"
VERSIONS = "/opt/mantelpiece-versions"
HOME, RUNTIME, CLOCK = "/var/lib/mantelpiece", "/run/mantelpiece", "/run/mantelpiece-clock"
UNITS, USER_UNITS = "/etc/systemd/system", "/etc/systemd/user"
DESKTOP = {
    f"{USER_UNITS}/mantelpiece-frame.service": "mantelpiece-frame.service",
    "/etc/xdg/autostart/mantelpiece-frame.desktop": "mantelpiece-frame.desktop",
}
"""Installed path to the file in the folder desktop."""
SHARED = ("mount-card", "start-wall")
"""Scripts that units and desktops call, installed with each version."""
CHOSEN = f"{VERSIONS}/chosen"
"""How it was installed last: an update that is not told otherwise keeps to it."""
COMMAND = "/usr/local/bin/mantelpiece"

OUR_GROUPS = ("mantelpiece", "mantelpiece-wifi")
"""Who shares settings and pictures; who may ask for a Wi-Fi: the page's service, and no person or program besides."""

PACKAGES = ("python3-venv", "libimage-exiftool-perl")
FRAME_PACKAGES = (
    "libdrm2", "libgbm1", "libegl1", "libgles2", "libgl1-mesa-dri", "fonts-dejavu-core",
    "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji",
)  # fmt: skip
"""The wall writes captions in any script that has a font: together the fonts take 150 MB."""
DESKTOP_PACKAGES = ("wlr-randr",)
"""What switches the panel off on a Wayland desktop that has nothing better of its own."""

FILES = {
    "/etc/tmpfiles.d/mantelpiece.conf": "etc/tmpfiles.conf",
    "/etc/udev/rules.d/60-mantelpiece.rules": "etc/udev.rules",
}
"""Installed path to the file beside this room."""
FRAME_FILES = {"/etc/systemd/journald.conf.d/mantelpiece.conf": "etc/journald.conf"}
SCREEN_FILES = {
    "/etc/systemd/logind.conf.d/mantelpiece.conf": "etc/logind.conf",
    "/etc/systemd/system.conf.d/mantelpiece.conf": "etc/system.conf",
}
"""Of a machine that is nothing but a frame: on a desktop people have their own wishes for it."""
FRAME_UNITS = ("mantelpiece-frame.service", "mantelpiece-wifi.socket", "mantelpiece-wifi@.service")
"""Of a frame alone: a box where originals lie keeps its journal, and nobody chooses its network from a phone."""
GONE = ("/etc/polkit-1/rules.d/60-mantelpiece.rules",)
"""Of earlier versions; it gave the page rights that it no longer needs."""


def chosen_before(text: str | None) -> Wanted | None:
    """Of what CHOSEN holds."""
    try:
        told = json.loads(text or "")
        return Wanted(**{key: tuple(value) if isinstance(value, list) else value for key, value in told.items()})
    except (ValueError, TypeError, AttributeError):
        return None


@dataclass(frozen=True)
class Wanted:
    """How to install."""

    frame: bool = True
    desktop_user: str = ""
    """The wall is a window of this person's session; empty: it has the bare screen."""
    allow: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    port: int = 80
    """Of the phone page."""

    def units(self) -> dict[str, Path]:
        """Installed path to unit."""
        found = {f"{UNITS}/{path.name}": path for path in sorted((SOURCE / "systemd" / "units").iterdir())}
        without = FRAME_UNITS if not self.frame else FRAME_UNITS[:1] if self.desktop_user else ()
        return {path: unit for path, unit in found.items() if unit.name not in without}

    def desktop(self) -> dict[str, str]:
        """Installed path to content."""
        texts = {path: (SOURCE / "systemd" / "desktop" / name).read_text() for path, name in DESKTOP.items()}
        return {path: text.replace("@USER@", self.desktop_user) for path, text in texts.items()}

    def files(self, there: Iterable[str] = ()) -> dict[str, str | None]:
        """Installed path to content; None: not wanted, and not to stay from an installation of another kind. `there`
        are the drop-ins of ours that are installed."""
        rest = FILES | (FRAME_FILES if self.frame else {})
        rest |= SCREEN_FILES if self.frame and not self.desktop_user else {}
        maybe = (*there, *GONE, *Wanted().units(), *DESKTOP, *FRAME_FILES, *SCREEN_FILES)
        found: dict[str, str | None] = dict.fromkeys(maybe)
        found |= {path: unit.read_text() for path, unit in self.units().items()} | self.drop_ins()
        found |= self.desktop() if self.desktop_user else {}
        found |= {path: (SOURCE / "systemd" / name).read_text() for path, name in rest.items()}
        return found | {CHOSEN: json.dumps(asdict(self))}

    def drop_ins(self) -> dict[str, str]:
        """Installed path to content."""
        folder = SOURCE / "systemd" / "drop-ins"
        found = {f"{UNITS}/mantelpiece-frame.service.d/{name}.conf": (folder / f"{name}.conf").read_text()
                 for name in self.allow}  # fmt: skip
        for number, root in enumerate(self.roots, start=1):
            text = (folder / "root.conf").read_text().replace("@ROOT@", root)
            found[f"{UNITS}/mantelpiece-sync.service.d/root-{number}.conf"] = text
        if self.port != Wanted.port:
            text = (folder / "port.conf").read_text().replace("@PORT@", str(self.port))
            found[f"{UNITS}/mantelpiece-admin.socket.d/port.conf"] = text
        return found

    def groups(self) -> tuple[str, ...]:
        """Whose devices the wall's unit and its drop-ins name."""
        found = {path: text for path, text in self.files().items() if "mantelpiece-frame.service" in path and text}
        lines = "\n".join(found.values()).splitlines()
        named = [line.partition("=")[2].split() for line in lines if line.startswith("SupplementaryGroups=")]
        return tuple(dict.fromkeys(name for names in named for name in names))

    def packages(self) -> tuple[str, ...]:
        desktop = DESKTOP_PACKAGES if self.desktop_user else ()
        return PACKAGES + (FRAME_PACKAGES if self.frame else ()) + desktop
