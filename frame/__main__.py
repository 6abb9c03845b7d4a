"""`python -m frame`: the wall. `python -m frame show`: some pictures, and a line about each."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from io import TextIOWrapper

from sync.clock import SystemClock
from sync.errors import MantelpieceError
from sync.home import find


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 done, 1 no photos or another frame runs, 2 wrong usage or settings."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that is not set to UTF-8: a sign that it lacks must not end the wall.
        sys.stdout.reconfigure(errors="replace")
    level = options.log_level or ("error" if options.verb == "show" else "info")
    logging.basicConfig(level=level.upper(), format="%(levelname)s %(name)s: %(message)s")
    overrides = {key: value for key, value in _overrides(options).items() if value is not None}
    problem = _check(overrides) if overrides else ""
    if problem:
        print(problem, file=sys.stderr)
        return 2
    home, clock = find(), SystemClock()
    try:
        if options.verb == "show":
            from frame.show import show

            return show(home, clock=clock, overrides=overrides, count=options.count, as_json=options.json)
        from frame.daemon import run

        return run(home, clock=clock, overrides=overrides)
    except MantelpieceError as error:
        if options.verb == "show" and options.json:
            kind = type(error).__name__
            told = {"error": error.sentence, "advice": error.advice, "kind": kind, "exit_code": error.exit_code}
            print(json.dumps(told))
        else:
            print(error, file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m frame", description="Shows the mirrored photos.")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    _add_wall_options(parser)
    verbs = parser.add_subparsers(dest="verb")
    show = verbs.add_parser("show", help="show some pictures and say which")
    _add_wall_options(show)
    show.add_argument("--count", type=_count, default=0, help="end after so many pictures; 0 goes on for ever")
    show.add_argument("--json", action="store_true", help="a JSON object a line")
    return parser


def _add_wall_options(parser: argparse.ArgumentParser) -> None:
    # SUPPRESS: a verb's own absent option must not undo the one before the verb.
    for name, text in (
        ("--display", "auto, framebuffer[:/dev/fbN], window, kms, file:FOLDER, inky, epd:MODULE or none"),
        ("--size", "WIDTHxHEIGHT of a window or of picture files"),
        ("--interval", "seconds that each picture stays"),
        ("--selection", "random, sequential, newest or oldest"),
        ("--layout", "fit, fill or blur"),
        ("--rotation", "how far the panel is turned clockwise: 0, 90, 180 or 270 degrees"),
        ("--transition", "cut or crossfade"),
    ):
        parser.add_argument(name, help=text, default=argparse.SUPPRESS, type=_seconds if name == "--interval" else str)


def _overrides(options: argparse.Namespace) -> dict[str, str | None]:
    given = vars(options)
    names = ("display", "size", "selection", "layout", "rotation", "transition")
    return {f"wall.{name}": given.get(name) for name in names} | {"wall.interval_seconds": given.get("interval")}


def _check(overrides: dict[str, str]) -> str:
    from sync.settings.reading import parse_value

    try:
        for key, value in overrides.items():
            if key != "wall.interval_seconds":
                parse_value(key, value)
    except ValueError as error:
        return str(error)
    return ""


def _seconds(text: str) -> str:
    if not 0 <= float(text) <= 86400:
        raise argparse.ArgumentTypeError("it must be 0 to 86400")
    return text


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("it must not be negative")
    return value


if __name__ == "__main__":
    sys.exit(main())
