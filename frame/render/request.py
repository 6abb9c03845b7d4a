"""What the player asks of the renderer: plain data that crosses to the decoding child."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sync.settings import Layout


@dataclass(frozen=True)
class RenderRequest:
    """One picture for one panel."""

    path: Path
    """The display copy."""
    size: tuple[int, int]
    """Physical panel pixels."""
    rotation: int = 0
    """How far the panel is turned clockwise on the wall: 0, 90, 180 or 270."""
    layout: Layout = Layout.BLUR
    focus: tuple[float, float] = (0.5, 0.4)
    """What a crop keeps in view, as fractions of it: the middle of its faces, else above its middle."""
