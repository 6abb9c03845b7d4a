"""From a photo of the catalogue to a picture for the panel: find its object, prove its bytes, have it rendered.

Bit rot never reaches the wall: the bytes must hash to the object's name before anything decodes them. Runs in the
worker; raises PictureRefused or CopyUnusable with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import file_digest
from typing import TYPE_CHECKING, Protocol

from frame.render.request import RenderRequest
from sync.catalogue import FaceEntry, PhotoEntry
from sync.errors import MantelpieceError
from sync.home import Home
from sync.settings import Wall

if TYPE_CHECKING:
    from PIL.Image import Image

_OBJECT = re.compile(r"[0-9a-f]{40}\.[a-z0-9]{1,5}")
_ABOVE_THE_MIDDLE = (0.5, 0.4)


class CopyUnusable(MantelpieceError):
    """The file of a display copy is missing, unreadable or not what its name says; sync may mend it."""


class Renderer(Protocol):
    """What turns a request into a panel picture (frame/render)."""

    def render(self, request: RenderRequest) -> Image:
        """Raises PictureRefused with the reason."""


def make_picture(home: Home, renderer: Renderer, entry: PhotoEntry, *, wall: Wall, size: tuple[int, int]) -> Image:
    """The panel picture of a photo, `size` pixels. Raises CopyUnusable and what the renderer raises."""
    if not isinstance(entry.display, str) or not _OBJECT.fullmatch(entry.display):
        raise CopyUnusable(f"{entry.display!r} is no object's name.")
    path = home.object_path(entry.display)
    try:
        with path.open("rb") as file:
            found = file_digest(file, "sha1").hexdigest()
    except OSError as error:
        raise CopyUnusable(f"{entry.display} cannot be read: {error.strerror}.") from error
    if found != entry.display[:40]:
        raise CopyUnusable(f"{entry.display} is damaged: its bytes are not those that were stored.")
    return renderer.render(
        RenderRequest(
            path=path, size=size, rotation=int(wall.rotation.value), layout=wall.layout, focus=focus_of(entry.faces)
        )
    )


def focus_of(faces: Sequence[FaceEntry]) -> tuple[float, float]:
    """The middle of all faces, as fractions; a little above the picture's middle where there are none."""
    boxes = [face.box for face in faces if face.box is not None and all(0 <= edge <= 1 for edge in face.box)]
    if not boxes:
        return _ABOVE_THE_MIDDLE
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return (left + right) / 2, (top + bottom) / 2
