"""`python -m sync`: the service. `python -m sync job <id>`: one job, in this process, then the end. `python -m sync
alarm`: the words of standard input, to whoever gets notices."""

from __future__ import annotations

import sys

from sync import daemon
from sync.clock import SystemClock
from sync.errors import MantelpieceError
from sync.handlers import handlers
from sync.home import find
from sync.jobs import child


def main(arguments: list[str]) -> int:
    """The exit code: as the job's, or 0 for a service that was told to end."""
    try:
        match arguments:
            case []:
                return daemon.run(find(), clock=SystemClock())
            case ["job", number] if number.isdigit():
                return child.run(find(), int(number), handlers(), clock=SystemClock())
            case ["alarm"]:
                # Imported here: nothing else needs it.
                from sync.notices import alarm

                return alarm.run(find(), sys.stdin.buffer, clock=SystemClock())
    except MantelpieceError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print("Usage: python -m sync [job <id>]", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
