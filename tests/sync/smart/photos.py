"""Photos as a search lists them, made in a line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sync.immich.facts import Asset, Found, Kind, PersonInPhoto, Visibility

ANNA, BEN, CARL, STRANGER, SHY = (f"{n}0000000-0000-4000-8000-000000000000" for n in "abcde")
NAMES = {ANNA: "Anna", BEN: "Ben", CARL: "Carl", STRANGER: "", SHY: "Shy"}


def photo(*people: str, taken: datetime = datetime(2024, 5, 6, 12), **facts: Any) -> Found:
    """A photo with these people; `facts` are fields of Asset, or of Found."""
    outer = {key: facts.pop(key) for key in ("width", "height", "panorama", "keys") if key in facts}
    values: dict[str, Any] = {
        "id": "11111111-0000-4000-8000-000000000000", "owner_id": "me", "library_id": None, "kind": Kind.IMAGE,
        "file_name": "IMG_0001.JPG", "original_path": "/data/2024/IMG_0001.JPG", "checksum": "x", "size_bytes": 1,
        "created_at": taken.replace(tzinfo=UTC), "modified_at": taken.replace(tzinfo=UTC),
        "updated_at": taken.replace(tzinfo=UTC), "local_time": taken, "zone": None, "favourite": False,
        "trashed": False, "offline": False, "visibility": Visibility.TIMELINE, "live_video_id": None, "edited": False,
        "thumbhash": None,
        "people": tuple(PersonInPhoto(id=p, name=NAMES[p], hidden=p == SHY) for p in people),
    }  # fmt: skip
    return Found(asset=Asset(**(values | facts)), **outer)
