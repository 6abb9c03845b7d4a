"""The job `writeback-probe`: before a root is set up, what its folder can do and which prefix of Immich's paths fits.

Asked with a folder and a server; a prefix may be given to be judged. Writes nothing but a folder of its own, which
it removes again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from sync.connect import open_server
from sync.counted import counted
from sync.errors import PermissionMissing, UsageError
from sync.immich.server import Immich
from sync.settings.writeback import Root
from sync.work import Result, Work
from sync.writeback.paths import Mapping, found_under, suggest
from sync.writeback.roots import Probed
from sync.writeback.roots import probe as try_out

_SAMPLE = 5000
_MOST_FILES = 200_000


def probe(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"server", "folder", "prefix": text | None}`. Facts: {"folder": {what it can do}, "mapped", "there", "of",
    "prefix", "suggestion": {"prefix", "folder", "would", "of"} | None, "libraries": bool, "permissions": [...]}."""
    server, folder = str(arguments["server"]), Path(str(arguments["folder"]))
    work.settings.need_server(server)
    if not folder.is_absolute():
        raise UsageError(f"{folder} is no whole path.", advice="Give it from / on.")
    tried = try_out(folder)
    problems = [tried.problem] if tried.problem else []
    immich = open_server(work, server)
    paths, external = _paths(work, immich)
    prefix = str(arguments.get("prefix") or "")
    better = suggest(paths, listed_files(work, str(folder)), folder)
    if not prefix and better:
        prefix, folder = better.prefix, Path(better.folder)
    mapped = there = 0
    if prefix:
        root = Root(name="asked", server=server, prefix=prefix, folder=str(folder))
        mapped, there = found_under(Mapping([root]), paths, Path.is_file)
    missing = _missing(immich)
    if paths and not there:
        none = "None of {number} {number:photo|photos} of Immich is found in {folder}."
        problems.append(counted(none, number=f"{len(paths):,}", folder=folder))
    if better and there < better.would:
        problems.append(better.sentence)
    facts = {
        "folder": msgspec.to_builtins(tried),
        "prefix": prefix,
        "root_folder": str(folder),
        "mapped": mapped,
        "there": there,
        "of": len(paths),
        "external": external,
        "suggestion": None if better is None else {"prefix": better.prefix, "folder": better.folder,
                                                   "would": better.would, "of": better.of},
        "permissions": missing,
        "notes": _notes(tried, external, len(paths)),
    }  # fmt: skip
    sentence = counted(
        "{there} of {number} {number:photo is|photos are} in {folder}, as {prefix} in Immich.", there=f"{there:,}",
        number=f"{len(paths):,}", folder=folder, prefix=prefix or "nothing",
    )  # fmt: skip
    return Result(facts, sentence, exit_code=1 if problems else 0, problems=problems)


def _paths(work: Work, immich: Immich) -> tuple[list[str], int]:
    """Paths of photos of the key's own, the newest first, and how many of them are in external libraries."""
    me, paths, external = immich.me(), [], 0
    for assets, _ in immich.pages({"visibility": "timeline"}):
        work.check()
        for asset in assets:
            if asset.owner_id == me:
                paths.append(asset.original_path)
                external += asset.library_id is not None
        if len(paths) >= _SAMPLE:
            break
    return paths, external


def _missing(immich: Immich) -> list[dict[str, str]]:
    """What the key lacks for write-back, and what will not work without it."""
    needed = (
        ("asset.statistics", "No list is known to be whole, so that nothing can be written."),
        ("person.read", "People cannot be written."),
        ("face.read", "Faces cannot be written."),
        ("album.read", "Albums cannot be written."),
        ("tag.read", "Tags cannot be written."),
        ("job.create", "Immich cannot be told to read what was written; it will with its next scan."),
    )
    try:
        permissions = immich.probe().permissions
    except PermissionMissing:
        return []
    if permissions is None or "all" in permissions:
        return []
    return [{"permission": name, "without": without} for name, without in needed if name not in permissions]


def _notes(tried: Probed, external: int, of: int) -> list[str]:
    notes = []
    if external < of:
        notes.append(
            "Some of these photos were uploaded to Immich: writing into them makes its integrity report complain, and "
            "they never match their checksum again. Sidecars are written beside them unless the root says otherwise."
        )
    if not tried.problem and not tried.gives_away and tried.uid != 0:
        notes.append(
            "Files of other owners cannot be replaced without changing hands: sidecars are written beside those, "
            'unless the root says owner = "any".'
        )
    if not tried.fsync_folder:
        notes.append("This file system cannot promise that new names survive a power cut.")
    if tried.resolution_ns >= 1_000_000_000:
        notes.append("This file system keeps times in whole seconds.")
    return notes


def listed_files(work: Work, folder: str) -> Iterator[Path]:
    """The files below a folder, up to a number that can be listed while a person waits."""
    return islice(_files(work, folder), _MOST_FILES)


def _files(work: Work, folder: str) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        work.check()
        for name in names:
            yield Path(place, name)
