"""Take back what write.py wrote: byte for byte where the file is as we left it, else only the tags that still are.

What others changed since stays. A sidecar that we made goes, as long as nobody else wrote into it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sync.errors import Moved, NotProved
from sync.files import disk_errors
from sync.writeback import delta
from sync.writeback.changes import Change
from sync.writeback.exiftool import ExifTool
from sync.writeback.found import Found, items
from sync.writeback.look import look, look_beside
from sync.writeback.mapping import LISTS, REGIONS
from sync.writeback.regions import understood
from sync.writeback.replace import dress, put, scratch_beside, settle_name
from sync.writeback.verify import picture_of, reads_as
from sync.writeback.write import Written, print_of, write


class Undone(Struct, frozen=True):
    exact: bool
    """Every byte is as before; else others wrote since, and theirs was kept."""
    left: tuple[str, ...] = ()
    """Tags that are no longer as we wrote them and so stay as they are."""


def undo(tool: ExifTool, written: Written, *, owner_any: bool = False) -> Undone:
    """Put the file back. Raises Moved (it is gone, or changes right now), and what write() raises."""
    target = Path(written.path)
    with disk_errors(f"Putting {target.name} back"):
        if not target.is_file():
            raise Moved(f"{target.name} is gone.", path=written.path)
        status = target.stat()
        now = print_of(target)
        if now.sha256 != written.after.sha256:
            return _put_tags_back(tool, written, owner_any=owner_any)
        if written.before is None:
            target.unlink()
            settle_name(target)
            return Undone(exact=True)
        _put_bytes_back(target, status, written, owner_any=owner_any)
    return Undone(exact=True)


def _put_bytes_back(target: Path, status: os.stat_result, written: Written, *, owner_any: bool) -> None:
    assert written.before is not None
    seen = Found(
        path=str(target),
        file_type="",
        width=None,
        height=None,
        tags={},
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
    )
    with scratch_beside(target) as scratch:
        with scratch.open("xb") as file:
            try:
                delta.apply(written.back, target, file)
            except ValueError as error:
                raise NotProved(f"The journal's way back for {target.name} is damaged.") from error
        if print_of(scratch).sha256 != written.before.sha256:
            raise NotProved(f"{target.name} would not become what it was.", path=written.path)
        dress(scratch, target, owner_any=owner_any, mtime_ns=written.before.mtime_ns)
        put(scratch, seen)


def _put_tags_back(tool: ExifTool, written: Written, *, owner_any: bool) -> Undone:
    target = Path(written.path)
    sidecar = target.suffix.lower() == ".xmp"
    found = look_beside(tool, target, target) if sidecar else look(tool, target)
    if written.picture and picture_of(target, found.file_type) != written.picture:
        raise Moved(f"{target.name} holds another picture now.", path=written.path)
    back, left = [], []
    for change in written.changes:
        there = found.tags.get(change.tag)
        put_back = _reverted(change, there)
        if put_back == there:
            if not reads_as(change.tag, there, change.old):
                left.append(change.tag)
            continue
        back.append(Change(change.tag, there, put_back))
    if back:
        write(tool, found, back, owner_any=owner_any)
    return Undone(exact=False, left=tuple(left))


def _reverted(change: Change, there: Any) -> Any:
    """What the tag should be: ours out of it and theirs back in; as it is where it is no longer ours."""
    if change.tag in LISTS:
        now = items(there)
        new, old, has = set(items(change.new)), set(items(change.old)), set(now)
        back = [item for item in now if item not in new or item in old]
        return back + [item for item in items(change.old) if item not in new and item not in has] or None
    if change.tag == REGIONS:
        return _regions_reverted(change, there)
    return change.old if reads_as(change.tag, there, change.new) else there


def _regions_reverted(change: Change, there: Any) -> Any:
    if reads_as(REGIONS, there, change.new):
        return change.old
    if not understood(there):
        return there
    was, became, now = (list((each or {}).get("RegionList", [])) for each in (change.old, change.new, there))
    old, new, has = ({_key(region) for region in regions} for regions in (was, became, now))
    back = [region for region in now if _key(region) in old or _key(region) not in new]
    back += [region for region in was if _key(region) not in new and _key(region) not in has]
    if back == now:
        return there
    return {**(there or change.old), "RegionList": back} if back else None


def _key(region: Any) -> bytes:
    """Equal for equal regions: a crowd of thousands is not compared each with each."""
    return msgspec.json.encode(region, order="sorted")
