"""From a photo of the catalogue to a picture for the panel: find its object, prove its bytes, have it rendered.

Bit rot never reaches the wall: the bytes must hash to the object's name before anything decodes them. Runs in the
worker; raises PictureRefused or CopyUnusable with the reason.
"""

from __future__ import annotations

import os
import re
from hashlib import file_digest
from typing import TYPE_CHECKING, Protocol

from frame.render.crop import boxes_on
from frame.render.request import Mat, Part, RenderRequest, Wording
from sync.catalogue import PhotoEntry
from sync.errors import MantelpieceError
from sync.home import Home
from sync.settings.wall import Wall

if TYPE_CHECKING:
    from PIL.Image import Image

_OBJECT = re.compile(r"[0-9a-f]{40}\.[a-z0-9]{1,5}")


class CopyUnusable(MantelpieceError):
    """The file of a display copy is missing, unreadable or not what its name says; sync may mend it."""


class Renderer(Protocol):
    """What turns a request into a panel picture (frame/render)."""

    def render(self, request: RenderRequest) -> Image:
        """Raises PictureRefused with the reason."""


def request_for(
    home: Home,
    entry: PhotoEntry,
    *,
    wall: Wall,
    size: tuple[int, int],
    partner: PhotoEntry | None = None,
    wording: Wording | None = None,
    layout: str | None = None,
    warmth: float = 0.0,
) -> RenderRequest:
    """What the renderer is asked for, once the bytes are proved. Raises CopyUnusable."""
    beside = None if partner is None else Part(_proved(home, partner), boxes_on(partner.faces))
    return RenderRequest(
        path=_proved(home, entry),
        size=size,
        rotation=int(wall.rotation.value),
        layout=layout or wall.layout.value,
        faces=boxes_on(entry.faces),
        partner=beside,
        mat=Mat(wall.mat_color, wall.mat_width / 100, wall.mat_bevel),
        wording=wording or Wording(),
        gamma=wall.gamma,
        white=white_of(wall.white),
        warmth=warmth,
    )


def _proved(home: Home, entry: PhotoEntry) -> str:
    """The path of a display copy whose bytes are what its name says. Raises CopyUnusable."""
    # A text: pathlib enters each name into Python's table of words, which grows by a megabyte in a day and stays so.
    if not isinstance(entry.display, str) or not _OBJECT.fullmatch(entry.display):
        raise CopyUnusable(f"{entry.display!r} is no object's name.")
    path = os.path.join(os.path.abspath(home.objects), entry.display[:2], entry.display)  # noqa: PTH100, PTH118
    try:
        with open(path, "rb") as file:
            found = file_digest(file, "sha1").hexdigest()
    except OSError as error:
        raise CopyUnusable(f"{entry.display} cannot be read: {error.strerror}.") from error
    if found != entry.display[:40]:
        raise CopyUnusable(f"{entry.display} is damaged: its bytes are not those that were stored.")
    return path


def white_of(text: str) -> tuple[float, float, float]:
    """Of settings' `#rrggbb`: 0 to 1 each."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue)
