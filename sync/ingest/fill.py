"""A landing folder beside a library that icloudpd wrote into until now: where it may lie, and filling it from there.

After that icloudpd finds in it all that it downloaded, and goes on. Called once, when moving in (move_in.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sync.errors import UsageError
from sync.files import disk_errors, make_folder, write_durably
from sync.ingest.identifiers import NOTHING
from sync.ingest.settled import look
from sync.ingest.sidecar_writing import normalised
from sync.ingest.sidecars import SidecarRefused, bytes_of, read, sidecar_of


@dataclass
class Filled:
    """What moving in did."""

    linked: int = 0
    there: int = 0
    sidecars: int = 0
    problems: list[str] = field(default_factory=list)


def refuse_inside(landing: Path, *, library: Path | None, import_paths: Iterable[Path]) -> None:
    """Raise UsageError where Immich would scan the landing folder, or ingest would take what it published itself."""
    real = landing.resolve()
    for path in import_paths:
        if real.is_relative_to(path.resolve()):
            raise UsageError(
                f"The landing folder {landing} lies inside {path}, which Immich scans: "
                "every photo would be there twice, and icloudpd's sidecars would be rewritten.",
                advice=f"Choose a folder beside {path}, on the same disk; 'mantelpiece ingest import' fills it.",
                folder=str(landing),
            )
        if path.resolve().is_relative_to(real):
            raise UsageError(f"The landing folder {landing} holds {path}, which Immich scans; choose another one.")
    if library is not None and (real.is_relative_to(library.resolve()) or library.resolve().is_relative_to(real)):
        raise UsageError(
            f"The landing folder {landing} and the library folder {library} lie in one another.",
            advice="Choose a landing folder beside the library folder, on the same disk.",
        )


def fill(
    library: Path, landing: Path, *, check: Callable[[], None] = lambda: None,
    report: Callable[[int, int], None] = lambda _done, _of: None,
) -> Filled:  # fmt: skip
    """Fill a landing folder from a library folder that icloudpd wrote into until now, so that it finds its files.

    Photos are hard-linked. icloudpd's sidecars are copied, and what is left of them in the library is brought into a
    form that Immich's edits do not wipe; others' stay as they are, since icloudpd would not touch them. Raises
    UsageError where the two folders share no disk. May be called again.
    """
    refuse_inside(landing, library=library, import_paths=())
    seen = look(library, lambda _path, _size, _modified: NOTHING)
    make_folder(landing)
    if landing.stat().st_dev != library.stat().st_dev:
        raise UsageError(
            f"The landing folder {landing} lies on another disk than {library}, where nothing can be linked.",
            advice="Choose a folder on the same disk.",
        )
    filled = Filled(problems=[f"{skipped.path}: {skipped.why}" for skipped in seen.skipped])
    for number, found in enumerate(seen.files):
        check()
        report(number, len(seen.files))
        try:
            _fill_one(library, landing, found.path, filled)
        except OSError as error:
            filled.problems.append(f"{found.path}: {error.strerror}")
    return filled


def _fill_one(library: Path, landing: Path, path: str, filled: Filled) -> None:
    target = landing / path
    make_folder(target.parent)
    try:
        with disk_errors(f"Linking {path}"):
            os.link(library / path, target, follow_symlinks=False)
        filled.linked += 1
    except FileExistsError:
        filled.there += 1
    beside, own = sidecar_of(library / path), sidecar_of(target)
    data = bytes_of(beside)
    with suppress(SidecarRefused):
        if data is not None and read(data).by_icloudpd:
            if not os.path.lexists(own):
                write_durably(own, data)
                filled.sidecars += 1
            # Immich has read its rating as stars: dropping it now would change them behind its owner's back.
            write_durably(beside, normalised(data, stars=True))
