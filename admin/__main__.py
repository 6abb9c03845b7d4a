"""`python -m admin`: the phone page. `python -m admin password`: set its password from a terminal or standard input."""

from __future__ import annotations

import getpass
import sys

from sync.clock import SystemClock
from sync.errors import MantelpieceError
from sync.home import find


def main(arguments: list[str]) -> int:
    """The exit code: 0 done, 2 wrong usage."""
    try:
        match arguments:
            case []:
                from admin.daemon import run

                return run(find(), clock=SystemClock())
            case ["password"]:
                return _set_password()
    except MantelpieceError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print("Usage: python -m admin [password]", file=sys.stderr)
    return 2


def _set_password() -> int:
    """For whoever forgot it, and for a frame whose wall cannot show the code. Signs every phone out."""
    from admin.house import House
    from admin.security.passwords import LONGEST, SHORTEST
    from sync.home import prepare

    home = find()
    prepare(home)
    asked = sys.stdin.isatty()
    password = getpass.getpass("New password for the phone page: ") if asked else sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(password) <= LONGEST:
        print(f"Use {SHORTEST} to {LONGEST} characters; nothing was changed.", file=sys.stderr)
        return 2
    if asked and getpass.getpass("Once more: ") != password:
        print("The two differ; nothing was changed.", file=sys.stderr)
        return 2
    House(home, SystemClock()).set_password(password)
    print("The password is set; every phone is signed out.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
