"""Colours reach the panel as sRGB, measured against the standards' own numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from tests.frame.render.corpus import saved
from tests.frame.render.profiles import display_p3, grey_gamma, p3_to_srgb

Show = Callable[..., Image.Image]


def of(show: Show, colour: tuple[int, int, int] | int, mode: str, **options: object) -> tuple[int, int, int]:
    shown = show(saved(Image.new(mode, (160, 90), colour), "PNG", **options))
    red, green, blue = shown.getpixel((80, 45))
    return (red, green, blue)


@pytest.mark.parametrize(
    "colour",
    [
        (200, 60, 40),
        (60, 180, 70),
        (40, 80, 190),
        (128, 128, 128),
        (255, 255, 255),
        (0, 0, 0),
        (255, 0, 0),
        (90, 200, 210),
    ],
    ids=str,
)
def test_display_p3_comes_out_as_srgb(colour: tuple[int, int, int], show: Show) -> None:
    shown = of(show, colour, "RGB", icc_profile=display_p3())
    expected = p3_to_srgb(colour)
    assert all(abs(a - b) <= 3 for a, b in zip(shown, expected, strict=True)), (shown, expected)


def test_a_saturated_p3_red_is_visibly_changed(show: Show) -> None:
    """The test above would pass without any conversion if its colours hardly moved."""
    assert (
        max(
            abs(a - b)
            for a, b in zip(of(show, (200, 60, 40), "RGB", icc_profile=display_p3()), (200, 60, 40), strict=True)
        )
        > 10
    )


def test_a_grey_profile_is_used(show: Show) -> None:
    shown = of(show, 128, "L", icc_profile=grey_gamma(1.0))
    assert abs(shown[0] - 188) <= 2
    assert shown[0] == shown[1] == shown[2]


def test_p3_with_transparency_keeps_both(show: Show) -> None:
    drawn = Image.new("RGBA", (160, 90), (200, 60, 40, 255))
    drawn.paste((0, 0, 0, 0), (0, 0, 80, 90))
    shown = show(saved(drawn, "PNG", icc_profile=display_p3()))
    assert all(abs(a - b) <= 3 for a, b in zip(shown.getpixel((120, 45)), p3_to_srgb((200, 60, 40)), strict=True))
    assert shown.getpixel((20, 45)) == (236, 236, 236)


@pytest.mark.parametrize("profile", [b"", b"\x00" * 128, display_p3()[:150], grey_gamma(1.0), b"LAB"], ids=repr)
def test_a_useless_profile_leaves_the_colours_alone(profile: bytes, show: Show) -> None:
    assert of(show, (200, 60, 40), "RGB", icc_profile=profile) == (200, 60, 40)


def test_srgb_is_left_untouched(show: Show) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert of(show, (201, 63, 44), "RGB", icc_profile=profile) == (201, 63, 44)
