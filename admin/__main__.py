"""`python -m admin`: the phone page."""

from __future__ import annotations

import sys

from sync.clock import SystemClock
from sync.errors import MantelpieceError
from sync.home import find


def main() -> int:
    """The exit code."""
    from admin.daemon import run

    try:
        return run(find(), clock=SystemClock())
    except MantelpieceError as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
