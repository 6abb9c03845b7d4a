"""All that the wall knows of the photo on it, for whoever asks: who, where, when, why, and its address in Immich,
which the sign draws as a code to open on a phone. Pure.
"""

from __future__ import annotations

from datetime import date

from frame.overlays.sayings import camera, day, people, place
from frame.overlays.tongue import Tongue
from sync.catalogue import PhotoEntry
from sync.settings import Settings, Words

_MOST_LETTERS = 180


def telling(entry: PhotoEntry, why: str, settings: Settings, tongue: Tongue, today: date | None) -> tuple[str, ...]:
    """Lines for the sign, the most telling one first; the address last, where the photo is an Immich server's."""
    lines = [
        " ".join((entry.caption or "").split()),
        people(entry, tongue),
        place(entry),
        day(entry, Words(), tongue, today),
        ", ".join(name for name, _ in entry.albums),
        camera(entry),
        why,
    ]
    told = [line[:_MOST_LETTERS] for line in dict.fromkeys(lines) if line] or [entry.file_name]
    return (*told[:7], *filter(None, (address(entry, settings),)))


def address(entry: PhotoEntry, settings: Settings) -> str:
    """Where Immich shows the photo; empty for one that no configured server has."""
    name, _, asset = entry.key.partition(":")
    server = settings.servers.get(name)
    return f"{server.url.rstrip('/')}/photos/{asset}" if server is not None and asset else ""
