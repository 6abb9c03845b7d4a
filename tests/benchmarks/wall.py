"""The wall beside its yardsticks: `python -m tests.benchmarks.wall [PART…]`.

blend    crossfade frames a second of one core's time at 1080p, by depth and blitter, beside a plain copy of the frame
gap      the longest time between two frames of a crossfade by the clock, while the next picture is being rendered
render   a preview of Immich's size to panel pixels, beside Pillow's own shrink-and-scale and nothing else
start    process start to first photo on the panel, and what importing the daemon takes
compose  every layout with its words, one picture and two, at 1080p and 4K
approach what a slow zoom and a slide cost
next     a prepared picture: `next` at the control socket to the first changed pixel, and to the whole new picture
idle     processor time between two slides
memory   the most that the whole process tree holds (PSS) through a corpus of display copies, and at rest

The panel is Xvfb's memory-mapped 1920x1080 screen; the process is the real frame with that panel put in its place.
"""

from __future__ import annotations

import io
import mmap
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image

from frame.control import FrameNotRunning, ask
from frame.displays.framebuffer import FramebufferDisplay
from frame.render.paint import paint
from frame.render.renderer import Renderer
from frame.render.request import Part, RenderRequest, Wording
from frame.transitions.crossfade import crossfade
from frame.transitions.moving import Moving
from frame.transitions.timed import FRAME_SECONDS
from frame.transitions.zoom import larger, steps
from sync.catalogue import AlbumEntry
from sync.catalogue_writing import write
from sync.clock import SystemClock
from sync.home import Home, prepare
from tests.benchmarks.report import report
from tests.frame.displays.panel import Panel, xvfb
from tests.frame.render.profiles import display_p3
from tests.sample_catalogues import add_object, photo

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
        key = core_seconds(lambda n: display.prepare(moving.key(n / 20)), 10)
        mixed = core_seconds(lambda n: display.blend(old, new, n / 60), 30)
        slid = core_seconds(lambda n: display.slide(old, new, n / 60, (-1, 0)), 30)
        share = key * steps(SIZE) / 30 + mixed * 20
        report("slow zoom at 1080p, 30 s", f"{share:.0%} of a core", "20 fps", good=share < 0.5)
        report("slide 1080p, 32 bit, SDL", f"{1 / slid:.0f} fps", ">= 200 fps", good=1 / slid >= 200)
        display.close()


def corpus(home: Home) -> list[bytes]:
    """Publish display copies of every kind that a mirror may hold, largest first."""
    copies = [
        (coded(noisy((1920, 1440), 1), icc_profile=display_p3()), "jpg"),
        (coded(noisy((2560, 1440), 2), progressive=True), "jpg"),
        (coded(noisy((5143, 1440))), "jpg"),
        (coded(noisy((5143, 1440), 9), progressive=True), "jpg"),
        (coded(noisy((1440, 3120), 3)), "jpg"),
        (coded(noisy((2160, 1440), 4).convert("CMYK")), "jpg"),
        (coded(noisy((1600, 1200), 5), "WEBP"), "webp"),
        (coded(noisy((2560, 1440), 6), "PNG", compress_level=1), "png"),
        (coded(Image.new("RGB", (1, 1), "red"), "PNG"), "png"),
        (coded(noisy((6000, 4000), 7)), "jpg"),
        (coded(noisy((8000, 6000), 8)), "jpg"),
    ]
    album = "Corpus"
    entries = []
    for number, (data, ext) in enumerate(copies):
        entry = photo(home, number, album=album)
        entries.append(
            type(entry)(
                **{**{f: getattr(entry, f) for f in entry.__struct_fields__}, "display": add_object(home, data, ext)}
            )
        )
    write(home.catalogue, generation=1, albums=[AlbumEntry(name=album)], photos=entries)
    return [data for data, _ in copies]


@contextmanager
def at_home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(root=Path(folder) / "home", runtime=Path(folder) / "run")
        prepare(home)
        yield home


@contextmanager
def frame(home: Home, panel: Panel, **wall: object) -> Iterator[subprocess.Popen[bytes]]:
    """The real frame on that panel."""
    settings = "\n".join(f"{key} = {value!r}" for key, value in {"selection": "sequential", **wall}.items())
    home.settings.write_text(f"[wall]\n{settings}\n".replace("True", "true"))
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.wall",
        "--frame",
        str(home.root),
        str(home.runtime),
        str(panel.file),
        panel.display,
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def be_the_frame(root: str, runtime: str, file: str, display: str) -> None:
    """What `frame` starts: the daemon as it is, on this panel."""
    from frame import daemon

    panel = Panel(display, Path(file))

    def open_panel(_spec: str, _size: str) -> tuple[FramebufferDisplay, list[str]]:
        return FramebufferDisplay(panel.file, ioctl=panel.ioctl, console=panel.file), []

    home = Home(root=Path(root), runtime=Path(runtime))
    daemon.run(home, clock=SystemClock(), overrides={}, environ={}, open_display=open_panel)


