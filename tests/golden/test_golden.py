"""The wall still looks as it did when somebody looked at it. Differences of a decoder's version are let through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from frame.render.renderer import Renderer
from tests.golden.cases import CASES, FOLDER, Case, golden_images, made
from tests.golden.differences import differences

MEAN, FEW = 0.8, 0.005
"""The mean difference of a channel, and the share of values that are far off, that are let through."""


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    one = Renderer(deadline_seconds=120)
    yield one
    one.close()


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenes")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_wall_looks_as_it_did(case: Case, renderer: Renderer, scenes: Path, tmp_path: Path) -> None:
    shown = case.kept(made(case, renderer, scenes))
    with Image.open(case.path) as golden:
        mean, far = differences(shown, golden.convert("RGB"))
    shown.save(tmp_path / f"{case.name}.png")
    assert mean <= MEAN, f"mean difference {mean:.2f}; what is shown now: {tmp_path / case.name}.png"
    assert far <= FEW, f"{far:.2%} far off; what is shown now: {tmp_path / case.name}.png"


def test_every_golden_image_belongs_to_a_case() -> None:
    assert golden_images() == {case.path for case in CASES}


def test_the_comparison_would_see_a_shift_of_one_pixel_and_a_dull_colour() -> None:
    with Image.open(FOLDER / "portrait-fill.png") as golden:
        whole = golden.convert("RGB")
    mean, far = differences(whole, ImageChops.offset(whole, 1, 0))
    assert far > FEW
    mean, far = differences(whole, whole.point(lambda value: round(value * 0.985)))
    assert mean > MEAN
