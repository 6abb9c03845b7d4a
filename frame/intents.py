"""What a person did at the wall, written down for sync: one small file each, on the card when `write_intent` returns.

Sync takes the files in the order of their names, records what they say and deletes them.
"""

from __future__ import annotations

import os
from datetime import datetime

import msgspec
from msgspec import Struct

from sync.files import write_durably
from sync.home import Home


class Intent(Struct, frozen=True):
    kind: str
    """`favourite` or `hide`."""
    key: str
    """The photo's key in the catalogue."""
    value: bool
    at: int
    """Wall clock, seconds since 1970; as right as the frame's clock was."""


def write_intent(home: Home, kind: str, key: str, *, value: bool, now: datetime) -> None:
    """Put one intent where sync finds it. Raises DiskError, or OSError."""
    intent = Intent(kind, key, value, int(now.timestamp()))
    name = f"{now.timestamp():017.3f}-{os.urandom(16).hex()}.json"
    write_durably(home.intents / name, msgspec.json.encode(intent), mode=0o660)
