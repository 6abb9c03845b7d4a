"""The frame as a process of its own beside its yardsticks: `python -m tests.benchmarks.wall_running [PART…]`.

start    process start to first photo on the panel, and what importing the daemon takes
next     a prepared picture: `next` at the control socket to the first changed pixel, and to the whole new picture
idle     processor time between two slides

The panel is Xvfb's memory-mapped 1920x1080 screen; the process is the real frame with that panel put in its place.
"""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from frame.control import ask
from frame.displays.framebuffer import FramebufferDisplay
from sync.catalogue import AlbumEntry
from sync.catalogue_writing import write
from sync.clock import SystemClock
from sync.home import Home, prepare
from tests.benchmarks.report import report
from tests.benchmarks.wall import SIZE, coded, noisy
from tests.frame.displays.panel import Panel, xvfb
from tests.frame.render.profiles import display_p3
from tests.sample_catalogues import add_object, photo


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
    """The real frame on that panel, with a clock."""
    settings = "\n".join(f"{key} = {value!r}" for key, value in {"selection": "sequential", **wall}.items())
    text = f"[wall]\n{settings}\n[words]\nclock = True\ndate = True\n"
    home.settings.write_text(text.replace("True", "true"))
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.wall_running",
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
        # One that is about to run a program is for that moment its parent, memory and all, and would count twice.
        return [top, *(one for one in top.children(recursive=True) if one.cmdline() != top.cmdline())]
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
    """Megabytes of the process tree. Two looks, of which the smaller counts for each process: on a busy machine time
    passes between one process and the next, and what went from one to the other would count in both."""
    pids = [one.pid for one in tree(pid)]
    return sum(map(min, [_own(one) for one in pids], [_own(one) for one in pids]))


def _own(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return int(lines.split("\nPss:")[1].split()[0]) / 1024


WAYS = {"start": start, "next": next_picture, "idle": idle}


def main(names: list[str]) -> None:
    """Run the named ones, or all."""
    for name in names or list(WAYS):
        WAYS[name]()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--frame"]:
        be_the_frame(*sys.argv[2:])
    else:
        os.environ.pop("DISPLAY", None)
        main(sys.argv[1:])
