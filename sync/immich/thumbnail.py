"""Immich's own small picture of one asset, for a cover: a few kilobytes, or an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sync.errors import BadTransfer
from sync.immich import refusal
from sync.immich.deadline import Deadline
from sync.immich.transport import Transport, in_path

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

MOST_BYTES = 512 * 1024


def read_thumbnail(transport: Transport, asset_id: str, cancelled: Callable[[], bool]) -> bytes:
    """The picture's bytes, as long as announced. Raises NotAvailable, BadTransfer."""
    path, what = f"/assets/{in_path(asset_id)}/thumbnail", f"thumbnail of asset {asset_id}"

    def take(raw: BaseHTTPResponse, deadline: Deadline) -> bytes:
        mime = raw.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if not mime.startswith("image/"):
            raise refusal.not_immich(mime, raw.status)
        deadline.restart(transport.patience.grace_seconds)
        content = raw.read(MOST_BYTES + 1, decode_content=False)
        announced = raw.headers.get("Content-Length", "")
        if len(content) > MOST_BYTES or (announced.isdigit() and int(announced) != len(content)):
            raise BadTransfer(f"The {what} is not as long as announced, or too large.")
        return content

    def once() -> bytes:
        return transport.opened(path, {"size": "thumbnail"}, {}, what=what, take=take, cancelled=cancelled)

    return transport.insist(once, cancelled)
