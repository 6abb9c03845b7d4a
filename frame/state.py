"""What was shown and what is hidden here, over restarts: a journal on the card, written at most every ten minutes,
and one small file in the runtime directory, written with every picture, which survives the end of the process.

Reading never raises; what is damaged is left out and named in `problems`. Called by the player and its playlist.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import msgspec
from msgspec import Struct

from frame.journal import Journal
from frame.selection.memory import Memory, Position
from frame.selection.pool import digest_of
from sync.clock import Clock
from sync.errors import DiskError
from sync.settings.wall import Selection

FLUSH_SECONDS = 600.0
HISTORY = 50
SEEN_BESIDE = 10_000
"""So many photos that left are remembered: those of an album that comes back tomorrow did not become new."""
_MOST_PENDING = 500
_KEEP_PENDING = 2000
_LINE_BYTES = 100
_SMALL_BYTES = 256_000


class Shown(Struct, frozen=True, array_like=True):
    """One picture that was on the wall; `mark` and `now` are the shuffle's, None for other selections."""

    number: int
    """Counts up over restarts."""
    key: str
    at: int
    """Wall clock, seconds since 1970; as right as the clock was."""
    mark: float | None = None
    """The turn of the shuffle that it used, if any; `now` is the shuffle's virtual time then."""
    now: float | None = None
    partner: str | None = None
    """What hung beside it, and the turn that it used."""
    partner_mark: float | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,) if self.partner is None else (self.key, self.partner)


class _Recent(Struct, frozen=True):
    """The runtime file."""

    key: str
    pending: tuple[Shown, ...]
    positions: dict[Selection, Position]


