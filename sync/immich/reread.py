"""Has Immich read files again that were written beside it: the metadata of single assets, or a whole library."""

from __future__ import annotations

from collections.abc import Sequence

from sync.immich.transport import Transport, in_path

MOST = 1000


def refresh_metadata(transport: Transport, asset_ids: Sequence[str]) -> None:
    """Queue the metadata of at most a thousand assets for reading. Raises PermissionMissing, NotAvailable."""
    body = {"assetIds": list(asset_ids), "name": "refresh-metadata"}
    transport.order("POST", "/assets/jobs", what="reading metadata again", body=body)


def scan_library(transport: Transport, library_id: str) -> None:
    """Queue the scan of an external library; for admins. Raises PermissionMissing."""
    transport.order("POST", f"/libraries/{in_path(library_id)}/scan", what="the scan of a library", body=None)
