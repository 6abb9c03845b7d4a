"""What the player asks of the renderer: plain data that crosses to the decoding child as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from frame.render.crop import Box
from frame.render.layout import MAT_WIDTH

BETWEEN = " · "
"""Between two facts in one line of words; a line too long for one row is broken there first."""


@dataclass(frozen=True)
class Mat:
    """The board that a picture hangs in."""

    colour: str = "auto"
    """`auto`, `light`, `dark`, `white`, `black` or `#rrggbb`."""
    width: float = MAT_WIDTH
    """A share of the panel's shorter side."""
    bevel: bool = True


@dataclass(frozen=True)
class Part:
    """One display copy; boxes of faces are fractions of it."""

    path: str | Path
    faces: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Wording:
    """What is written on the wall, and how."""

    blocks: tuple[tuple[str, ...], ...] = ()
    """Lines for the whole wall, or for each of its pictures."""
    position: str = "bottom-left"
    """A value of sync.settings.wall.Corner."""
    scale: float = 1.0
    style: str = "sans"
    """`sans`, `serif`, `light`, or a font's own name."""
    drift: tuple[float, float] = (0.0, 0.0)
    """Where words stand within their play, -1 to 1 each way: nothing burns in that moves a little."""
    clock: tuple[int, int, int, int] | None = None
    """Where a clock will stand on the wall: left, top, right, bottom. Words keep out of it, and a picture in a mat
    makes room for it."""
    heads: tuple[tuple[int, int, int, int], ...] = ()
    """Where heads come to lie on the wall while the picture moves, which words keep off."""
    veil: str = ""
    """`black` or `white`: the words alone on that ground, in the way that `dark` and `shade` say, without a picture."""
    dark: bool = False
    shade: float = 0.0


@dataclass(frozen=True)
class RenderRequest:
    """One wall for one panel."""

    path: str | Path
    """The display copy."""
    size: tuple[int, int]
    """Physical panel pixels."""
    rotation: int = 0
    """How far the panel is turned clockwise on the wall: 0, 90, 180 or 270."""
    layout: str = "blur"
    """A value of sync.settings.wall.Layout."""
    faces: tuple[Box, ...] = ()
    partner: Part | None = None
    """A second picture that hangs beside it."""
    mat: Mat = Mat()
    wording: Wording = Wording()
    gamma: float = 1.0
    white: tuple[float, float, float] = (1.0, 1.0, 1.0)
    warmth: float = 0.0
    """As in tone.Tone."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """One picture or two."""
        first = Part(self.path, self.faces)
        return (first,) if self.partner is None else (first, self.partner)


def to_message(request: RenderRequest, *, seconds: float) -> bytes:
    """The request, and how long it may take, for `from_message`."""
    return json.dumps({"request": asdict(request), "seconds": seconds}, default=_absolute).encode()


def _absolute(path: Path) -> str:
    return str(path.absolute())


def from_message(message: bytes) -> tuple[RenderRequest, float]:
    """The opposite of `to_message`."""
    whole = json.loads(message)
    fields: dict[str, Any] = whole["request"]
    partner = fields.pop("partner")
    mat, words = fields.pop("mat"), fields.pop("wording")
    words["blocks"] = tuple(tuple(block) for block in words["blocks"])
    words["drift"] = (words["drift"][0], words["drift"][1])
    words["heads"] = tuple(tuple(head) for head in words["heads"])
    words["clock"] = None if words["clock"] is None else tuple(words["clock"])
    part = None if partner is None else Part(Path(partner["path"]), _boxes(partner["faces"]))
    path, size, faces = Path(fields.pop("path")), fields.pop("size"), _boxes(fields.pop("faces"))
    white = fields.pop("white")
    fields["white"] = (white[0], white[1], white[2])
    dress: dict[str, Any] = {"mat": Mat(**mat), "wording": Wording(**words)}
    request = RenderRequest(path=path, size=(size[0], size[1]), faces=faces, partner=part, **dress, **fields)
    return request, float(whole["seconds"])


def _boxes(boxes: list[list[float]]) -> tuple[Box, ...]:
    return tuple((box[0], box[1], box[2], box[3]) for box in boxes)
