"""What a group is: an original with its variants and its live video, each a file that was found in an inbox."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sync.ingest.identifiers import NOTHING, FileFacts


class Role(StrEnum):
    """What a file is in its group; in the order in which one of them stands for the group."""

    ORIGINAL = "original"
    ADJUSTED = "adjusted"
    ALTERNATIVE = "alternative"
    MEDIUM = "medium"
    THUMB = "thumb"
    LIVE = "live"
    """The video of a live photo."""


@dataclass(frozen=True)
class Found:
    """A file in an inbox."""

    path: str
    """Below the inbox's folder, with slashes."""
    size_bytes: int
    changed_ns: int
    """ctime."""
    modified_ns: int
    """mtime: icloudpd sets it to the photo's own time."""
    facts: FileFacts = NOTHING

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class Member:
    found: Found
    role: Role
    because: str = ""
    """Why it belongs here: 'content identifier', 'same moment' or 'name'; empty for the first file."""


@dataclass(frozen=True)
class Group:
    """One photo."""

    members: tuple[Member, ...]
    """The file that stands for it first."""

    @property
    def key(self) -> str:
        """The path of the file that stands for it."""
        return self.members[0].found.path

    @property
    def live(self) -> Member | None:
        """The video of a live photo, the largest where there are several."""
        return next((member for member in self.members if member.role is Role.LIVE), None)

    def of(self, role: Role) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.role is role)
