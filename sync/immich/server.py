"""One Immich account, to be asked and changed: everything that we ever change on a server is in this file.

What was refused or is gone is an error of sync/errors.py; nothing is taken for done that the server did not confirm.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.immich import edit_album, edit_assets, edit_stack, libraries, reread
from sync.immich.edit_album import Changed
from sync.immich.edit_stack import StackInfo
from sync.immich.facts import AlbumInfo, Visibility
from sync.immich.favourite import set_favourite
from sync.immich.reader import Reader
from sync.immich.upload import Upload, Uploaded, upload


class Immich(Reader):
    """An account, to be asked and changed."""

    def set_favourite(self, asset_id: str, *, value: bool) -> None:
        """Make an asset of mine a favourite, or none. Raises PermissionMissing, NotAvailable."""
        set_favourite(self._transport, asset_id, value=value)

    def add_to_album(self, album_id: str, asset_ids: Sequence[str]) -> Changed:
        """Put at most a thousand assets into an album. Raises NotAvailable, PermissionMissing."""
        return edit_album.add(self._transport, album_id, asset_ids)

    def take_from_album(self, album_id: str, asset_ids: Sequence[str]) -> Changed:
        """Take at most a thousand assets out of an album; they stay in the library."""
        return edit_album.take(self._transport, album_id, asset_ids)

    def create_album(self, name: str, description: str = "") -> AlbumInfo:
        """Make an empty album. A lost answer is an error; the album may be there then."""
        return edit_album.create(self._transport, self._shapes(), name, description)

    def delete_album(self, album_id: str) -> None:
        """Take an album of mine away; what was in it stays in the library. Raises PermissionMissing, NotAvailable."""
        edit_album.delete(self._transport, album_id)

    def change_album(self, album_id: str, values: dict[str, str]) -> None:
        """Set description, order (asc, desc) or albumThumbnailAssetId; for the owner alone."""
        edit_album.change(self._transport, self._shapes(), album_id, values)

    def share_album(self, album_id: str, roles: dict[str, str]) -> None:
        """Share with these users as viewer or editor, beside those who have it already."""
        edit_album.share(self._transport, self._shapes(), album_id, roles)

    def refresh_metadata(self, asset_ids: Sequence[str]) -> None:
        """Have at most a thousand assets read again. Raises PermissionMissing, NotAvailable."""
        reread.refresh_metadata(self._transport, asset_ids)

    def scan_library(self, library_id: str) -> None:
        """Have an external library scanned; it is done some time later. Raises PermissionMissing, NotAvailable."""
        libraries.scan_library(self._transport, library_id)

    def upload(self, what: Upload) -> Uploaded:
        """Send a file up. Raises BadTransfer, NotAvailable, PermissionMissing."""
        return upload(self._transport, what)

    def create_stack(self, asset_ids: Sequence[str]) -> StackInfo:
        """Stack these, the first on top; stacks whose primary is among them become one with it."""
        return edit_stack.create_stack(self._transport, asset_ids)

    def delete_stack(self, stack_id: str) -> None:
        """Take a stack apart; its assets stay. Raises NotAvailable where it is gone."""
        edit_stack.delete_stack(self._transport, stack_id)

    def set_favourites(self, asset_ids: Sequence[str], *, value: bool) -> None:
        """At most a thousand at once. NotAvailable: one of them is not ours, and none is changed."""
        edit_assets.set_favourites(self._transport, asset_ids, value=value)

    def set_visibility(self, asset_ids: Sequence[str], value: Visibility) -> None:
        """At most a thousand at once. NotAvailable: one of them is not ours, and none is changed."""
        edit_assets.set_visibility(self._transport, asset_ids, value)

    def link_live_video(self, asset_id: str, video_id: str | None) -> None:
        """Let a photo play this video, or (None) none. Raises NotAvailable."""
        edit_assets.link_live_video(self._transport, asset_id, video_id)
