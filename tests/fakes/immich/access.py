"""Who is calling and what they may do: keys, shared links, permissions, visibility of assets and albums."""

from __future__ import annotations

from tests.fakes.immich.model import Album, Asset
from tests.fakes.immich.refusal import Refusal, no_access
from tests.fakes.immich.routing import ANY, Call, Route


def authenticate(call: Call, found: Route) -> None:
    """Fill in who calls, or refuse with 401 or 403 as the version does."""
    needed = found.permissions[call.version - 1]
    if needed is None:
        return
    if "authorization" in call.headers:
        raise Refusal(401, "Invalid user token")
    link_key = call.query.get("key") or call.headers.get("x-immich-share-key")
    if link_key:
        _enter_by_link(call, found, link_key)
        return
    secret = call.headers.get("x-api-key") or call.query.get("apiKey")
    if not secret:
        raise Refusal(401, "Authentication required")
    key = call.library.keys.get(secret)
    if key is None:
        raise Refusal(401, "Invalid API key")
    call.user = call.library.users[key.user_id]
    call.permissions, call.key_name, call.key_id = key.permissions, key.name, key.id
    if found.admin and not call.user.admin:
        raise Refusal(403, "Forbidden")
    if needed != ANY and "all" not in key.permissions and needed not in key.permissions:
        raise Refusal(403, f"Missing required permission: {needed}")


def _enter_by_link(call: Call, found: Route, link_key: str) -> None:
    link = call.library.links.get(link_key)
    if link is None:
        raise Refusal(401, "Invalid share key")
    if not found.link[call.version - 1]:
        raise Refusal(403, "Forbidden")
    call.link = link


def album_for(call: Call, album_id: str, permission: str = "album.read") -> Album:
    """The album, when the caller may read it."""
    album = call.library.albums.get(album_id)
    if album is None or not can_read_album(call, album):
        raise no_access(permission)
    return album


def can_read_album(call: Call, album: Album) -> bool:
    if call.link is not None:
        return call.link.album_id == album.id
    user = call.me
    return album.owner_id == user.id or user.id in album.shared_with


def can_see(call: Call, asset: Asset, permission: str) -> bool:
    """Own assets (not locked ones: a key is never elevated), partners', and those in albums one may read."""
    library = call.library
    if asset.visibility == "locked":
        return False
    if call.link is not None:
        return _link_shows(call, asset, permission)
    user = call.me
    if asset.owner_id == user.id:
        return True
    if permission == "asset.update":
        return False
    shared = any(p.sharer_id == asset.owner_id and p.viewer_id == user.id for p in library.partners)
    if shared and asset.visibility in ("timeline", "hidden") and not asset.trashed:
        return True
    reachable = (a for a in library.albums.values() if a.owner_id == user.id or user.id in a.shared_with)
    live_stills = [asset.id]
    if asset.visibility == "hidden":
        live_stills = [a.id for a in library.assets.values() if a.live_video_id == asset.id]
    return any(i in album.asset_ids for album in reachable for i in live_stills)


def _link_shows(call: Call, asset: Asset, permission: str) -> bool:
    link = call.link
    if link is None or (permission == "asset.download" and not link.allow_download):
        return False
    album = call.library.albums.get(link.album_id or "")
    return asset.id in link.asset_ids or (album is not None and asset.id in album.asset_ids)


def asset_for(call: Call, asset_id: str, permission: str) -> Asset:
    """The asset, when the caller may use it so; else the 400 that never says which of the two it was."""
    asset = call.library.assets.get(asset_id)
    if asset is None or not can_see(call, asset, permission):
        raise no_access(permission)
    return asset


def timeline_owners(call: Call) -> set[str]:
    """Whose assets a search without an album looks at: one's own and the in-timeline partners'."""
    user = call.me
    partners = {p.sharer_id for p in call.library.partners if p.viewer_id == user.id and p.in_timeline}
    return partners | {user.id}
