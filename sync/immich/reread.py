"""Has Immich read the metadata of files again that were written beside it."""

from __future__ import annotations

from collections.abc import Sequence

from sync.immich.transport import Transport


def refresh_metadata(transport: Transport, asset_ids: Sequence[str]) -> None:
    """Queue the metadata of at most a thousand assets for reading. Raises PermissionMissing, NotAvailable."""
    body = {"assetIds": list(asset_ids), "name": "refresh-metadata"}
    transport.order("POST", "/assets/jobs", what="reading metadata again", body=body)
