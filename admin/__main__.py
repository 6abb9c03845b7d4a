"""`python -m admin`: the phone page, until it is told to end. Started by systemd or `mantelpiece run`."""

from __future__ import annotations

import sys

from admin.daemon import run
from sync.clock import SystemClock
from sync.errors import MantelpieceError
from sync.home import find


def main(arguments: list[str]) -> int:
    """The exit code: 0 done, 2 wrong usage or settings."""
    if arguments:
        print("Usage: python -m admin", file=sys.stderr)
        return 2
    try:
        return run(find(), clock=SystemClock())
    except MantelpieceError as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
