"""What the boot partition tells the kernel, so that a framebuffer has 32 bit, a panel that sleeps is found again, and
neither a cursor nor the system's start-up is seen in a photo. `hinted` and `without_hints` are pure; what was there
before is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from appliance.machine import Machine

CMDLINES = ("/boot/firmware/cmdline.txt", "/boot/cmdline.txt")
KEPT = ".before-mantelpiece"
PLAIN = ("vt.global_cursor_default=0", "consoleblank=0", "quiet", "cgroup_enable=memory")
UNSEEN = "video=HDMI-A-1:1920x1080M-32@60D"
"""For a panel that is off while this is installed: what nearly all of them can show."""
_OURS = "|".join([r"video=HDMI-A-\d+:\d+x\d+M-32(@60)?D", *map(re.escape, PLAIN)])
_PANELS = "/sys/class/drm"


def hints(machine: Machine) -> tuple[str, ...]:
    """What the kernel is to be told here. A panel is kept on in its own size: another one may leave it black."""
    panels = dict(_attached(machine))
    video = [f"video={name}:{size}M-32D" for name, size in panels.items() if name.startswith("HDMI")]
    return (*(video if panels else [UNSEEN]), *PLAIN)


def _attached(machine: Machine) -> Iterator[tuple[str, str]]:
    """Connectors with a panel, and the size that it likes best."""
    folder = machine.at(_PANELS)
    for connector in sorted(folder.glob("card*-*")) if folder.is_dir() else ():
        place = f"{_PANELS}/{connector.name}"
        sizes = re.findall(r"^\d+x\d+$", machine.read(f"{place}/modes") or "", re.MULTILINE)
        if (machine.read(f"{place}/status") or "").strip() == "connected" and sizes:
            yield connector.name.partition("-")[2], sizes[0]


def hinted(line: str, hints: Iterable[str]) -> str:
    """The kernel's line with what is missing; what its owner chose for the same thing stays."""
    words = line.split()
    known = {word.partition("=")[0] for word in words if not word.startswith("cgroup_enable")}
    return " ".join([*words, *(hint for hint in hints if hint.partition("=")[0] not in known and hint not in words)])


def cmdline_of(machine: Machine) -> str:
    """Where the kernel's line lies here, or empty: it is no Pi."""
    return next((path for path in CMDLINES if machine.at(path).is_file() and not machine.at(path).is_symlink()), "")


def put_hints(machine: Machine) -> None:
    """Write them, after keeping what was there."""
    path = cmdline_of(machine)
    if not path:
        machine.say("leave the kernel's line alone: this is no Raspberry Pi")
        return
    before = machine.at(path).read_text()
    after = hinted(before, hints(machine)) + "\n"
    if after.split() == before.split():
        return
    if not machine.at(path + KEPT).exists():
        machine.write(path + KEPT, before)
    machine.write(path, after)
    print("The kernel is told more after the next restart; what was there is kept as " + path + KEPT)
    machine.run("systemctl", "disable", "getty@tty1.service", may_fail=True)


def take_back(machine: Machine) -> None:
    """Our words go. What was written there since stays: the country of the Wi-Fi, or which disk is started from."""
    path = cmdline_of(machine)
    before = machine.read(path + KEPT) if path else None
    if before is None:
        return
    machine.write(path, without_hints(machine.read(path) or "", before))
    machine.remove(path + KEPT)
    machine.run("systemctl", "enable", "getty@tty1.service", may_fail=True)


def without_hints(line: str, before: str) -> str:
    """The kernel's line without what `hinted` may have added to that before; this one, where nothing else changed."""
    theirs = before.split()
    left = [word for word in line.split() if word in theirs or not re.fullmatch(_OURS, word)]
    return before if left == theirs else " ".join(left) + "\n"
