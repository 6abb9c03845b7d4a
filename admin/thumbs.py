"""Small pictures that a page is about to show and that are not there yet: asked of sync, each once in a while.

Until they are made the display copy stands in. What cannot be made is not asked for again at every visit.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from threading import Lock

from admin.asking import queue
from admin.context import Context, ServiceAway

AGAIN_SECONDS = 3600.0
MOST_AT_ONCE = 100
_lock = Lock()
_asked: dict[tuple[str, str], float] = {}


def want(context: Context, objects: Iterable[str]) -> None:
    """Have sync make what is missing of the small pictures of these objects; never raises for a service that rests."""
    thumbs, now = context.home.thumbs, context.clock.monotonic()
    missing = [name for name in dict.fromkeys(objects) if not (thumbs / f"{name.partition('.')[0]}.jpg").exists()]
    if not missing or not context.service_runs():
        return
    with _lock:
        for key in [key for key, at in _asked.items() if now - at >= AGAIN_SECONDS]:
            del _asked[key]
        root = str(context.home.root)
        fresh = [name for name in missing if (root, name) not in _asked][:MOST_AT_ONCE]
        _asked.update({(root, name): now for name in fresh})
    if fresh:
        with suppress(ServiceAway):
            queue(context, "thumbs", {"objects": fresh})
