"""No panel at all: everything runs and nothing is seen. For a box without a wall, and for trying out."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from frame.displays.contract import Above
from frame.displays.files import DEFAULT_SIZE


class NoDisplay:
    """Takes pictures of `size` and drops them."""

    animated = False

    def __init__(self, *, size: tuple[int, int] = DEFAULT_SIZE, stand_in: bool = False) -> None:
        self.stand_in = stand_in
        self.size = size
        self.name = "none"

    def prepare(self, picture: Image.Image) -> None:
        return None

    def show(self, picture: None) -> None:
        return None

    def blend(self, old: None, new: None, fraction: float) -> None:
        return None

    def slide(self, old: None, new: None, fraction: float, way: tuple[int, int]) -> None:
        return None

    def patch(self, picture: None, part: Image.Image, corner: tuple[int, int], *, shown: bool) -> None:
        return None

    def put_above(self, pieces: Sequence[Above]) -> None:
        """Nothing is seen here as it happens."""

    def events(self) -> list[str]:
        return []

    def close(self) -> None:
        return None
