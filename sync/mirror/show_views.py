"""Brings the readable views up to date after something was published: one folder of links per album that wants it.

The library remembers which publication they show, so that a run that was ended in between is made good by the next.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from sync.library import meta, shown
from sync.mirror import view
from sync.mirror.publish import GENERATION
from sync.work import Work

_SHOWN = "views"


class _Named(Struct):
    file_name: str


def show_views(work: Work) -> None:
    """Update the views of all albums that are to have one, and take the others away."""
    names = [album.name for album in work.settings.albums if album.view]
    for name in names:
        work.check()
        view.update(work.home, name, _entries(work, name))
    if work.settings_whole:
        view.remove_others(work.home, names)
    with work.library.transaction() as db:
        meta.put(db, _SHOWN, meta.get(work.library, GENERATION))


def out_of_date(work: Work) -> bool:
    """Whether they show another publication than the last."""
    return meta.get(work.library, _SHOWN) != meta.get(work.library, GENERATION)


def _entries(work: Work, album: str) -> Iterator[tuple[str, str]]:
    decode = msgspec.msgpack.Decoder(_Named).decode
    for facts, item in shown.files(work.library, album):
        yield decode(facts).file_name, item
