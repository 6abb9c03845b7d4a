"""The programs that run, and what they need of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from admin.cli.checks.finding import Finding, bad, ok, warn
from frame.control import FrameNotRunning, FrameRefused, ask
from sync.home import Home
from sync.jobs.follow import serving
from sync.settings.last_good import Kept

_PARTS = (
    ("PIL", "Pillow", "no picture can be decoded", bad),
    ("pillow_heif", "pillow-heif", "HEIC originals without a preview cannot be shown", warn),
    ("pygame", "pygame-ce", "only the framebuffer and picture files are left as displays", warn),
)


def services(home: Home, _kept: Kept) -> Iterator[Finding]:
    """sync and the wall run."""
    if serving(home):
        yield ok("sync", "The sync service is running.")
    else:
        yield warn("sync", "The sync service is not running.", "mantelpiece run, or systemctl start mantelpiece-sync")


def wall(home: Home, kept: Kept) -> Iterator[Finding]:
    """The wall runs; or where it would appear, and why not elsewhere."""
    try:
        now = ask(home, "now", timeout_seconds=2.0)
    except FrameRefused as error:
        yield bad("wall", error.sentence)
        return
    except FrameNotRunning:
        yield warn("wall", "The wall is not running.", "mantelpiece run, or systemctl start mantelpiece-frame")
        yield from _display(kept)
        return
    yield ok("wall", f"The wall shows {_SHOWN.get(str(now.get('showing')), 'a picture')} on {now.get('display')}.")
    screen = now.get("screen") or {}
    if screen.get("way") == "" and screen.get("reasons"):
        yield warn("screen", "No way was found to switch the panel off: at night it goes black, its light stays on.",
                   " ".join(screen.get("reasons", [])))  # fmt: skip
    elif screen.get("way"):
        yield ok("screen", f"The panel is switched by {screen['way']}.")
    for problem in now.get("problems", []):
        yield warn("wall", str(problem))


_SHOWN = {"photo": "a photo", "welcome": "its welcome", "nothing": "nothing yet"}

_PROBE = """
import sys
from frame.displays.probe import open_display
display, reasons = open_display(sys.argv[1], sys.argv[2])
print(display.name)
print(*reasons, sep="\\n")
display.close()
"""


def _display(kept: Kept) -> Iterator[Finding]:
    # In a child: SDL and its drivers stay out of this process, and cannot hang it.
    wanted = kept.settings.wall.display
    if wanted.startswith("file:"):
        yield ok("display", f"The wall is written to {wanted[5:]}.")
        return
    try:
        done = subprocess.run([sys.executable, "-c", _PROBE, wanted, kept.settings.wall.size], capture_output=True,
                              text=True, timeout=60, env=os.environ)  # fmt: skip
    except subprocess.TimeoutExpired:
        yield bad("display", f"The display {wanted!r} did not answer within a minute.")
        return
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        yield bad("display", said.rpartition(": ")[2], "Choose another: mantelpiece settings set wall.display auto")
        return
    name, *reasons = done.stdout.splitlines()
    if name == "none" and wanted != "none":
        yield warn("display", "Nothing was found that the wall could appear on.",
                   "Connect a screen, or have pictures written: "
                   "mantelpiece settings set wall.display file:FOLDER")  # fmt: skip
    else:
        yield ok("display", f"The wall would appear on {name}." if name != "none" else "The wall appears nowhere.")
    for reason in reasons:
        if reason:
            yield ok("display", reason)


def parts(_home: Home, _kept: Kept) -> Iterator[Finding]:
    """Libraries and programs that a clean installation has."""
    for module, package, effect, make in _PARTS:
        done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, timeout=60,
                              env=os.environ | {"PYGAME_HIDE_SUPPORT_PROMPT": "1"})  # fmt: skip
        if done.returncode:
            yield make("parts", f"{package} cannot be loaded: {effect}.", f"pip install {package}")
        else:
            yield ok("parts", f"{package} is here.")
    if shutil.which("exiftool") is None:
        yield warn("parts", "exiftool is missing; only writing into originals needs it.",
                   "apt install libimage-exiftool-perl")  # fmt: skip
    else:
        yield ok("parts", "exiftool is here.")
