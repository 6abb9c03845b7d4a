from __future__ import annotations

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from sync.errors import Cancelled, DiskFull, PictureRefused
from sync.mirror import decode
from sync.mirror.decode_open import Refused
from sync.mirror.rendition import Decoders

RED = (200, 30, 30)


@pytest.fixture(scope="module")
def decoders():
    with Decoders() as made:
        yield made


def picture(size=(400, 300), colour=RED) -> Image.Image:
    """Left half one colour, right half grey: which way is up can be told."""
    image = Image.new("RGB", size, colour)
    image.paste((128, 128, 128), (size[0] // 2, 0, *size))
    return image


def saved(path: Path, image: Image.Image, **how) -> Path:
    image.save(path, **how)
    return path


def copy_of(decoders: Decoders, source: Path, tmp_path: Path, **how) -> Image.Image:
    part = tmp_path / "copy.part"
    size = decoders.make_display_copy(source, part, **how)
    image = Image.open(part)
    image.load()
    assert image.format == "JPEG"
    assert image.mode == "RGB"
    assert image.size == size
    return image


def near(pixel, colour, by=6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, colour, strict=True))


def grey16(path: Path) -> Path:
    return saved(path, Image.new("I;16", (30, 20), 0x8000))


KINDS = {
    "JPEG": lambda p: saved(p / "a.jpg", picture()),
    "progressive": lambda p: saved(p / "a.jpg", picture(), progressive=True, subsampling=0),
    "PNG": lambda p: saved(p / "a.png", picture()),
    "palette": lambda p: saved(p / "a.png", picture().convert("P", palette=Image.Palette.ADAPTIVE)),
    "WEBP": lambda p: saved(p / "a.webp", picture()),
    "GIF": lambda p: saved(p / "a.gif", picture(), save_all=True, append_images=[picture(colour=(0, 0, 0))]),
    "animated WEBP": lambda p: saved(p / "b.webp", picture(), save_all=True, append_images=[picture()]),
    "TIFF": lambda p: saved(p / "a.tif", picture()),
    "LZW TIFF": lambda p: saved(p / "a.tif", picture(), compression="tiff_lzw"),
    "CMYK": lambda p: saved(p / "a.jpg", picture().convert("CMYK")),
    "CMYK TIFF": lambda p: saved(p / "a.tif", picture().convert("CMYK")),
    "HEIC": lambda p: saved(p / "a.heic", pillow_heif.from_pillow(picture())),
    "AVIF": lambda p: saved(p / "a.avif", picture()),
    "BMP": lambda p: saved(p / "a.bmp", picture()),
    "wrongly named": lambda p: saved(p / "a.jpg", picture(), format="PNG"),
    "ICC junk": lambda p: saved(p / "a.jpg", picture(), icc_profile=b"junk" * 40),
    "EXIF junk": lambda p: saved(p / "a.jpg", picture(), exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 64),
    "CMYK with junk": lambda p: saved(p / "a.jpg", picture().convert("CMYK"), icc_profile=b"junk" * 40),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
def test_every_ordinary_kind_is_proved_and_drawn(decoders, tmp_path, make):
    source = make(tmp_path)
    assert decoders.check_decodes(source)[1:] == (400, 300)
    image = copy_of(decoders, source, tmp_path)
    assert image.size == (400, 300)
    assert near(image.getpixel((60, 150)), RED, by=12)
    assert near(image.getpixel((340, 150)), (128, 128, 128), by=12)


def test_sixteen_bit_grey_keeps_its_brightness(decoders, tmp_path):
    assert near(copy_of(decoders, grey16(tmp_path / "a.png"), tmp_path).getpixel((10, 10)), (128, 128, 128))
    assert near(copy_of(decoders, grey16(tmp_path / "a.tif"), tmp_path).getpixel((10, 10)), (128, 128, 128))


def test_one_pixel_and_one_row_are_shown(decoders, tmp_path):
    assert copy_of(decoders, saved(tmp_path / "a.png", picture((1, 1))), tmp_path).size == (1, 1)
    assert copy_of(decoders, saved(tmp_path / "b.png", picture((30000, 1))), tmp_path).size == (7680, 1)


def test_what_is_transparent_becomes_white(decoders, tmp_path):
    image = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert near(copy_of(decoders, saved(tmp_path / "a.png", image), tmp_path).getpixel((5, 5)), (255, 255, 255))


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_copy_is_upright_and_carries_no_metadata(decoders, tmp_path, turn):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = turn, "a secret place"
    image = copy_of(decoders, saved(tmp_path / "a.jpg", picture(), exif=exif, comment=b"hello"), tmp_path)
    assert image.size == ((300, 400) if turn >= 5 else (400, 300))
    red = {1: (60, 150), 2: (340, 150), 3: (340, 150), 4: (60, 150)} | {
        5: (150, 60), 6: (150, 60), 7: (150, 340), 8: (150, 340)
    }  # fmt: skip
    assert near(image.getpixel(red[turn]), RED)
    assert not image.getexif()
    assert not {"comment", "exif", "xmp"} & image.info.keys()


def test_an_rgb_profile_is_kept(decoders, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = saved(tmp_path / "a.jpg", picture(), icc_profile=profile)
    assert copy_of(decoders, source, tmp_path).info["icc_profile"] == profile


def test_the_short_side_is_bounded_and_a_panorama_too(decoders, tmp_path):
    big = saved(tmp_path / "a.jpg", picture((4000, 3000)))
    assert copy_of(decoders, big, tmp_path).size == (1920, 1440)
    assert copy_of(decoders, big, tmp_path, short_side=2160).size == (2880, 2160)
    assert copy_of(decoders, saved(tmp_path / "b.jpg", picture((12000, 1500))), tmp_path).size == (7680, 960)


COARSE = {
    "4:2:0": ({"subsampling": 2}, "RGB"),
    "4:4:4": ({"subsampling": 0}, "RGB"),
    "4:2:2": ({"subsampling": 1}, "RGB"),
    "restarts": ({"subsampling": 2, "restart_marker_blocks": 7}, "RGB"),
    "grey": ({}, "L"),
}


@pytest.mark.parametrize(("how", "mode"), COARSE.values(), ids=COARSE.keys())
def test_a_progressive_jpeg_too_large_for_memory_is_drawn_from_its_first_scan(tmp_path, how, mode):
    image = Image.linear_gradient("L").resize((1203, 917))
    image = Image.merge("RGB", (image, image.rotate(180), image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    source = saved(tmp_path / "a.jpg", image.convert(mode), progressive=True, quality=92, **how)
    with pytest.raises(Refused):
        decode.draw(source, tmp_path / "part", short_side=100, long_side=999, most_bytes=1 << 20)
    size = decode.draw(source, tmp_path / "part", short_side=100, long_side=999, most_bytes=1 << 20, coarse=True)
    assert size == (131, 100)
    assert decode.draw(source, tmp_path / "part", short_side=1440, long_side=9999, most_bytes=1 << 20, coarse=True) == (
        151, 115,
    )  # fmt: skip
    with Image.open(source) as exact, Image.open(tmp_path / "part") as drawn:
        wanted = exact.convert("RGB").resize(drawn.size, Image.Resampling.BOX)
        difference = ImageStat.Stat(ImageChops.difference(wanted, drawn)).mean
    assert max(difference) < 3
    source.write_bytes(source.read_bytes()[:2000])
    with pytest.raises(Refused):
        decode.draw(source, tmp_path / "part", short_side=100, long_side=999, most_bytes=1 << 20, coarse=True)


@pytest.mark.parametrize("kind", ["JPEG", "progressive", "PNG", "WEBP", "GIF", "LZW TIFF", "HEIC", "CMYK"])
def test_whatever_is_damaged_in_a_file_it_is_drawn_or_refused(decoders, tmp_path, kind):
    source, random = KINDS[kind](tmp_path), Random(kind)
    whole = source.read_bytes()
    part = tmp_path / "part"
    for _ in range(25):
        content = bytearray(whole)
        for _ in range(random.randint(1, 12)):
            content[random.randrange(len(content))] = random.randrange(256)
        source.write_bytes(content[: random.randint(len(content) // 2, len(content))])
        for ask in (decoders.check_decodes, decoders.read_facts, lambda path: decoders.make_display_copy(path, part)):
            try:
                ask(source)
            except PictureRefused as refused:
                assert refused.facts["reason"] in ("damaged", "no-decoder", "too-large", "died")
    source.write_bytes(whole)
    assert decoders.check_decodes(source)[1:] == (400, 300)


def truncated(path: Path) -> Path:
    whole = saved(path, picture((800, 600), (1, 200, 3)).effect_spread(40)).read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def raw(path: Path) -> Path:
    tiff = io.BytesIO()
    picture((16, 16)).save(tiff, "TIFF", tiffinfo={254: 1})
    path.write_bytes(tiff.getvalue())
    return path


def eps(path: Path) -> Path:
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def bomb(path: Path) -> Path:
    return saved(path, Image.new("1", (30000, 30000)), compress_level=1)


BAD = {
    "truncated": (lambda p: truncated(p / "a.jpg"), "damaged"),
    "truncated PNG": (lambda p: truncated(p / "a.png"), "damaged"),
    "empty": (lambda p: empty(p / "a.jpg"), "damaged"),
    "EPS named jpg": (lambda p: eps(p / "a.jpg"), "no-decoder"),
    "RAW by tags": (lambda p: raw(p / "a.tif"), "no-decoder"),
    "RAW by name": (lambda p: raw(p / "a.NEF"), "no-decoder"),
    "bomb": (lambda p: bomb(p / "a.png"), "too-large"),
}


@pytest.mark.parametrize(("make", "reason"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_decoded_is_refused_with_its_reason(decoders, tmp_path, make, reason):
    source = make(tmp_path)
    for ask in (decoders.check_decodes, lambda path: decoders.make_display_copy(path, tmp_path / "part")):
        with pytest.raises(PictureRefused) as refused:
            ask(source)
        assert refused.value.facts["reason"] == reason
    assert decoders.check_decodes(saved(tmp_path / "good.jpg", picture()))


def test_a_full_disk_is_not_the_pictures_fault(decoders, tmp_path):
    with pytest.raises(DiskFull):
        decoders.make_display_copy(saved(tmp_path / "a.jpg", picture((1500, 1500))), Path("/dev/full"))
    with pytest.raises(FileNotFoundError):
        decoders.check_decodes(tmp_path / "not there.jpg")


def test_a_picture_that_takes_too_long_is_refused_and_the_next_is_drawn(tmp_path):
    pipe = tmp_path / "endless.jpg"
    os.mkfifo(pipe)
    with Decoders(deadline_seconds=0.3) as decoders:
        with pytest.raises(PictureRefused) as refused:
            decoders.check_decodes(pipe)
        assert refused.value.facts["reason"] == "died"
    with Decoders(deadline_seconds=60) as decoders:
        assert decoders.check_decodes(saved(tmp_path / "a.jpg", picture()))


def test_a_cancelled_job_does_not_wait_for_its_picture(tmp_path):
    pipe = tmp_path / "endless.jpg"
    os.mkfifo(pipe)
    with Decoders(cancelled=lambda: True) as decoders, pytest.raises(Cancelled):
        decoders.check_decodes(pipe)


def test_small_pictures_run_side_by_side_and_large_ones_alone(tmp_path):
    small = [saved(tmp_path / f"{n}.jpg", picture()) for n in range(6)]
    large = [saved(tmp_path / f"{n}.png", picture((4200, 4000)), compress_level=1) for n in range(2)]
    with Decoders(workers=2) as decoders, ThreadPoolExecutor(8) as threads:
        sizes = list(threads.map(lambda path: decoders.check_decodes(path)[1:], [*small, *large, *small]))
    assert sizes == [(400, 300)] * 6 + [(4200, 4000)] * 2 + [(400, 300)] * 6


def test_pillow_stays_out_of_the_process_that_asks():
    code = "import sys, sync.mirror.rendition; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
