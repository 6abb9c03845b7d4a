"""Write decided changes into files: scratch copies, read back, picture proved, fsync, replace, fsync of the folder.

Whatever goes wrong, however early it ends: each file is the old one or the new one, whole. Several go through each
step together, because one exiftool command and one journal entry for all are cheaper than one for each. Called by
put.py; undo.py takes back what this gives.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from sync.errors import DiskFull, MantelpieceError, NotProved, ToolFailed, ToolMissing
from sync.files import disk_errors
from sync.writeback import delta
from sync.writeback.changes import Change
from sync.writeback.command import arguments, why
from sync.writeback.exiftool import Answer, ExifTool
from sync.writeback.found import Found
from sync.writeback.mapping import ENDINGS
from sync.writeback.replace import (
    dress,
    dress_new,
    refuse_another_owner,
    refuse_moved,
    scratch_beside,
    settle_name,
    take_place,
)
from sync.writeback.tags import Ahead
from sync.writeback.verify import prove_picture, prove_tags

_SLOWEST = 4_000_000
"""Bytes a second: so slowly may a film be copied on a network mount before exiftool counts as hanging."""


class Print(Struct, frozen=True):
    """What a file was, to be recognised by."""

    sha256: str
    size_bytes: int
    mtime_ns: int


class Written(Struct, frozen=True, kw_only=True):
    """One file that was written, with everything that undo needs. Some kilobytes, to be kept in the journal."""

    path: str
    before: Print | None
    """None: there was no such file, a sidecar was made."""
    after: Print
    back: bytes
    """From the file as written to the file before; see delta.py."""
    changes: tuple[Change, ...]
    picture: str = ""
    """What its picture is known by; empty for a sidecar."""


@dataclass(eq=False)
class Draft:
    """One file on its way to being written."""

    found: Found
    changes: Sequence[Change]
    keep_mtime: bool = False
    owner_any: bool = False
    scratch: Path = field(init=False)
    source: str = field(init=False)
    """How exiftool is told of the file."""
    written: Written | None = None
    """As soon as all of it is proved and on the disk; the file has been replaced where there is no error."""
    error: MantelpieceError | OSError | None = None

    @cached_property
    def path(self) -> Path:
        return Path(self.found.path)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """What fails for this file alone; without a way to write, nothing is this file's alone."""
        try:
            with disk_errors(f"Writing into {self.path.name}"):
                yield
        except ToolMissing:
            raise
        except (MantelpieceError, OSError) as error:
            self.error = error


AnyDraft = TypeVar("AnyDraft", bound=Draft)


def write(
    tool: ExifTool,
    found: Found,
    changes: Sequence[Change],
    *,
    keep_mtime: bool = False,
    owner_any: bool = False,
    before_replace: Callable[[Written], None] | None = None,
) -> Written:
    """Write `changes` into the file that `found` is. `before_replace` is told of what is about to happen, when all of
    it is proved and on the disk; what it raises stops the write.

    Raises Moved, OwnerWouldChange, NotProved, ToolFailed, ToolMissing, DiskError, OSError; then nothing is changed.
    """
    draft = Draft(found, changes, keep_mtime, owner_any)

    def tell(drafts: Sequence[Draft]) -> None:
        for each in drafts:
            if before_replace is not None and each.written is not None:
                before_replace(each.written)

    write_all(tool, [draft], before_replace=tell)
    if draft.error is not None:
        raise draft.error
    assert draft.written is not None
    return draft.written


