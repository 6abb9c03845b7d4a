"""Every odd picture is shown in its colours or refused with the right reason, and the child stays small."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from frame.render.decode import OpenPicture
from frame.render.renderer import Renderer
from frame.render.request import RenderRequest
from sync.errors import PictureRefused
from sync.settings.wall import Layout
from tests.frame.render.child import pid_of_child
from tests.frame.render.corpus import BLUE, RED, REFUSED, SHOWN, SHOWN_GREY, halves, saved

Show = Callable[..., Image.Image]


def close(one: tuple[int, ...], other: tuple[int, ...], most: int) -> bool:
    return all(abs(a - b) <= most for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", SHOWN)
def test_odd_pictures_are_shown_in_their_colours(name: str, show: Show) -> None:
    picture = show(SHOWN[name](), layout=Layout.FIT)
    assert picture.mode == "RGB"
    assert picture.size == (160, 90)
    # 64x48 on 160x90 stands in the middle, 120x90
    assert close(picture.getpixel((50, 45)), RED, 30), name
    assert close(picture.getpixel((110, 45)), BLUE, 30), name
    assert picture.getpixel((5, 45)) == (0, 0, 0)


@pytest.mark.parametrize("name", SHOWN_GREY)
def test_grey_pictures_of_any_depth_are_shown_grey(name: str, show: Show) -> None:
    picture = show(SHOWN_GREY[name](), layout=Layout.FIT)
    left, right = picture.getpixel((50, 45)), picture.getpixel((110, 45))
    assert max(left) - min(left) <= 1, name
    assert left[0] > right[0] + 5, name


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_shown_is_refused_with_the_reason(name: str, show: Show) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(PictureRefused) as refused:
        show(make())
    assert refused.value.facts["reason"] == reason
    assert refused.value.sentence.endswith(".")
    assert "\n" not in refused.value.sentence


def test_a_refusal_costs_no_child(tmp_path: Path) -> None:
    renderer = Renderer(deadline_seconds=120)
    path = tmp_path / "picture"
    try:
        for make, _ in list(REFUSED.values())[:8]:
            path.write_bytes(make())
            with pytest.raises(PictureRefused):
                renderer.render(RenderRequest(path=path, size=(64, 36)))
        pid = pid_of_child(renderer)
        path.write_bytes(saved(halves(), "PNG"))
        assert renderer.render(RenderRequest(path=path, size=(64, 36))).size == (64, 36)
        assert pid_of_child(renderer) == pid
    finally:
        renderer.close()


def test_a_missing_file_is_refused(renderer: Renderer, tmp_path: Path) -> None:
    with pytest.raises(PictureRefused) as refused:
        renderer.render(RenderRequest(path=tmp_path / "none.jpg", size=(64, 64)))
    assert refused.value.facts["reason"] == "missing"


def test_a_folder_and_a_fifo_are_refused_at_once(renderer: Renderer, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "fifo.jpg")
    for path in (tmp_path, tmp_path / "fifo.jpg"):
        with pytest.raises(PictureRefused) as refused:
            renderer.render(RenderRequest(path=path, size=(64, 64)))
        assert refused.value.facts["reason"] in ("format", "unreadable")


def test_a_single_pixel_is_shown_small_and_centred(show: Show) -> None:
    picture = show(saved(Image.new("RGB", (1, 1), (250, 120, 10)), "PNG"), layout=Layout.FIT)
    assert close(picture.getpixel((79, 43)), (250, 120, 10), 90)  # in the shade of its mat
    assert close(picture.getpixel((40, 44)), (220, 210, 200), 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_exif_orientation_is_shown_upright(orientation: int, kind: str, show: Show) -> None:
    upright = Image.new("RGB", (60, 40), (20, 20, 20))
    upright.paste(RED, (0, 0, 30, 20))
    upright.paste(BLUE, (30, 20, 60, 40))
    # stored so that turning it by the orientation makes it upright
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)
    stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = orientation
    shown = show(saved(stored, kind, quality=95, exif=exif), layout=Layout.FIT, size=(120, 80))
    assert close(shown.getpixel((20, 20)), RED, 12)
    assert close(shown.getpixel((100, 60)), BLUE, 12)
    assert close(shown.getpixel((100, 20)), (20, 20, 20), 12)


def test_transparent_pictures_lie_on_ground_that_sets_them_off(show: Show) -> None:
    for ink, lighter in (((0, 0, 0), True), ((255, 255, 255), False)):
        drawn = Image.new("RGBA", (80, 80), (*ink, 0))
        drawn.paste((*ink, 255), (30, 30, 50, 50))
        shown = show(saved(drawn, "PNG"), layout=Layout.FIT, size=(80, 80))
        assert shown.getpixel((40, 40)) == ink
        assert (shown.getpixel((5, 5))[0] > 200) is lighter


def test_a_large_jpeg_is_shrunk_while_decoding(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    halves((4000, 3000)).save(path, "JPEG")
    with OpenPicture(path) as opened:
        assert opened.size == (4000, 3000)
        assert opened.load((1000, 750), limit_bytes=10**9).size == (1000, 750)
    with OpenPicture(path) as opened:
        assert opened.load((1001, 750), limit_bytes=10**9).size == (2000, 1500)


def test_a_jpeg_too_large_for_memory_is_shown_from_fewer_pixels(tmp_path: Path) -> None:
    path = tmp_path / "panorama.jpg"
    halves((8000, 1000)).save(path, "JPEG")
    with OpenPicture(path) as opened:
        assert opened.load((8000, 1000), limit_bytes=9_000_000).size == (4000, 500)


def test_a_progressive_jpeg_whose_coefficients_do_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "progressive.jpg"
    halves((4000, 3000)).save(path, "JPEG", progressive=True)
    with OpenPicture(path) as opened, pytest.raises(PictureRefused):
        opened.load((500, 375), limit_bytes=30_000_000)


def test_a_picture_of_the_panels_own_size_comes_through_unchanged(show: Show) -> None:
    exact = Image.effect_noise((160, 90), 80).convert("RGB")
    for layout in set(Layout) - {Layout.MAT}:
        assert show(saved(exact, "PNG"), layout=layout).tobytes() == exact.tobytes()


def test_the_child_stays_small_through_the_whole_corpus(tmp_path: Path) -> None:
    """At 1920x1080, the largest pictures that are decoded at all: what it took at its peak is in the kernel's count."""
    path = tmp_path / "one"
    large = Image.effect_noise((720, 360), 90).convert("RGB").resize((2880, 1440))
    kinds = [saved(large, "JPEG", quality=90), saved(large, "JPEG", progressive=True), saved(large, "PNG")]
    kinds += [saved(large.resize((1600, 1200)), "WEBP"), saved(halves((9000, 1440)), "JPEG")]
    peaks = []
    with closing(Renderer(deadline_seconds=120)) as renderer:
        for data in kinds + [make() for make, _ in REFUSED.values()] + [make() for make in SHOWN.values()]:
            path.write_bytes(data)
            for layout in (Layout.FILL, Layout.BLUR):
                try:
                    renderer.render(RenderRequest(path=path, size=(1920, 1080), layout=layout))
                except PictureRefused as refused:
                    assert data not in kinds, refused
            peaks.append(_peak_megabytes(renderer))
    assert max(peaks) < 75, peaks


def _peak_megabytes(renderer: Renderer) -> float:
    status = Path(f"/proc/{pid_of_child(renderer)}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def test_the_first_frame_of_an_animation_is_the_one_that_is_shown() -> None:
    """The corpus's tests see that frame; this sees that there are others."""
    for kind in ("animated gif", "animated webp", "animated png"):
        assert Image.open(BytesIO(SHOWN[kind]())).n_frames > 1, kind


def test_between_pictures_the_child_gives_its_memory_back(tmp_path: Path) -> None:
    renderer = Renderer(deadline_seconds=120)
    path = tmp_path / "large.png"
    halves((2560, 1440)).save(path)
    try:
        for _ in range(2):
            renderer.render(RenderRequest(path=path, size=(1920, 1080), layout=Layout.BLUR))
        # refused after the giving back, which comes after each answer
        with pytest.raises(PictureRefused):
            renderer.render(RenderRequest(path=tmp_path / "none", size=(1920, 1080)))
        status = Path(f"/proc/{pid_of_child(renderer)}/status").read_text()
        assert int(status.split("VmRSS:")[1].split()[0]) / 1024 < 32
    finally:
        renderer.close()
