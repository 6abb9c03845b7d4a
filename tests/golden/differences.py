"""How far two pictures are from each other."""

from __future__ import annotations

from PIL import Image, ImageChops

FAR = 16
"""Of 255: what counts as far off."""


def differences(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """Mean, and the share of values that are far off."""
    counts = ImageChops.difference(one, other).histogram()
    total = sum(counts)
    mean = sum((index % 256) * count for index, count in enumerate(counts)) / total
    return mean, sum(count for index, count in enumerate(counts) if index % 256 > FAR) / total
