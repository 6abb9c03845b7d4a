"""Reads what the replaced frame left: its settings (alone, or its plugin_instances.json) and its sync_metadata.json.

Touches nothing but the two files. What is no JSON or not of that frame is a UsageError with one sentence that quotes
nothing of it, for the API key stands in it. Called by take_over.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from sync.errors import UsageError
from sync.secrets import Secret
from sync.settings.wall import Selection

_NO_COUNTERPART = ("saturation_boost", "contrast_boost", "brightness_boost")


class OldFrame(Struct, frozen=True, kw_only=True):
    """One instance of the old frame's plugin."""

    name: str
    url: str
    key: Secret
    album_id: str
    """Empty: it showed everything."""
    selection: str
    interval_hours: float
    interval_seconds: float
    limit: int
    notes: tuple[str, ...] = ()
    """What could not be taken over, in words."""


def read_frames(path: Path) -> list[OldFrame]:
    """The old frame's instances, from its settings alone or from its plugin_instances.json. Raises UsageError."""
    frames = [_frame(tree, name) for tree, name in _instances(_read(path, "settings"), "")]
    if not frames:
        raise UsageError(
            f"{path} has no 'immich_url'.", advice="Give the old frame's settings or its plugin_instances.json."
        )
    return frames


def read_files(metadata: Path) -> list[Path]:
    """Where the metadata says that its files lie: as it says, and beside itself by their names. Raises UsageError."""
    tree = _read(metadata, "metadata")
    assets = tree.get("synced_assets") if isinstance(tree, dict) else None
    if not isinstance(assets, dict):
        raise UsageError(f"{metadata} has no 'synced_assets'.", advice="Give the old frame's sync_metadata.json.")
    found = []
    for asset in assets.values():
        said = (asset.get("local_path"), asset.get("filename")) if isinstance(asset, dict) else ()
        for path in said:
            if isinstance(path, str) and path and "\0" not in path:
                found += [metadata.parent / path, metadata.parent / "photos" / Path(path).name]
    return found


def _instances(tree: Any, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every section with an address, at whatever depth, with the nearest name above it."""
    if isinstance(tree, dict):
        named = tree.get("name")
        name = named if isinstance(named, str) and named else name
        if "immich_url" in tree:
            yield tree, name
            return
    branches = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for branch in branches:
        yield from _instances(branch, name)


def _frame(tree: dict[str, Any], name: str) -> OldFrame:
    url, key = tree["immich_url"], tree.get("immich_api_key", "")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise UsageError("The old frame's 'immich_url' is no address.")
    if not isinstance(key, str):
        raise UsageError("The old frame's 'immich_api_key' is no text.")
    notes = [f"{option!r} has no counterpart here." for option in _NO_COUNTERPART if option in tree]
    selection = tree.get("selection_mode", Selection.RANDOM.value)
    if selection not in set(Selection):
        notes.append(f"The selection {selection!r} is not known; photos are chosen at random.")
        selection = Selection.RANDOM.value
    return OldFrame(
        name=name,
        url=url.rstrip("/"),
        key=Secret(key),
        album_id=str(tree.get("album_id") or ""),
        selection=selection,
        interval_hours=_number(tree, "sync_interval_hours", 6, 1, 168, notes),
        interval_seconds=60 * _number(tree, "refresh_interval_minutes", 5, 1, 1440, notes),
        limit=int(_number(tree, "max_photos", 0, 0, 10**9, notes)),
        notes=tuple(notes),
    )


def _number(tree: dict[str, Any], name: str, usual: float, least: float, most: float, notes: list[str]) -> float:
    value = tree.get(name, usual)
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if isinstance(value, bool) or not least <= number <= most:
        fitting = usual if number != number else min(most, max(least, number))
        notes.append(f"{name} = {value!r} cannot be used; it becomes {fitting:g}.")
        return fitting
    return number


def _read(path: Path, what: str) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"The {what} {path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        # Not the parser's words: they may quote the line, and the line may be the key.
        raise UsageError(f"The {what} {path} is not valid JSON.") from error
