"""The wall's own work beside its yardsticks: `python -m tests.benchmarks.wall [PART…]`.

blend    crossfade frames a second of one core's time at 1080p, by depth and blitter, beside a plain copy of the frame
gap      the longest time between two frames of a crossfade by the clock, while the next picture is being rendered
render   a preview of Immich's size to panel pixels, beside Pillow's own shrink-and-scale and nothing else
compose  every layout with its words, one picture and two, at 1080p and 4K
approach what a slow zoom and a slide cost

The panel is Xvfb's memory-mapped 1920x1080 screen. wall_running has what is measured of a whole frame.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image

from frame.displays.framebuffer import FramebufferDisplay
from frame.render.paint import paint
from frame.render.renderer import Renderer
from frame.render.request import Part, RenderRequest, Wording
from frame.transitions.crossfade import crossfade
from frame.transitions.moving import Moving
from frame.transitions.timed import FRAME_SECONDS
from frame.transitions.zoom import larger, steps
from sync.clock import SystemClock
from tests.benchmarks.report import report
from tests.frame.displays.panel import xvfb
from tests.frame.render.profiles import display_p3

SIZE = (1920, 1080)


def noisy(size: tuple[int, int], seed: int = 1) -> Image.Image:
    """Coarse and fine structure, as a photo has: previews of it weigh what Immich's do."""
    fine = Image.effect_noise((size[0] // 2, size[1] // 2), 30 + seed).resize(size, Image.Resampling.BICUBIC)
    coarse = Image.effect_noise((24, 18), 90 + seed).resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", (coarse, Image.blend(coarse, fine, 0.3), fine))


def coded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **{"quality": 80, **options})
    return file.getvalue()


def core_seconds(act: Callable[[int], object], times: int) -> float:
    """The best of three: processor seconds of this process for one `act`."""
    best = 1e9
    for _ in range(3):
        before = time.process_time()
        for number in range(times):
            act(number)
        best = min(best, (time.process_time() - before) / times)
    return best


def blend() -> None:
    one, other = noisy(SIZE, 1), noisy(SIZE, 5)
    for depth, bits in ((24, 32), (16, 16)):
        with xvfb(*SIZE, depth) as panel:
            for fast in (True, False):
                display = FramebufferDisplay(panel.file, ioctl=panel.ioctl, console=panel.file, fast=fast)
                old, new = display.prepare(one), display.prepare(other)
                plain = core_seconds(lambda _, old=old, to=display: to.show(old), 60)
                mixed = core_seconds(lambda n, old=old, new=new, to=display: to.blend(old, new, n / 60), 60)
                wanted = {(32, True): 200, (16, True): 300}.get((bits, fast), 35)
                name = f"crossfade 1080p, {bits} bit, {'SDL' if fast else 'Pillow'}"
                note = f">= {wanted} fps; showing it whole {1 / plain:.0f} fps"
                report(name, f"{1 / mixed:.0f} fps", note, good=1 / mixed >= wanted)
                display.close()


def gap() -> None:
    """While a renderer works beside it, as when the next picture is asked for early."""
    with tempfile.TemporaryDirectory() as folder, xvfb(*SIZE, 24) as panel:
        path = Path(folder) / "preview.jpg"
        path.write_bytes(coded(noisy((1920, 1440)), icc_profile=display_p3()))
        display = FramebufferDisplay(panel.file, ioctl=panel.ioctl, console=panel.file)
        old, new = display.prepare(noisy(SIZE, 1)), display.prepare(noisy(SIZE, 5))
        renderer, times, done = Renderer(), [], threading.Event()

        def work() -> None:
            while not done.is_set():
                display.prepare(renderer.render(RenderRequest(path=path, size=SIZE)))

        def tick() -> bool:
            times.append(time.monotonic())
            return False

        for beside in (False, True):
            thread = threading.Thread(target=work)
            if beside:
                thread.start()
            worst = []
            for _ in range(3):
                times.clear()
                crossfade(display, old, new, seconds=1.0, clock=SystemClock(), should_stop=tick)
                worst.append(max(b - a for a, b in pairwise(times)) / FRAME_SECONDS)
            if beside:
                done.set()
                thread.join()
            name = "longest gap in a crossfade" + (", rendering beside it" if beside else "")
            report(
                name,
                f"{sorted(worst)[1]:.2f} frames",
                "<= 2 frames of 1/60 s, middle of three",
                good=sorted(worst)[1] <= 2,
            )
        renderer.close()
        display.close()


def render() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, options in (("sRGB", {}), ("Display P3", {"icc_profile": display_p3()})):
            path = Path(folder) / "preview.jpg"
            path.write_bytes(coded(noisy((1920, 1440)), **options))

            def plain(_: int, path: Path = path) -> None:
                picture = Image.open(path)
                picture.draft("RGB", (1440, 1080))
                picture.resize((1440, 1080), Image.Resampling.LANCZOS)

            renderer = Renderer()
            request = RenderRequest(path=path, size=SIZE)
            renderer.render(request)
            took = []
            for _ in range(7):
                before = time.monotonic()
                renderer.render(request)
                took.append(time.monotonic() - before)
            renderer.close()
            yardstick = core_seconds(plain, 5)
            note = f"Pillow's decode and scale alone {yardstick * 1000:.0f} ms (x {min(took) / yardstick:.2f})"
            report(
                f"preview to panel pixels, blur, {name}",
                f"{min(took) * 1000:.0f} ms",
                note,
                good=min(took) < 3 * yardstick,
            )


LOOKS = (
    ("fill", "landscape", 0, 1), ("blur", "portrait", 0, 1), ("mat", "portrait", 0, 1), ("auto", "portrait", 0, 2),
    ("mat", "portrait", 0, 2), ("auto", "landscape", 90, 2),
)  # fmt: skip


def compose() -> None:
    """Every layout with all of its words, in the decoding child's own processor time."""
    words = Wording((("Grandmother's garden, just after the rain", "Anna (4) and Ben", "Vienna · 21 November 2023"),))
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for shape, size in (("landscape", (1920, 1440)), ("portrait", (1440, 1920))):
            paths[shape] = Path(folder) / f"{shape}.jpg"
            paths[shape].write_bytes(coded(noisy(size), icc_profile=display_p3()))
        for size, goal in (((1920, 1080), 0.12), ((3840, 2160), 0.5)):
            for layout, shape, rotation, count in LOOKS:
                partner = Part(paths[shape]) if count == 2 else None
                request = RenderRequest(
                    path=paths[shape], size=size, rotation=rotation, layout=layout, partner=partner, wording=words
                )
                paint(request)
                took = core_seconds(lambda _, request=request: paint(request), 2)
                name = f"compose {layout}, {count} {shape}, {size[1]}p" + (f", turned {rotation}" if rotation else "")
                report(name, f"{took * 1000:.0f} ms CPU", f"<= {goal * 1000:.0f} ms", good=took <= goal)


def approach() -> None:
    """A key picture of the slow zoom, and a blend between two: what a second of it costs one core."""
    picture = noisy(larger(SIZE))
    moving = Moving(picture, SIZE, (0.6, 0.4), True, None, lambda made: None, 30.0)
    with xvfb(*SIZE, 24) as panel:
        display = FramebufferDisplay(panel.file, ioctl=panel.ioctl, console=panel.file)
        old, new = display.prepare(noisy(SIZE, 1)), display.prepare(noisy(SIZE, 5))
        key = core_seconds(lambda n: display.prepare(moving.key(n / 20)[0]), 10)
        mixed = core_seconds(lambda n: display.blend(old, new, n / 60), 30)
        slid = core_seconds(lambda n: display.slide(old, new, n / 60, (-1, 0)), 30)
        share = key * steps(larger(SIZE), SIZE, (1.0, 1.0)) / 30 + mixed * 20
        report("slow zoom at 1080p, 30 s", f"{share:.0%} of a core", "20 fps", good=share < 0.5)
        report("slide 1080p, 32 bit, SDL", f"{1 / slid:.0f} fps", ">= 200 fps", good=1 / slid >= 200)
        display.close()


WAYS = {"blend": blend, "gap": gap, "render": render, "compose": compose, "approach": approach}


def main(names: list[str]) -> None:
    """Run the named ones, or all."""
    for name in names or list(WAYS):
        WAYS[name]()


if __name__ == "__main__":
    os.environ.pop("DISPLAY", None)
    main(sys.argv[1:])
