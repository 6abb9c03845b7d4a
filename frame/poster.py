"""What hangs in place of a photo: the welcome of a wall without photos, and signs that cover them for a while.

Used by curtain.py, from the player's thread.
"""

from __future__ import annotations

from frame.sign import Sign
from frame.stage import Stage
from sync.errors import DisplayLost
from sync.settings.wall import Wall

SHINES_THROUGH = 0.2
"""Of a photo, through what is told of it: enough to see which one is meant, little enough to read and to scan."""


class Poster:
    """`draw` puts it on the panel, once for the same words."""

    def __init__(self, stage: Stage, sign: Sign) -> None:
        self._stage = stage
        self._sign = sign
        self.shown: tuple[str, ...] | None = None
        """The lines that hang there; None while a photo does."""

    def draw(self, wall: Wall, welcome: tuple[str, ...], *, photo: bool) -> None:
        """The sign, else the welcome; `photo` says that one hangs behind."""
        display = self._stage.display
        lines = self._sign.lines or welcome
        if self.shown == lines or display is None:
            return
        from frame.overlays.welcome import draw_welcome

        try:
            picture = draw_welcome(display.size, rotation=int(wall.rotation.value), lines=lines)
            prepared = display.prepare(picture)
        except DisplayLost as error:
            self._stage.fail(error)
            return
        if self._sign.over_photo and photo:
            drawn = self._stage.cover(prepared, share=SHINES_THROUGH)
        else:
            drawn = self._stage.show(prepared, wall)
        if drawn:
            self.shown = lines
