"""All that the wall knows of the photo on it, for whoever asks: who, where, when, why, and its address in Immich,
which the sign draws as a code to open on a phone. Pure.
"""

from __future__ import annotations

from datetime import date

from frame.overlays.captions import camera, day, people, place
from frame.overlays.locale import Locale
from frame.render.request import BETWEEN
from frame.selection.why import Why
from sync.catalogue import PhotoEntry
from sync.settings.tree import Settings
from sync.settings.wall import Words

_MOST_LETTERS = 180


def details(
    entry: PhotoEntry, partner: PhotoEntry | None, why: Why, settings: Settings, locale: Locale, today: date | None
) -> tuple[str, ...]:
    """Lines for the sign, the most telling one first (of two photos a line each); the address last, where the photo is
    an Immich server's."""
    if partner is not None:
        lines = [BETWEEN.join(_lines(each, locale, today)[:4]) or each.file_name for each in (entry, partner)]
        lines.append(locale.because(why))
    else:
        lines = [*_lines(entry, locale, today), locale.because(why)]
    told = [line[:_MOST_LETTERS] for line in dict.fromkeys(lines)]
    return (*told[:7], *filter(None, (address(entry, settings),)))


def _lines(entry: PhotoEntry, locale: Locale, today: date | None) -> list[str]:
    """Caption, people, place, day; then albums and camera; those that are known."""
    lines = [
        " ".join((entry.caption or "").split()),
        people(entry, locale),
        place(entry),
        day(entry, Words(), locale, today),
        ", ".join(name for name, _ in entry.albums),
        camera(entry),
    ]
    return list(filter(None, lines))


def address(entry: PhotoEntry, settings: Settings) -> str:
    """Where Immich shows the photo; empty for one that no configured server has."""
    name, _, asset = entry.key.partition(":")
    server = settings.servers.get(name)
    return f"{server.url.rstrip('/')}/photos/{asset}" if server is not None and asset else ""
