"""`sudo systemd/install`: the options, and which of install, update and removal is meant."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from appliance import install, removal
from appliance.exposure import POWER
from appliance.layout import CHOSEN, SOURCE, Wanted, chosen_before
from appliance.machine import Machine, Refused


def main() -> int:
    """0 done, 1 not done (a sentence says why), 2 wrong usage."""
    options = _parser().parse_args()
    machine = Machine(Path(options.prefix).resolve(), dry=options.dry_run)
    if os.getuid() != 0 and not options.dry_run:
        print("This changes the system: sudo systemd/install", file=sys.stderr)
        return 2
    os.umask(0o022)  # whatever this root's shell says: the program must be readable for its users
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        if options.uninstall:
            removal.remove_all(machine, data=options.data)
            return 0
        return install.bring_up(machine, _wanted(machine, options), console=options.console)
    except (Refused, OSError) as refused:
        print(refused, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; install again to go on.", file=sys.stderr)
        return 1


def _interrupt(number: int, _: object) -> None:
    """A connection that breaks off, over the very Wi-Fi of this machine, is like Ctrl-C: what is half done is taken
    back. Its terminal takes no more words."""
    if number == signal.SIGHUP:
        signal.signal(number, signal.SIG_IGN)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
    raise KeyboardInterrupt


def _wanted(machine: Machine, options: argparse.Namespace) -> Wanted:
    """What was asked for now, beside what was before."""
    before = None if options.anew else chosen_before(machine.read(CHOSEN))
    frame = not options.without_frame and (before is None or before.frame or options.lite or bool(options.desktop))
    desktop = "" if options.lite or not frame else options.desktop or (before.desktop_user if before else None)
    if desktop is None and install.has_desktop(machine):
        desktop = os.environ.get("SUDO_USER", "")
        if desktop in ("", "root"):
            raise Refused("A desktop is installed: say whose session the wall is to be in (--desktop USER), or that it "
                          "is to have the bare screen all the same (--lite).")  # fmt: skip
        print(f"A desktop is installed: the wall becomes a window of {desktop} (--desktop USER, --lite).")
    if desktop and not machine.knows("passwd", desktop):
        raise Refused(f"There is no user {desktop!r} for --desktop.")
    for root in options.root:
        if not root.startswith("/") or any(sign in root for sign in " \t\n%\\\"'"):
            raise Refused(f"--root {root!r} must be a whole path without blanks and quotes.")
    if options.port is not None and not 0 < options.port < 65536:
        raise Refused("--port must be a number from 1 to 65535.")
    kept = before or Wanted()
    return Wanted(
        frame=frame, desktop_user=desktop or "", allow=_union(kept.allow, options.allow),
        roots=_union(kept.roots, options.root), extras=_union(kept.extras, options.extra),
        port=options.port or kept.port,
    )  # fmt: skip


def _union(before: tuple[str, ...], now: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *now)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="systemd/install",
        description=f"Installs mantelpiece from {SOURCE} as services that start with the machine. Running it again "
        "brings an installation up to date: it is tried first, and the version before comes back if it does not work.",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--uninstall", action="store_true", help="take it away; photos and settings only after a yes")
    parser.add_argument("--data", action="store_true", help="with --uninstall: photos and settings too, without asking")
    parser.add_argument("--without-frame", action="store_true", help="no wall: the chores where the originals lie")
    parser.add_argument("--console", action="store_true", help="also set what the kernel is told (Pi OS Lite)")
    parser.add_argument("--desktop", metavar="USER", help="the wall is a window of this user's desktop session")
    parser.add_argument("--lite", action="store_true", help="the wall has the bare screen, though a desktop is there")
    parser.add_argument("--allow", action="append", default=[], choices=tuple(POWER), help="open the sandbox for this")
    parser.add_argument("--root", action="append", default=[], metavar="FOLDER", help="originals that lie elsewhere")
    parser.add_argument("--extra", action="append", default=[], choices=("eink", "gpio", "mqtt"))
    parser.add_argument("--port", type=int, help="of the phone page, where another program has port 80")
    parser.add_argument("--anew", action="store_true", help="forget the options of earlier times, which else stay")
    parser.add_argument("--prefix", default="/", metavar="FOLDER", help="a Debian root in a folder, not this machine")
    return parser
