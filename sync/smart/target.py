"""Which album on the server a smart album keeps: by id anybody's that the key may edit, by name one of its own.

A same-named album of somebody else is never touched. One that is missing is made, when the first photo is to go in.
"""

from __future__ import annotations

from sync.errors import NotAvailable, UsageError
from sync.immich.facts import AlbumInfo
from sync.library.smart import SmartRow
from sync.settings import Smart
from sync.smart.bind import Directory, is_id


def target_of(smart: Smart, row: SmartRow, directory: Directory) -> AlbumInfo | None:
    """The album, or None where it is to be made. Raises UsageError, ServerError."""
    wanted = smart.album or smart.name
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
