"""Which album on the server a smart album keeps: by id anybody's that the key may edit, by name one of its own.

A same-named album of somebody else is never touched. One that is missing is made, when the first photo is to go in.
"""

from __future__ import annotations

from collections.abc import Iterable

from sync.errors import NotAvailable, UsageError
from sync.immich.facts import AlbumInfo
from sync.library.smart import SmartRow
from sync.settings.tree import Mode, Smart
from sync.smart.bind import Directory, is_id


def target_of(smart: Smart, row: SmartRow, directory: Directory) -> AlbumInfo | None:
    """The album, or None where it is to be made. Raises UsageError, ServerError."""
    wanted = _wanted(smart)
    if is_id(wanted):
        return _by_id(wanted.lower(), directory)
    mine = [album for album in directory.albums if album.owned]
    named = [album for album in mine if album.name == wanted]
    # Renamed by hand since, or one of several: it is still the one that we made or found then.
    known = [album for album in mine if album.id == row.album and row.wanted == wanted and row.server == smart.server]
    if known:
        return known[0]
    if len(named) > 1:
        ids = ", ".join(album.id for album in named)
        raise UsageError(f"{len(named)} of your albums are named {wanted!r}.", advice=f"Give its id: {ids}.")
    return named[0] if named else None


def refuse_rivals(
    smart: Smart, target: AlbumInfo | None, others: Iterable[tuple[Smart, SmartRow | None]]
) -> None:
    """Two rules for one album would take out what the other put in, again and again; such as only add may share one.
    `others` are the other smart albums, as they were when they ran last. Raises UsageError."""
    for other, row in others:
        if other.paused or smart.mode is other.mode is Mode.ADD or not _same(smart, target, other, row):
            continue
        raise UsageError(
            f"The album {target.name if target else _wanted(smart)!r} is also kept by the smart album {other.name!r}.",
            advice="Make one rule of the two with 'any', or let both only add (mode = \"add\").",
        )


def _same(smart: Smart, target: AlbumInfo | None, other: Smart, row: SmartRow | None) -> bool:
    wanted = _wanted(other)
    if is_id(wanted):
        return target is not None and wanted.lower() == target.id
    if row is not None and row.wanted == wanted and row.album and target is not None:
        return row.album == target.id
    return other.server == smart.server and wanted in (_wanted(smart), target.name if target and target.owned else "")


def _wanted(smart: Smart) -> str:
    return smart.album or smart.name


def _by_id(album_id: str, directory: Directory) -> AlbumInfo:
    immich = directory.immich
    try:
        album = immich.album(album_id)
        if album.owned:
            return album
        role = immich.album_dress(album_id).roles.get(directory.me, "")
    except NotAvailable:
        raise UsageError(
            f"There is no album {album_id} for this key.",
            advice="It was deleted or is not shared with the key's user; put another id into the settings.",
        ) from None
    if role != "editor":
        raise UsageError(
            f"The album {album.name!r} is somebody else's, and you may only look at it.",
            advice="Ask its owner to make you an editor.",
        )
    return album
