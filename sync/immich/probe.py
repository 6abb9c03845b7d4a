"""What a key may do, and what will not work without the rest: said once at set-up and after every upgrade.

From 2.0 on a key can be asked for its permissions. 1.x cannot tell: harmless calls are tried instead.
"""

from __future__ import annotations

from sync.errors import NotAvailable, PermissionMissing
from sync.immich.answers import KeyOfMine, Link, Me
from sync.immich.facts import Probe, Version
from sync.immich.transport import Transport

NEEDED = (
    ("asset.read", "Photos cannot be listed."),
    ("asset.view", "Immich's previews cannot be fetched; display copies must be made here from the originals."),
    ("asset.download", "Originals cannot be fetched."),
    ("album.read", "Albums cannot be found or listed."),
    (
        "asset.statistics",
        "The whole library, favourites and persons are not known to be complete: nothing leaves them.",
    ),
    ("person.read", "Persons cannot be found by name."),
    ("face.read", "Faces are not known, so that a crop may cut them."),
    ("stack.read", "Of a stack every photo shows, not the first alone."),
    ("tag.read", "Tags cannot be looked up."),
    ("memory.read", "Memories cannot be shown."),
    ("user.read", "Partners' photos cannot be told from yours in the whole library and favourites."),
    ("server.about", "Details of the server's version are not known."),
)
"""Permission and what fails without it."""

_NOBODY = "00000000-0000-4000-8000-000000000000"
_TRIALS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("album.read", "/albums", {"assetId": _NOBODY}),
    ("person.read", "/people", {"size": "1"}),
    ("face.read", "/faces", {"id": _NOBODY}),
    ("stack.read", "/stacks", {"primaryAssetId": _NOBODY}),
    ("tag.read", "/tags", {}),
    ("memory.read", "/memories", {"for": "1900-01-01"}),
    ("server.about", "/server/about", {}),
)
"""What 1.x guards; the rest accepts any key there."""


def probe_key(transport: Transport, version: Version) -> Probe:
    """Three requests; nine for 1.x. Raises KeyRefused and all that a server can do."""
    try:
        me: Me | None = transport.read("GET", "/users/me", Me, what="user")
    except PermissionMissing:
        me = None
    permissions = _permissions(transport) if version.major >= 2 else None
    if permissions is not None:
        lacking = set() if "all" in permissions else {name for name, _ in NEEDED} - set(permissions)
    else:
        lacking = _tried(transport) | (set() if me else {"user.read"})
    if version.major < 3:
        lacking.discard("face.read")
    return Probe(
        version=version,
        user_id=me.id if me else None,
        user_name=me.name if me else None,
        admin=me.is_admin if me else None,
        permissions=permissions,
        missing=tuple(entry for entry in NEEDED if entry[0] in lacking),
    )


def probe_link(link: Link, version: Version) -> Probe:
    """A shared link has no user and no permissions, but its maker may have closed something."""
    missing = []
    if not link.allow_download:
        missing.append(("allow download", "Originals cannot be fetched through this link."))
    if not link.show_metadata:
        missing.append(("show metadata", "Immich hides what must be known to tell photos apart."))
    return Probe(version=version, user_id=None, user_name=None, admin=None, permissions=None, missing=tuple(missing))


def _permissions(transport: Transport) -> tuple[str, ...] | None:
    try:
        mine = transport.read("GET", "/api-keys/me", KeyOfMine, what="API key")
    except (NotAvailable, PermissionMissing):
        return None
    return tuple(mine.permissions)


def _tried(transport: Transport) -> set[str]:
    lacking = set()
    for permission, path, query in _TRIALS:
        try:
            transport.ask("GET", path, what=permission, query=query)
        except PermissionMissing:
            lacking.add(permission)
        except NotAvailable:
            continue
    return lacking
