"""`mantelpiece show`: the wall without sync, on a display of choice. Starts the frame's own program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import click

from admin.cli.verb import Call, verb
from sync.errors import UsageError
from sync.settings.reading import choices, parse_value

_KEYS = {
    "display": "wall.display",
    "size": "wall.size",
    "selection": "wall.selection",
    "layout": "wall.layout",
    "rotation": "wall.rotation",
    "transition": "wall.transition",
}

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@verb("show")
@click.option("--display", help="auto, framebuffer[:/dev/fbN], window, kms, file:FOLDER, inky, epd:MODULE or none.")
@click.option("--size", metavar="WIDTHxHEIGHT", help="Pixels of a window or of picture files.")
@click.option("--count", type=click.IntRange(min=0), default=0, help="End after so many pictures; 0 goes on.")
@click.option("--interval", metavar="SECONDS", type=click.FloatRange(0, 86400),
              help="How long each picture stays; 0: until the next one is made.")
@click.option("--selection", help=f"{choices('wall.selection')}.")
@click.option("--layout", help=f"{choices('wall.layout')}.")
@click.option("--rotation", help="How far the panel is turned clockwise: 0, 90, 180 or 270 degrees.")
@click.option("--transition", help=f"{choices('wall.transition')}.")
def command(call: Call, *, count: int, interval: float | None, **options: str | None) -> int:
    """Show what is mirrored, without sync: a line a picture with asset, album, file and why.

    \b
    Examples:
      mantelpiece show
      mantelpiece show --display file:/tmp/wall --size 1920x1080 --count 3 --interval 0 --json
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        try:
            parse_value(_KEYS[name], value)
        except ValueError as error:
            raise UsageError(str(error).replace(_KEYS[name], f"--{name}")) from None
    if interval is not None:
        given["interval"] = f"{interval:g}"
    level = "debug" if call.output.verbose else "error"
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    words += ["--count", str(count), *(["--json"] if call.output.as_json else [])]
    environment = os.environ | {"MANTELPIECE_HOME": str(call.home.root)}
    silent = subprocess.DEVNULL if call.output.quiet and not call.output.as_json else None
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    frame = subprocess.Popen(
        [sys.executable, "-m", "frame", "--log-level", level, "show", *words],
        env=environment, stdout=silent, preexec_fn=_begin,
    )  # fmt: skip
    for number in _ENDING:
        signal.signal(number, lambda *_: frame.terminate())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    code = frame.wait()
    return 0 if code in (-signal.SIGTERM, -signal.SIGINT) else max(code, 0) or int(code < 0)


def _begin() -> None:
    # Ctrl-C reaches the frame too, and would be a traceback while it loads; we end it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
