"""Which file on this machine an asset of Immich is, by the beginning of its path. Pure.

The longest prefix wins; a path that leaves its prefix again (`..`) or belongs to no root is nobody's. Only whole
folders count, so that two roots with equal tails never mix. Windows paths (`D:\\Photos`) are compared without case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sync.settings.writeback import Root

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True)
class Place:
    """Where an original should lie."""

    root: str
    """The root's name."""
    path: Path


@dataclass(frozen=True)
class Suggestion:
    """A mapping under which more files would be found."""

    prefix: str
    folder: str
    would: int
    of: int

    @property
    def sentence(self) -> str:
        mapping = f"the prefix {self.prefix!r} were the folder {self.folder!r}"
        return f"{self.would:,} of {self.of:,} would match if {mapping}."


def parts_of(path: str) -> tuple[str, ...] | None:
    """The names in a path of Immich, the drive first; None where it cannot be followed safely."""
    windows = bool(_WINDOWS.match(path))
    names = [name for name in (path.replace("\\", "/") if windows else path).split("/") if name not in ("", ".")]
    if ".." in names or "\0" in path:
        return None
    return tuple(names)


class Mapping:
    """The roots of one server."""

    def __init__(self, roots: Iterable[Root]) -> None:
        self._roots = sorted(
            ((_key(root.prefix, parts_of(root.prefix) or ()), root) for root in roots), key=lambda one: -len(one[0])
        )

    def place(self, path: str) -> Place | None:
        """Where the original of that path lies here, or None where it is under no root."""
        names = parts_of(path)
        if not names:
            return None
        key = _key(path, names)
        for prefix, root in self._roots:
            if len(prefix) < len(key) and key[: len(prefix)] == prefix:
                return Place(root.name, Path(root.folder, *names[len(prefix) - 1 :]))
        return None


def _key(path: str, names: Sequence[str]) -> tuple[str, ...]:
    """What is compared: a path of Windows is never one of Linux."""
    return ("\\", *(name.casefold() for name in names)) if _WINDOWS.match(path) else ("/", *names)


def suggest(paths: Iterable[str], local: Iterable[Path], folder: Path) -> Suggestion | None:
    """The mapping under which most of Immich's `paths` would be files below `folder`; `local` are those that are
    there. None where nothing would match."""
    by_name: dict[str, list[tuple[str, ...]]] = {}
    for file in local:
        inner = file.relative_to(folder).parts
        by_name.setdefault(inner[-1], []).append(inner)
    wanted = [names for names in map(parts_of, paths) if names]
    votes: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for names in wanted:
        # A name that lies in many folders says little: which of them is meant is for the others to tell.
        for inner in by_name.get(names[-1], ())[:8]:
            shared = _tail(names, inner)
            votes[(names[: len(names) - shared], inner[: len(inner) - shared])] += 1
    best: Suggestion | None = None
    for (prefix, below), _count in votes.most_common(10):
        there = {inner[len(below) :] for known in by_name.values() for inner in known if inner[: len(below)] == below}
        would = sum(names[: len(prefix)] == prefix and names[len(prefix) :] in there for names in wanted)
        if best is None or would > best.would:
            best = Suggestion(_joined(prefix), str(folder.joinpath(*below)), would, len(wanted))
    return best


def _tail(one: Sequence[str], other: Sequence[str]) -> int:
    """How many of the last names are the same; at least one folder of each side stays out."""
    count = 0
    while count < min(len(one) - 1, len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return count


def _joined(names: Sequence[str]) -> str:
    if names and names[0].endswith(":"):
        return "\\".join(names)
    return str(PurePosixPath("/", *names))


def found_under(mapping: Mapping, paths: Iterable[str], exists: Callable[[Path], bool]) -> tuple[int, int]:
    """How many of Immich's paths are under a root, and how many of those are there."""
    mapped = there = 0
    for path in paths:
        place = mapping.place(path)
        if place is not None:
            mapped += 1
            there += exists(place.path)
    return mapped, there
