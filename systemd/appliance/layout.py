"""What lies where on an installed machine, and which of it each kind of installation has. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = "/opt/mantelpiece"
VERSIONS = "/opt/mantelpiece-versions"
HOME = "/var/lib/mantelpiece"
UNITS, USER_UNITS = "/etc/systemd/system", "/etc/systemd/user"
COMMAND = "/usr/local/bin/mantelpiece"

PACKAGES = ("python3-venv", "libimage-exiftool-perl")
FRAME_PACKAGES = ("libdrm2", "libgbm1", "libegl1", "libgles2", "libgl1-mesa-dri", "fonts-dejavu-core")

FILES = {
    "/etc/systemd/journald.conf.d/mantelpiece.conf": "etc/journald.conf",
    "/etc/tmpfiles.d/mantelpiece.conf": "etc/tmpfiles.conf",
    "/etc/udev/rules.d/60-mantelpiece.rules": "etc/udev.rules",
    "/etc/polkit-1/rules.d/60-mantelpiece.rules": "etc/polkit.rules",
}
"""Installed path to the file beside this room."""


@dataclass(frozen=True)
class Wanted:
    """How to install."""

    frame: bool = True
    desktop_user: str = ""
    """The wall is a window of this person's session; empty: it has the bare screen."""
    allow: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()

    def units(self) -> dict[str, Path]:
        """Installed path to unit."""
        found = {f"{UNITS}/{path.name}": path for path in sorted((SOURCE / "systemd" / "units").iterdir())}
        if not self.frame or self.desktop_user:
            del found[f"{UNITS}/mantelpiece-frame.service"]
        if self.desktop_user:
            name = "mantelpiece-frame.service"
            found[f"{USER_UNITS}/{name}"] = SOURCE / "systemd" / "desktop" / name
        return found

    def drop_ins(self) -> dict[str, str]:
        """Installed path to content."""
        folder = SOURCE / "systemd" / "drop-ins"
        found = {f"{UNITS}/mantelpiece-frame.service.d/{name}.conf": (folder / f"{name}.conf").read_text()
                 for name in self.allow}  # fmt: skip
        for number, root in enumerate(self.roots, start=1):
            text = (folder / "root.conf").read_text().replace("@ROOT@", root)
            found[f"{UNITS}/mantelpiece-sync.service.d/root-{number}.conf"] = text
        return found

    def packages(self) -> tuple[str, ...]:
        return PACKAGES + (FRAME_PACKAGES if self.frame else ())
