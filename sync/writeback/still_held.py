"""Whether what a photo was held for still stands: while its files, what is known of it and what is wished are the same,
nothing is read again only to be held again. Called by put.py; run.py has `kept` remembered.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec

from sync.library import known_groups
from sync.library.known import AssetRow
from sync.writeback.examine import Around
from sync.writeback.examined import HELD
from sync.writeback.guard import Losing
from sync.writeback.prepare import wishes
from sync.writeback.remembered import facts_of, knowledge_of
from sync.writeback.sidecar import sidecar_of


def kept(one: Losing) -> str:
    """To be remembered of what is held."""
    return f"{one.digest} {one.ground} {','.join(sorted(one.modules))}"


def digest_of(row: AssetRow) -> str:
    """Of what would have been written when it was held."""
    return row.tried.partition(" ")[0]


def still_held(around: Around, row: AssetRow) -> Losing | None:
    """What it waits for, as it was found before; None where it must be looked at."""
    words = row.tried.split(" ")
    if row.state != HELD or len(words) != 3 or words[1] != ground(around, row):
        return None
    return Losing(row.id, around.root.name, frozenset(words[2].split(",")), words[0], True, words[1])


def ground(around: Around, row: AssetRow) -> str:
    """What a verdict stands on; empty where none can."""
    place = around.mapping.place(facts_of(row.facts).path)
    if place is None or str(place.path) in around.doubled:
        return ""
    groups = known_groups.groups_of(around.work.library, row.id)
    knowledge = knowledge_of(row, groups, around.server, modules=around.root.modules, now=around.work.clock.now())
    files = [_state(path) for path in (place.path, sidecar_of(place.path))]
    told = (str(place.path), files, knowledge, row.proof, wishes(around.root))
    return sha256(msgspec.json.encode(told, enc_hook=str)).hexdigest()[:16]


def _state(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
