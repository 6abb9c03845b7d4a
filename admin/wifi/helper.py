"""Root's part of the Wi-Fi: `python -m admin.wifi.helper`, begun by mantelpiece-wifi.socket for each wish of the page.

It reads one wish from standard input, does it by nmcli and answers on standard output. So the page, which strangers can
reach, needs no right over NetworkManager: whoever took it over could read no password of a network, nor turn one away.
"""

from __future__ import annotations

import sys
from typing import BinaryIO

import msgspec

from admin.wifi.manager import Manager, NetworkTrouble
from admin.wifi.wishes import LONGEST_BYTES, WISHES, Answer, Close, Hear, Join, Open, Wish


def main(wished: BinaryIO, told: BinaryIO) -> int:
    """0 when it was answered, be it with why NetworkManager could not; 2 when it is no wish."""
    try:
        wish = WISHES.decode(wished.read(LONGEST_BYTES))
    except (ValueError, RecursionError) as error:
        print(f"refused: {error}", file=sys.stderr)
        return 2
    try:
        answer = grant(wish, Manager())
    except NetworkTrouble as trouble:
        answer = Answer(trouble=trouble.sentence)
    told.write(msgspec.json.encode(answer))
    told.flush()
    return 0


def grant(wish: Wish, manager: Manager) -> Answer:
    """Raises NetworkTrouble."""
    match wish:
        case Hear():
            return Answer(networks=manager.networks())
        case Open(name=name, code=code):
            manager.open_own(name, code)
        case Close():
            manager.close_own()
        case Join(name=name, password=password):
            manager.join(name, password)
    return Answer()


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
