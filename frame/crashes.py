"""A frame that dies again and again: a photo that was in its hand at three quick deaths in a row is passed over; after
six deaths, whatever was in its hand, it starts plainly, without fades and pairs.

One death says nothing about a photo: a frame that others kill has some photo in its hand too, a new one each time, and
must not run out of photos. Deaths are counted in the runtime folder, so a reboot forgives; a minute of life forgives
too. `judge` is pure. Called by the daemon and the player.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from sync.clock import Clock

QUICK_SECONDS = 60.0
POISON_AFTER, PLAIN_AFTER = 3, 6


class Record(Struct, frozen=True):
    """The runtime file."""

    deaths: int = 0
    """Quick ones, one after another."""
    alive: bool = False
    """Whether a frame runs, or died without a word."""
    photo: str = ""
    """What was being made or shown."""
    suspect: str = ""
    """What was so at the latest death."""
    times: int = 0
    """At so many deaths in a row it was that one."""
    poison: tuple[str, ...] = ()


PLAIN = {"wall.transition": "cut", "wall.pairs": "false", "wall.layout": "fit"}
"""What a frame shows that died too often: the least that can go wrong."""


class Verdict(Struct, frozen=True):
    poison: frozenset[str] = frozenset()
    """Keys of photos that are passed over."""
    plain: bool = False


_RECORD = msgspec.json.Decoder(Record)


def judge(before: Record) -> tuple[Verdict, Record]:
    """What a start after `before` is to do, and what is written down of it."""
    if not before.alive:
        return Verdict(frozenset(before.poison), plain=False), Record(alive=True, poison=before.poison)
    deaths, poison, suspect, times = before.deaths + 1, before.poison, before.suspect, before.times
    if before.photo:
        suspect, times = before.photo, times + 1 if before.photo == suspect else 1
    if times >= POISON_AFTER and suspect not in poison:
        poison = (*poison, suspect)
    return Verdict(frozenset(poison), deaths >= PLAIN_AFTER), Record(deaths, True, "", suspect, times, poison)


class Crashes:
    """One a frame. A runtime folder that cannot be written costs the guard, not the wall."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._born = clock.monotonic()
        self.verdict, self._record = judge(_read(path))
        self._write(self._record)

    def making(self, key: str) -> None:
        """This photo is taken in hand: if the process dies now, it is the one."""
        if key != self._record.photo and not self._forgiven:
            self._write(msgspec.structs.replace(self._record, photo=key))

    def lived(self) -> None:
        """Called with every tick: a minute of life ends the count, and notes no photos any more."""
        if not self._forgiven and self._clock.monotonic() - self._born >= QUICK_SECONDS:
            self._write(Record(poison=self._record.poison))

    def ended(self) -> None:
        """It was told to end."""
        self._write(Record(poison=self._record.poison))

    @property
    def _forgiven(self) -> bool:
        return not self._record.alive

    def _write(self, record: Record) -> None:
        self._record = record
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            part.write_bytes(msgspec.json.encode(record))
            part.replace(self._path)
        except OSError:
            return


def _read(path: Path) -> Record:
    try:
        return _RECORD.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Record()
