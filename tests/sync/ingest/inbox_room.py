"""What a naming-table folder must become on the server: from what icloudpd wrote, not from what ingest thinks of it."""

from __future__ import annotations

from typing import Any

from tests.fakes.icloud import Asset, Written
from tests.fakes.ingest import SIZES

STACK = ("adjusted", *(size.value for size in SIZES if size.value != "adjusted"))


def expected_state(assets: list[Asset], written: Written, *, album: str, live_sizes: tuple[str, ...]) -> dict[str, Any]:
    """With everything stacked, the adjusted form on top, every file of a photo in `album`."""
    state: dict[str, Any] = {"assets": [], "stacks": [], "live": {}, "favourites": [], "archived": []}
    filed = []
    for asset in assets:
        roles = written.files[asset.record]
        stills = [roles[size] for size in STACK if size in roles]
        state["assets"] += roles.values()
        filed += stills
        if len(stills) > 1:
            state["stacks"].append((stills[0], sorted(stills)))
        if asset.favourite:
            state["favourites"] += stills
        if asset.hidden:
            state["archived"] += stills
        if "live" in roles:
            linked = [roles[size] for size in ("original", *live_sizes) if size in roles]
            state["live"] |= dict.fromkeys(linked, roles["live"])
    for key in ("assets", "stacks", "favourites", "archived"):
        state[key] = sorted(state[key])
    state["albums"] = [(album, sorted(filed))]
    return state