class State:
    """`memory`, `history` and `hidden`, and when they go to the card."""

    def __init__(self, journal: Path, recent: Path, *, clock: Clock, random: Random, keep: bool = True) -> None:
        """`keep=False` reads, and writes nothing: another process owns the files."""
        self._journal = Journal(journal)
        self._recent = recent
        self._clock = clock
        self._keep = keep
        self._pending: list[list[Any]] = []
        self._sent: list[list[Any]] = []
        self._sent_positions: dict[Selection, Position] = {}
        self._writing: Thread | None = None
        self._refusal: Exception | None = None
        self._flushed_at: float | None = None
        self._seed_is_kept = False
        self._flushed_positions: dict[Selection, Position] = {}
        self._number = self._loaded_number = 0
        self.memory = Memory(seed=random.getrandbits(63))
        self.history: deque[Shown] = deque(maxlen=HISTORY)
        self.hidden: set[str] = set()
        self.problems: dict[str, str] = {}
        self.loaded = False

    def last_key(self) -> str | None:
        """The photo that was on the wall last, without reading everything; None also when it may be hidden by now."""
        recent = self._read_recent()
        shown = [line for line in map(_shown, self._journal.tail()) if line is not None]
        key = recent.key if recent is not None else shown[-1].key if shown else None
        return None if key is None or self._journal.holds(["hide", key, True]) else key

    def load(self) -> None:
        """Read all that is known; whichever of card and runtime directory knows more. Until then nothing is written."""
        seeded = False
        for line in self._journal.read():
            match line:
                case ["shown", *_]:
                    if (shown := _shown(line)) is not None:
                        self._remember(shown)
                case ["mark", int(digest), float(mark)] if isfinite(mark):
                    self.memory.marks[digest] = mark
                case ["seen", int(digest), int(at)]:
                    self.memory.seen[digest] = at
                case ["seed", int(seed)] if 0 <= seed < 1 << 63:
                    self.memory.seed, seeded = seed, True
                case ["positions", dict(positions)]:
                    self._remember_positions(positions)
                case ["hide", str(key), bool(hidden)]:
                    (self.hidden.add if hidden else self.hidden.discard)(key)
        if self._journal.problem:
            self.problems["state"] = self._journal.problem
        self._seed_is_kept = seeded
        recent = self._read_recent()
        if recent is not None:
            for shown in recent.pending:
                if shown.number > self._number:
                    self._remember(shown)
                    self._pending.append(["shown", *msgspec.to_builtins(shown)])
            self.memory.positions |= recent.positions
        self._loaded_number = self._number
        self.loaded = True

    def shown(self, key: str, partner: str | None = None) -> Shown:
        """Note that this photo came on the wall now, or two. Their turns were already taken in `memory`."""
        marks = self.memory.marks
        beside = None if partner is None else marks.get(digest_of(partner))
        at = int(self._clock.now().timestamp())
        entry = Shown(self._number + 1, key, at, marks.get(digest_of(key)), self.memory.now, partner, beside)
        self._remember(entry)
        self._pending.append(["shown", *msgspec.to_builtins(entry)])
        if len(self._pending) > _KEEP_PENDING:  # a card that refuses writes
            self._pending = [line for line in self._pending[:1000] if line[0] != "shown"] + self._pending[1000:]
        self._write_recent(key)
        return entry

    def seen_again(self, key: str) -> None:
        """A photo from the history is on the wall: a restart resumes with it."""
        self.memory.last = digest_of(key)
        self._write_recent(key)

    def forget_old(self, photos: int) -> None:
        """With so many photos to choose from, forget when those were shown that left long ago: a wall runs for years,
        and the people and memories on it change."""
        seen, most = self.memory.seen, 2 * photos + SEEN_BESIDE
        if len(seen) > most:
            latest = sorted(seen.items(), key=lambda each: each[1])[-most:]
            seen.clear()
            seen.update(latest)

    def hide(self, key: str, hidden: bool) -> None:
        """Keep a photo off this wall, or let it come again; on the card when this returns, or else in `problems`."""
        (self.hidden.add if hidden else self.hidden.discard)(key)
        self._pending.append(["hide", key, hidden])
        self.flush()

    def flush_if_due(self) -> None:
        """To the card after the first picture, then every ten minutes, and sooner only when very much was shown.

        Written beside the player: a card that is slow, as they are when much else is written, delays no picture."""
        if self._flushed_at is None and self._number == self._loaded_number:
            return  # no new picture yet: that one is not to wait for the card
        if self._writing is not None and self._writing.is_alive():
            return
        self.settle()
        now = self._clock.monotonic()
        waited = self._flushed_at is None or now - self._flushed_at >= FLUSH_SECONDS
        if self._pending and (waited or (len(self._pending) >= _MOST_PENDING and not self.problems.get("card"))):
            self._begin_writing()

    def flush(self) -> None:
        """To the card, and there when this returns. A card that refuses is a problem to tell of, not one to stop
        for."""
        self.settle()
        self._begin_writing()
        self.settle()

    def _begin_writing(self) -> None:
        self._flushed_at = self._clock.monotonic()
        if not self._pending or not self._keep or not self.loaded:
            return
        lines = list(self._pending)
        if not self._seed_is_kept:
            lines.insert(0, ["seed", self.memory.seed])
        positions = dict(self.memory.positions)
        if positions != self._flushed_positions:
            lines.append(["positions", msgspec.to_builtins(positions)])
        usual = _LINE_BYTES * (4 * len(self.memory.marks) + len(self.memory.seen))
        anew = self._journal.size_bytes() > _SMALL_BYTES + usual
        self._sent, self._pending, self._sent_positions = self._pending, [], positions
        self._writing = Thread(
            target=self._write, args=(self._essence() if anew else lines,), kwargs={"anew": anew}, name="card",
            daemon=True,
        )  # fmt: skip
        self._writing.start()

    def _write(self, lines: list[list[Any]], *, anew: bool) -> None:
        self._refusal = None
        try:
            (self._journal.rewrite if anew else self._journal.append)(lines)
        except (DiskError, OSError) as error:
            self._refusal = error

    def settle(self) -> None:
        """Wait for what is being written, and take note of what came of it."""
        if self._writing is None:
            return
        self._writing.join()
        self._writing = None
        if self._refusal is not None:
            self.problems["card"] = f"What was shown cannot be written down: {self._refusal}"
            self._pending = self._sent + self._pending
        else:
            self.problems.pop("card", None)
            self._seed_is_kept = True
            self._flushed_positions = self._sent_positions
        self._sent = []

    def _essence(self) -> list[list[Any]]:
        """The fewest lines from which `load` gives this state again."""
        recent = {digest_of(key) for entry in self.history for key in entry.keys}
        marks = [["mark", digest, mark] for digest, mark in self.memory.marks.items() if digest not in recent]
        return [
            ["seed", self.memory.seed],
            *(["hide", key, True] for key in sorted(self.hidden)),
            *marks,
            *(["seen", digest, at] for digest, at in self.memory.seen.items() if digest not in recent),
            *(["shown", *msgspec.to_builtins(entry)] for entry in self.history),
            ["positions", msgspec.to_builtins(self.memory.positions)],
        ]

    def _remember(self, entry: Shown) -> None:
        self.history.append(entry)
        self._number = max(self._number, entry.number)
        for key in entry.keys:
            self.memory.seen[digest_of(key)] = entry.at
        self.memory.last = digest_of(entry.key)
        if entry.mark is not None and entry.now is not None and isfinite(entry.mark) and isfinite(entry.now):
            self.memory.marks[self.memory.last] = entry.mark
            if entry.partner is not None and entry.partner_mark is not None and isfinite(entry.partner_mark):
                self.memory.marks[digest_of(entry.partner)] = entry.partner_mark
            self.memory.now = max(self.memory.now, entry.now)

    def _remember_positions(self, raw: dict[str, Any]) -> None:
        try:
            self.memory.positions |= msgspec.convert(raw, dict[Selection, Position])
        except msgspec.ValidationError:
            self.problems["state"] = "The position in the albums could not be read; they start from the front."

    def _read_recent(self) -> _Recent | None:
        try:
            return msgspec.json.decode(self._recent.read_bytes(), type=_Recent)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    def _write_recent(self, key: str) -> None:
        if not self._keep or not self.loaded:
            return
        pending = tuple(_only_shown([*self._sent, *self._pending]))
        part = self._recent.with_name(f".{self._recent.name}.part")
        try:
            # No fsync: this must survive the process, not a power cut; the journal is for that.
            part.write_bytes(msgspec.json.encode(_Recent(key, pending, self.memory.positions)))
            part.replace(self._recent)
        except OSError as error:
            self.problems["runtime"] = f"{self._recent.parent} cannot be written ({error.strerror})."
        else:
            self.problems.pop("runtime", None)


def _only_shown(lines: Iterable[list[Any]]) -> Iterable[Shown]:
    return (shown for shown in map(_shown, lines) if shown is not None)


def _shown(line: list[Any]) -> Shown | None:
    if line[:1] != ["shown"]:
        return None
    try:
        return msgspec.convert(line[1:], Shown)
    except msgspec.ValidationError:
        return None
