"""Display copies beside their yardsticks, `python -m tests.benchmarks.rendition [worst proofs corpus]`.

worst    24-megapixel JPEGs: processor time of a copy beside `vipsthumbnail` of the same size and quality, and the
         copy's PSNR against a full decode and Lanczos (before JPEG, and as written)
proofs   previews of Immich's size proved a second, beside one plain Pillow process
corpus   the large and odd ones: whether each is drawn, how long, and the most that the child holds (PSS)
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy
import pillow_heif
import psutil
from PIL import Image, ImageOps

from sync.errors import PictureRefused
from sync.mirror import decode
from sync.mirror.decode_open import open_picture
from sync.mirror.rendition import LONG_SIDE, SHORT_SIDE, Decoders
from tests.benchmarks.report import report

WORST = (6000, 4000)
COPY = (2160, 1440)
ROUNDS = 5
PREVIEWS = 300
PHOTOGRAPHS = Path("/usr/share/backgrounds/mate")


def worst(folder: Path) -> None:
    part = folder / "copy.jpg"
    for name, path in _worst_files(folder).items():
        with Image.open(path) as opened:
            exact = opened.convert("RGB").resize(COPY, Image.Resampling.LANCZOS)
        with Decoders(workers=1) as decoders:
            decoders.make_display_copy(path, part)
            ours = min(_child_cpu(lambda source=path: decoders.make_display_copy(source, part)) for _ in range(ROUNDS))
        fresh = min(_started_cpu(lambda source=path: _alone(source, part)) for _ in range(ROUNDS))
        vips = min(_started_cpu(lambda source=path: _vips(source, folder)) for _ in range(ROUNDS))
        opened_again = open_picture(path)
        raw = decode.shrink(decode._pixels(opened_again, SHORT_SIDE, LONG_SIDE), COPY)
        drawn, written = _psnr(raw, exact), _psnr(Image.open(part), exact)
        report(
            f"24 megapixels, {name}",
            f"{ours / vips:.2f} of its CPU, {written:.1f} dB",
            "<= 1.00, >= 40 dB",
            good=ours <= vips and written >= 40,
            yardstick=f"vipsthumbnail {vips * 1000:.0f} ms, {_psnr(Image.open(folder / 'vips.jpg'), exact):.1f} dB",
        )
        print(f"  {fresh * 1000:.0f} ms with a child of its own; {drawn:.1f} dB before JPEG")


def proofs(folder: Path) -> None:
    preview = folder / "preview.jpg"
    ImageOps.fit(_photograph(), (1920, 1440)).save(preview, quality=80)
    with Decoders(workers=2) as decoders, ThreadPoolExecutor(4) as threads:
        list(threads.map(decoders.check_decodes, [preview] * 8))
        started = time.perf_counter()
        list(threads.map(decoders.check_decodes, [preview] * PREVIEWS))
        ours = PREVIEWS / (time.perf_counter() - started)
    started = time.perf_counter()
    for _ in range(PREVIEWS):
        with Image.open(preview) as image:
            image.load()
    plain = PREVIEWS / (time.perf_counter() - started)
    print(f"{PREVIEWS} previews of 1920x1440: {ours:.0f} proved a second; plain Pillow, full scale: {plain:.0f}")


def corpus(folder: Path) -> None:
    """Every picture drawn by a process that is what the job is; the most that it and its child hold together."""
    files = {}
    for name, make in _CORPUS.items():
        (folder / name).mkdir()
        files[name] = make(folder / name)
    with _watched() as watched:
        command = [sys.executable, "-m", "tests.benchmarks.rendition", "--job", str(folder / "copy.jpg")]
        done = subprocess.run(
            [*command, *map(str, files.values())], capture_output=True, text=True, check=True
        ).stdout.splitlines()
    for name, line in zip(files, done, strict=True):
        print(f"  {name:28} {line}")
    drawn = sum("refused" not in line for line in done)
    report("odd and large originals drawn", f"{drawn} of {len(files)}", "all", good=drawn == len(files))
    most = watched[0] / 1e6
    report("job that draws them, with its child", f"{most:.0f} MB PSS", "<= 460 MB", good=most <= 460)


def job(part: Path, files: list[Path]) -> None:
    """Draw each file, with all that the job has in memory beside it."""
    import sync.mirror.synchronise  # noqa: F401 - for what it loads

    with Decoders(workers=1) as decoders:
        for path in files:
            started = time.perf_counter()
            try:
                size = decoders.make_display_copy(path, part)
                print(f"{size[0]}x{size[1]} in {time.perf_counter() - started:.2f} s")
            except PictureRefused as refused:
                print(f"refused: {refused}")


def _worst_files(folder: Path) -> dict[str, Path]:
    photograph = _photograph()
    pictures = {
        "photograph": ImageOps.fit(photograph, WORST, Image.Resampling.LANCZOS),
        "tiled photographs": _tiled(),
        "noise in every octave": _noise(),
    }
    files = {}
    for name, picture in pictures.items():
        for kind, how in {
            "4:2:0": {"subsampling": 2},
            "4:4:4 progressive": {"subsampling": 0, "progressive": True},
        }.items():
            path = folder / f"{len(files)}.jpg"
            picture.save(path, quality=92, **how)
            files[f"{name} {kind}"] = path
    return files


def _photograph() -> Image.Image:
    path = PHOTOGRAPHS / "abstract" / "Elephants_5640x3172.jpg"
    return Image.open(path).convert("RGB") if path.exists() else _noise()


def _tiled() -> Image.Image:
    whole = Image.new("RGB", WORST)
    tiles = [Image.open(path).convert("RGB") for path in sorted((PHOTOGRAPHS / "nature").glob("*.jpg"))] or [_noise()]
    for number, left in enumerate(range(0, WORST[0], 1500)):
        for row, top in enumerate(range(0, WORST[1], 1000)):
            whole.paste(ImageOps.fit(tiles[(number * 5 + row) % len(tiles)], (1500, 1000)), (left, top))
    return whole


def _noise(size: tuple[int, int] = WORST) -> Image.Image:
    random = numpy.random.default_rng(1)
    width, height = size
    total = numpy.zeros((height, width), numpy.float32)
    layers = []
    for _ in range(3):
        total = numpy.zeros((height, width), numpy.float32)
        for octave in range(9):
            step = 2**octave
            small = random.normal(size=(height // step + 2, width // step + 2)).astype(numpy.float32) * step**0.8
            total += numpy.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC))
        low, high = total.min(), total.max()
        layers.append(Image.fromarray(((total - low) * (255 / (high - low))).astype(numpy.uint8)))
    return Image.merge("RGB", layers)


def _saved(folder: Path, name: str, image: Image.Image, **how: object) -> Path:
    path = folder / name
    image.save(path, **how)
    return path


def _large(width: int, height: int) -> Image.Image:
    return ImageOps.fit(_photograph(), (width, height), Image.Resampling.BICUBIC)


def _heic(folder: Path) -> Path:
    path = folder / "a.heic"
    pillow_heif.from_pillow(_large(8064, 6048)).save(path, quality=80)
    return path


def _deep(folder: Path, name: str) -> Path:
    return _saved(
        folder, name, Image.fromarray(numpy.linspace(0, 65535, 48_000_000, dtype=numpy.uint16).reshape(6000, 8000))
    )


_CORPUS: dict[str, Callable[[Path], Path]] = {
    "48 MP JPEG": lambda f: _saved(f, "a.jpg", _large(8064, 6048), quality=92),
    "48 MP progressive 4:4:4": lambda f: _saved(
        f, "a.jpg", _large(8064, 6048), quality=92, subsampling=0, progressive=True
    ),
    "48 MP PNG": lambda f: _saved(f, "a.png", _large(8064, 6048), compress_level=1),
    "48 MP PNG with alpha": lambda f: _saved(f, "a.png", _large(8064, 6048).convert("RGBA"), compress_level=1),
    "48 MP HEIC": _heic,
    "48 MP CMYK": lambda f: _saved(f, "a.jpg", _large(8064, 6048).convert("CMYK"), quality=92),
    "48 MP 16-bit PNG": lambda f: _deep(f, "a.png"),
    "48 MP 16-bit TIFF": lambda f: _deep(f, "a.tif"),
    "63 MP panorama": lambda f: _saved(f, "a.jpg", _large(15800, 4000), quality=92),
    "200 MP JPEG": lambda f: _saved(f, "a.jpg", _large(16320, 12240), quality=88),
    "200 MP progressive JPEG": lambda f: _saved(f, "a.jpg", _large(16320, 12240), quality=88, progressive=True),
    "animated": lambda f: _saved(
        f, "a.gif", _large(800, 600), save_all=True, append_images=[_large(800, 600).rotate(90)]
    ),
    "1x1": lambda f: _saved(f, "a.png", Image.new("RGB", (1, 1))),
}


def _psnr(one: Image.Image, other: Image.Image) -> float:
    a, b = (numpy.asarray(image.convert("RGB"), numpy.float32) for image in (one, other))
    error = float(((a - b) ** 2).mean())
    return 99.0 if error == 0 else float(10 * numpy.log10(255**2 / error))


def _child_cpu(work: Callable[[], object]) -> float:
    [child] = psutil.Process().children()
    before = child.cpu_times()
    work()
    after = child.cpu_times()
    return float(after.user + after.system - before.user - before.system)


def _started_cpu(work: Callable[[], object]) -> float:
    """Processor seconds of the children that `work` starts and ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _alone(source: Path, part: Path) -> None:
    with Decoders(workers=1) as decoders:
        decoders.make_display_copy(source, part)


def _vips(source: Path, folder: Path) -> None:
    target = f"{folder}/vips.jpg[Q={decode.QUALITY},subsample-mode=off]"
    command = ["vipsthumbnail", str(source), "-s", f"{COPY[0]}x{COPY[1]}", "-o", target]
    subprocess.run(command, check=True, env={**os.environ, "VIPS_CONCURRENCY": "1"})


@contextmanager
def _watched() -> Iterator[list[int]]:
    """The most that all children hold together, in bytes, looked at every few milliseconds."""
    most, ended, me = [0], threading.Event(), psutil.Process()

    def watch() -> None:
        while not ended.wait(0.005):
            total = 0
            for child in me.children(recursive=True):
                try:
                    total += child.memory_full_info().pss
                except psutil.Error:
                    continue
            most[0] = max(most[0], total)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def main(names: list[str]) -> None:
    if names[:1] == ["--job"]:
        job(Path(names[1]), [Path(name) for name in names[2:]])
        return
    parts = {"worst": worst, "proofs": proofs, "corpus": corpus}
    for name in names or parts:
        with tempfile.TemporaryDirectory() as folder:
            parts[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
