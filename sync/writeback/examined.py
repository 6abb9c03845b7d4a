"""What was found of one asset's files: the states in which nothing is written, and what would be written where.

It is filled by examine.py, and read by put.py, the preview and `explain`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import msgspec

from sync.library.known import AssetRow
from sync.library.writeback import FileRow
from sync.writeback.changes import Change, Decided
from sync.writeback.found import Found
from sync.writeback.guard import losses
from sync.writeback.remembered import Facts

MISSING, OUTSIDE, AMBIGUOUS, UNPROVED, UNWRITABLE, FAILED, HELD = (
    "missing", "outside", "ambiguous", "unproved", "unwritable", "failed", "held",
)  # fmt: skip
ORIGINAL, SIDECAR = "original", "sidecar"


@dataclass(frozen=True)
class Target:
    """One file that is written, or would be."""

    role: str
    path: Path
    found: Found
    decided: Decided
    row: FileRow
    """As it is in the ledger, or would be."""


@dataclass
class Examined:
    """One asset and its files; `state` says why nothing is written, where that is so."""

    row: AssetRow
    facts: Facts
    path: Path
    targets: list[Target] = field(default_factory=list)
    state: str = ""
    reason: str = ""
    tried: str = ""
    unread: bool = False
    """Immich is to be told to read its sidecar."""
    rests: bool = False
    """It failed before, and is not tried again yet."""

    @property
    def changed(self) -> list[Target]:
        return [target for target in self.targets if target.decided.changes]

    @property
    def loses(self) -> frozenset[str]:
        """The modules of which less of ours would be in its files."""
        return frozenset().union(
            *(
                losses(json.loads(each.row.ours), each.decided.ours, {one.tag for one in each.decided.changes})
                for each in self.changed
            )
        )

    def digest(self) -> str:
        """Of all that would be written; another one is another plan."""
        told = [(str(target.path), [shown(one) for one in target.decided.changes]) for target in self.changed]
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def shown(change: Change) -> tuple[str, str, str]:
    """A change as texts: tag, old, new."""
    return change.tag, _text(change.old), _text(change.new)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