def write_all(tool: ExifTool, drafts: Sequence[AnyDraft], *, before_replace: Callable[[list[AnyDraft]], None]) -> None:
    """Write them; of no two may the file be the same. What befell one stands in it and stops no other.

    `before_replace` is told of those that are about to happen; what it raises stops all. Raises ToolMissing.
    """
    with ExitStack() as stack:
        for draft in drafts:
            with draft.trying():
                draft.scratch = stack.enter_context(scratch_beside(draft.path))
                draft.source = stack.enter_context(_known_by_content(draft.found))
                refuse_moved(draft.found)
                if draft.found.exists:
                    refuse_another_owner(draft.path, owner_any=draft.owner_any)
        _make(tool, _well(drafts))
        made = _well(drafts)
        ahead = Ahead(tool, [draft.scratch for draft in made if draft.found.file_type == "JPEG"])
        for draft in made:
            with draft.trying():
                draft.written = _proved(tool, draft, ahead)
        proved = _well(drafts)
        if proved:
            before_replace(proved)
        for draft in proved:
            with draft.trying():
                take_place(draft.scratch, draft.found)
        _settle_names(_well(proved))


@contextmanager
def _known_by_content(found: Found) -> Iterator[str]:
    """Its path; where that ends otherwise than its type does, another name for it without an ending: exiftool believes
    what a name ends with, and writes into no HEIC that a phone called JPG."""
    if Path(found.path).suffix.lower() in ENDINGS.get(found.file_type, ()):
        yield found.path
        return
    with tempfile.TemporaryDirectory(prefix="mantelpiece-") as elsewhere:
        link = Path(elsewhere, "original")
        link.symlink_to(found.path)
        yield str(link)


def _well(drafts: Sequence[AnyDraft]) -> list[AnyDraft]:
    return [draft for draft in drafts if draft.error is None]


def _settle_names(drafts: Sequence[Draft]) -> None:
    """Each folder once, however many of its files were replaced."""
    for folder in dict.fromkeys(draft.path.parent for draft in drafts):
        in_it = [draft for draft in drafts if draft.path.parent == folder]
        with in_it[0].trying():
            settle_name(in_it[0].path)
        for draft in in_it[1:]:
            draft.error = in_it[0].error


def _proved(tool: ExifTool, draft: Draft, ahead: Ahead) -> Written:
    found, target, scratch = draft.found, draft.path, draft.scratch
    prove_tags(tool, found, draft.changes, scratch, ahead=ahead)
    if found.exists:
        picture = prove_picture(found, scratch)
        before = print_of(target)
        dress(scratch, target, owner_any=draft.owner_any, mtime_ns=found.mtime_ns if draft.keep_mtime else None)
        back = delta.make(target, scratch)
    else:
        before, back, picture = None, b"", ""
        dress_new(scratch, target.parent)
    return Written(
        path=found.path,
        before=before,
        after=print_of(scratch),
        back=back,
        changes=tuple(draft.changes),
        picture=picture,
    )


def print_of(path: Path) -> Print:
    """Its bytes and times as they are now."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    status = path.stat()
    return Print(sha256, status.st_size, status.st_mtime_ns)


def _make(tool: ExifTool, drafts: Sequence[Draft]) -> None:
    """Have exiftool make the scratch copies."""
    commands = [arguments(draft.found, draft.changes, draft.scratch, source=draft.source) for draft in drafts]
    longest = max((draft.found.size_bytes for draft in drafts), default=0) / _SLOWEST
    try:
        answers = tool.run_all(commands, more_seconds=longest) if commands else []
    except ToolFailed as error:
        if len(drafts) == 1:
            drafts[0].error = error
            return
        for draft in drafts:
            # Which of them it was, each by itself will show; and exiftool makes no file where one is.
            with draft.trying():
                draft.scratch.unlink(missing_ok=True)
                _make(tool, [draft])
        return
    for draft, answer in zip(drafts, answers, strict=True):
        with draft.trying():
            _check(draft, answer)


def _check(draft: Draft, answer: Answer) -> None:
    if answer.status == 0 and draft.scratch.is_file() and draft.scratch.stat().st_size:
        return
    said = why(answer.err) or "it does not say why"
    if "No space left on device" in answer.err or "Disk quota exceeded" in answer.err:
        raise DiskFull(f"Writing into {draft.path.name}: the disk is full.")
    if answer.status == 0:
        raise NotProved("exiftool found nothing to change.", path=draft.found.path, said=said)
    raise ToolFailed(f"exiftool does not write into {draft.path.name}: {said}.", path=draft.found.path)
