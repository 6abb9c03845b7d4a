"""What the page may wish of root's part of the Wi-Fi, and what that answers: their form on the socket, checked by it.

There are four wishes and no other. None reads or changes what NetworkManager remembers besides our own two networks.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from admin.wifi.manager import Network

SOCKET = Path("/run/mantelpiece-wifi.sock")
LONGEST_BYTES = 4096
LONGEST_NAME_BYTES, SHORTEST_PASSWORD, LONGEST_PASSWORD = 32, 8, 63

_OwnName = Annotated[str, Meta(pattern="^mantelpiece-[0-9a-f]{4}\\Z")]
_Code = Annotated[str, Meta(pattern="^[0-9]{8}\\Z")]


class Hear(Struct, tag="hear", frozen=True):
    """Which networks are there?"""


class Open(Struct, tag="open", frozen=True):
    """A network of our own, with this name and code."""

    name: _OwnName
    code: _Code


class Close(Struct, tag="close", frozen=True):
    """Our own network goes, and is forgotten."""


class Join(Struct, tag="join", frozen=True):
    """Join this one and remember it."""

    name: str
    password: str

    def __post_init__(self) -> None:
        if not is_name(self.name) or not is_password(self.password):
            raise ValueError("no network could be called so, or have such a password")


class Answer(Struct, frozen=True):
    trouble: str = ""
    """Why it was not done, in a sentence."""
    networks: list[Network] = []


Wish = Hear | Open | Close | Join
WISHES = msgspec.json.Decoder[Wish](Wish)
ANSWERS = msgspec.json.Decoder(Answer)


def is_name(name: str) -> bool:
    """Whether a Wi-Fi may be called so. A dash in front would be an option of nmcli's."""
    return name.isprintable() and 0 < len(name.encode()) <= LONGEST_NAME_BYTES and not name.startswith("-")


def is_password(password: str) -> bool:
    """Whether a Wi-Fi may have it; empty: it is open. 64 hexadecimal digits are what others are made into."""
    fits = SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or re.fullmatch("[0-9A-Fa-f]{64}", password)
    return password.isprintable() and (not password or bool(fits))
