"""Pictures damaged at random, always the same way: each is shown or refused, and nothing dies of them but a child."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from frame.render.renderer import Renderer
from frame.render.request import RenderRequest
from sync.errors import PictureRefused
from sync.settings.wall import Layout
from tests.frame.render.corpus import SHOWN
from tests.frame.render.profiles import display_p3

ROUNDS = int(os.environ.get("MUTATIONS", "40"))
KINDS = ["jpeg", "progressive", "cmyk", "png", "palette with transparency", "webp", "animated gif", "tiff lzw",
         "tiff 16 bit", "heic", "avif", "mpo"]  # fmt: skip
LAYOUTS = list(Layout)


def damage(data: bytes, random: Random) -> bytes:
    """Flip, zero, cut, double or splice, at one to six places."""
    body = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(body))
        match random.randrange(5):
            case 0:
                body[at] ^= 1 << random.randrange(8)
            case 1:
                body[at : at + random.randint(1, 8)] = random.randbytes(random.randint(1, 8))
            case 2:
                body[at : at + 40] = bytes(len(body[at : at + 40]))
            case 3:
                body[at:at] = body[at : at + random.randint(1, 60)]
            case _ if len(body) > 60:
                del body[random.randrange(40, len(body)) :]
            case _:
                body[at] = 0xFF
    return bytes(body)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_pictures_never_reach_the_parent(kind: str, renderer: Renderer, tmp_path: Path) -> None:
    original = SHOWN[kind]()
    random = Random(f"{kind}-1")
    path = tmp_path / "damaged"
    outcomes = {"shown": 0}
    for number in range(ROUNDS):
        path.write_bytes(damage(original, random))
        try:
            shown = renderer.render(RenderRequest(path=path, size=(48, 27), layout=LAYOUTS[number % 3]))
            assert shown.size == (48, 27)
            outcomes["shown"] += 1
        except PictureRefused as refused:
            reason = str(refused.facts["reason"])
            outcomes[reason] = outcomes.get(reason, 0) + 1
    assert sum(outcomes.values()) == ROUNDS
    assert len(outcomes) > 1, "the damage did no harm: it proves nothing"


def test_damaged_profiles_never_hide_a_picture(renderer: Renderer, tmp_path: Path) -> None:
    random = Random("profile")
    path = tmp_path / "picture.png"
    for _ in range(ROUNDS):
        file = BytesIO()
        Image.new("RGB", (48, 27), (200, 60, 40)).save(file, "PNG", icc_profile=damage(display_p3(), random))
        path.write_bytes(file.getvalue())
        assert renderer.render(RenderRequest(path=path, size=(48, 27))).size == (48, 27)