@contextmanager
def watched(panel: Panel) -> Iterator[Callable[[], bytes]]:
    """The middle rows of the screen, read from the mapped file."""
    with panel.file.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        stride = panel.header[12]
        first = panel.start + stride * (panel.size[1] // 2)
        yield lambda: mapped[first : first + stride]


def until_changed(look: Callable[[], bytes], before: bytes, seconds: float = 20) -> tuple[float, bytes]:
    """When it changed, and what to."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        now = look()
        if now != before:
            return time.monotonic(), now
        time.sleep(0.0005)
    raise SystemExit("the panel did not change")


def start() -> None:
    took, imports, bare = [], [], []
    with at_home() as home, xvfb(*SIZE, 24) as panel, watched(panel) as look:
        corpus(home)
        for _ in range(5):
            black = look()
            before = time.monotonic()
            with frame(home, panel, interval_seconds=3600):
                took.append(until_changed(look, black)[0] - before)
            clear(panel)
            for statement, results in (("import frame.daemon", imports), ("pass", bare)):
                before = time.monotonic()
                subprocess.run([sys.executable, "-c", statement], check=True)
                results.append(time.monotonic() - before)
    report("process start to first photo", f"{min(took):.3f} s", "< 0.5 s, best of five", good=min(took) < 0.5)
    extra = min(imports) - min(bare)
    report(
        "import frame.daemon", f"{extra:.3f} s", f"< 0.15 s; Python's own start {min(bare):.3f} s", good=extra < 0.15
    )


def clear(panel: Panel) -> None:
    with panel.file.open("r+b") as file:
        file.seek(panel.start)
        file.write(bytes(panel.header[12] * panel.size[1]))


def next_picture() -> None:
    for transition in ("cut", "crossfade"):
        took = []
        with at_home() as home, xvfb(*SIZE, 24) as panel, watched(panel) as look:
            corpus(home)
            black = look()
            with frame(home, panel, interval_seconds=3600, transition=transition, transition_seconds=0.2):
                _, shown = until_changed(look, black)
                for _ in range(5):
                    time.sleep(1.2)
                    shown = look()
                    before = time.monotonic()
                    ask(home, "next")
                    took.append(until_changed(look, shown)[0] - before)
        note = "< 30 ms when prepared, middle of five"
        middle = sorted(took)[2] * 1000
        report(f"next to changed pixels, {transition}", f"{middle:.1f} ms", note, good=middle < 30)


def tree(pid: int) -> list[Any]:
    import psutil  # not in the process that is measured

    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def idle() -> None:
    with at_home() as home, xvfb(*SIZE, 24) as panel, watched(panel) as look:
        corpus(home)
        black = look()
        with frame(home, panel, interval_seconds=3600) as process:
            until_changed(look, black)
            time.sleep(2)
            before = spent(process.pid)
            time.sleep(8)
            share = (spent(process.pid) - before) / 8
    report("processor between slides", f"{share:.2%} of a core", "< 1 %", good=share < 0.01)


def spent(pid: int) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in tree(pid))


def pss(pid: int) -> float:
    """Megabytes of the process tree."""
    total = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one.pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(lines.split("\nPss:")[1].split()[0])
    return total / 1024


def memory() -> None:
    """The panel's own file is counted too, as a mapped device would not be: 8 MB of the figure."""
    with at_home() as home, xvfb(*SIZE, 24) as panel:
        count = len(corpus(home))
        with frame(home, panel, interval_seconds=3600, transition_seconds=0.2) as process:
            samples: list[float] = []
            done = threading.Event()

            def sample() -> None:
                while not done.is_set():
                    samples.append(pss(process.pid))
                    time.sleep(0.003)

            thread = threading.Thread(target=sample)
            thread.start()
            for _ in range(count + 4):
                time.sleep(1.0)
                try:
                    ask(home, "next")
                except FrameNotRunning as error:
                    print(error)
            done.set()
            thread.join()
            time.sleep(3)
            rest = pss(process.pid)
    report(
        "frame at its peak through the corpus",
        f"{max(samples):.0f} MB PSS",
        f"<= 130 MB, {len(samples)} samples",
        good=max(samples) <= 130,
    )
    report("frame at rest", f"{rest:.0f} MB PSS", "<= 90 MB", good=rest <= 90)


WAYS = {
    "blend": blend,
    "gap": gap,
    "render": render,
    "compose": compose,
    "approach": approach,
    "start": start,
    "next": next_picture,
    "idle": idle,
    "memory": memory,
}


def main(names: list[str] | None = None) -> None:
    """Run the named ones, or all."""
    for name in names or list(WAYS):
        WAYS[name]()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--frame"]:
        be_the_frame(*sys.argv[2:])
    else:
        os.environ.pop("DISPLAY", None)
        main(sys.argv[1:])
