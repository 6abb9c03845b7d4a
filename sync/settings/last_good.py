"""Settings as sync uses them: the file, or, while it is missing or torn, the last copy of it that was good.

The copy lies in private/ and is renewed whenever a good file was read that differs from it. An album is removed only
by an owner who took it out of a file that could be read: `Kept.whole` says whether that is so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sync.errors import DiskError
from sync.files import write_durably
from sync.home import Home
from sync.settings.clashes import Problem
from sync.settings.reading import Loaded, load
from sync.settings.tree import Settings


@dataclass(frozen=True)
class Kept:
    settings: Settings
    problems: tuple[Problem, ...]
    pinned: frozenset[str]
    whole: bool
    """The file itself was read, and no album and no server of it had to be left out."""


def copy_path(home: Home) -> Path:
    return home.private / "settings.last-good.toml"


def load_kept(home: Home) -> Kept:
    """Never raises. A missing file is a loss, not a wish, where there was a good one before; and where one value cannot
    be used, what it was before stays."""
    copy = copy_path(home)
    loaded = load(home.settings, last_good=load(copy).settings if copy.exists() else None)
    lost = "" if _holds_anything(home) else "empty" if home.settings.exists() else "missing"
    if not lost and not _unreadable(loaded):
        return Kept(loaded.settings, loaded.problems, loaded.pinned, whole=_whole(loaded))
    if not copy.exists():
        return Kept(loaded.settings, loaded.problems, loaded.pinned, whole=False)
    good = load(copy)
    told = loaded.problems or (
        Problem("", f"{home.settings} is {lost}; the last good settings stay in use.", loses=True),
    )
    return Kept(good.settings, told, good.pinned, whole=False)


def keep_copy(home: Home) -> None:
    """Renew the last good copy from the file, if that is good and differs; a disk that refuses is no reason to end."""
    try:
        content = home.settings.read_bytes()
        problems = load(home.settings).problems
        if not content.strip() or any(problem.key == "" or problem.instead for problem in problems):
            return
        copy = copy_path(home)
        if not copy.exists() or copy.read_bytes() != content:
            write_durably(copy, content, mode=0o600)
    except (OSError, DiskError):
        return


def _holds_anything(home: Home) -> bool:
    """A power cut during an editor's save leaves a file of no bytes: that is torn too."""
    try:
        return bool(home.settings.read_bytes().strip())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _unreadable(loaded: Loaded) -> bool:
    return any(problem.key == "" for problem in loaded.problems)


def _whole(loaded: Loaded) -> bool:
    return not any(problem.loses for problem in loaded.problems)
