"""The most memory that a running frame holds, its decoding child included: `python -m tests.benchmarks.wall_memory`.

Arguments are manners (below; all without any) and `2160p` for a panel of that size, which has no goal, only a figure.
PSS of the whole process tree, looked at as fast as the kernel gives it. The panel's own file is counted too, as a
mapped device would not be.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

from msgspec.structs import replace

from frame.control import FrameNotRunning, ask
from sync.catalogue import AlbumEntry, PhotoEntry
from sync.catalogue_writing import write
from sync.home import Home
from tests.benchmarks.report import report
from tests.benchmarks.wall import coded, noisy
from tests.benchmarks.wall_running import at_home, corpus, frame, pss
from tests.frame.displays.panel import xvfb
from tests.sample_catalogues import add_object, photo

GOAL_MB, REST_MB = 130, 90
SECONDS_EACH = 10
"""A panorama is under way for eight."""
SIZES = {"1080p": (1920, 1080), "2160p": (3840, 2160)}
LARGE = (5640, 3172)
"""18 megapixels, as in an album that is kept as it is; others are as large as Immich's previews."""


def hang(home: Home, sizes: list[tuple[int, int]]) -> int:
    """Publish a photo of each size; gives how many. The small ones are progressive, which takes most to decode."""
    entries: list[PhotoEntry] = []
    for number, size in enumerate(sizes):
        entry = photo(home, number, album="Large")
        display = add_object(home, coded(noisy(size, number), progressive=min(size) <= 1440), "jpg")
        entries.append(
            replace(entry, display=display, display_width=size[0], display_height=size[1], local_time="", faces=())
        )
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Large")], photos=entries)
    return len(entries)


def of_every_kind(home: Home) -> int:
    return len(corpus(home))


def landscapes(home: Home) -> int:
    return hang(home, [LARGE, (2560, 1440), (5640, 3000)])


def panoramas(home: Home) -> int:
    return hang(home, [(8000, 2400), (7600, 1440), (4860, 1440), (12000, 2300)])


def mixed(home: Home) -> int:
    return hang(home, [LARGE, (8000, 2400), (2560, 1440), (7600, 1440)])


def portraits(home: Home) -> int:
    """They hang in pairs."""
    return hang(home, [(LARGE[1], LARGE[0]), (3172, 4700), (1440, 1920), (1440, 2560)])


MANNERS: dict[str, tuple[Callable[[Home], int], dict[str, object]]] = {
    "stills": (of_every_kind, {}),
    "zoom": (landscapes, {"motion": "zoom", "layout": "fill"}),
    "zoom, slide": (landscapes, {"motion": "zoom", "layout": "fill", "transition": "slide"}),
    "panoramas": (panoramas, {"layout": "auto"}),
    "panoramas, slide": (panoramas, {"layout": "auto", "transition": "slide"}),
    "zoom, panoramas": (mixed, {"motion": "zoom", "layout": "auto"}),
    "pairs": (portraits, {"layout": "auto"}),
    "pairs, slide": (portraits, {"layout": "fill", "transition": "slide"}),
}


def measure(manner: str, name: str) -> None:
    publish, wall = MANNERS[manner]
    with at_home() as home, xvfb(*SIZES[name], 24) as panel:
        count = publish(home)
        moving = manner != "stills"
        settings = {"interval_seconds": SECONDS_EACH if moving else 3600, "transition_seconds": 0.5, **wall}
        with frame(home, panel, **settings) as process:
            samples: list[float] = []
            done = threading.Event()

            def sample() -> None:
                while not done.is_set():
                    samples.append(pss(process.pid))
                    time.sleep(0.003)

            thread = threading.Thread(target=sample)
            thread.start()
            for _ in range(1 if moving else count + 4):
                time.sleep(SECONDS_EACH * (count + 1.5) if moving else 1.0)
                try:
                    ask(home, "pause" if moving else "next")
                except FrameNotRunning as error:
                    print(error)
            done.set()
            thread.join()
            problems = ask(home, "now")["problems"]
            if moving and "passed over" in str(problems):
                raise SystemExit(f"not all was shown: {problems}")
            time.sleep(3)
            rest = pss(process.pid)
    most = max(samples)
    is_goal = name == "1080p"
    report(
        f"frame at its peak, {manner}, {name}", f"{most:.0f} MB PSS",
        f"<= {GOAL_MB} MB" if is_goal else "no goal", good=most <= GOAL_MB if is_goal else True,
        yardstick=f"{len(samples)} looks",
    )  # fmt: skip
    if not moving:
        good = rest <= REST_MB if is_goal else True
        report(f"frame at rest, {name}", f"{rest:.0f} MB PSS", f"<= {REST_MB} MB", good=good)


def main(arguments: list[str]) -> None:
    names = [each for each in arguments if each in SIZES] or ["1080p"]
    manners = [each for each in arguments if each in MANNERS] or list(MANNERS)
    for name in names:
        for manner in manners:
            measure(manner, name)


if __name__ == "__main__":
    os.environ.pop("DISPLAY", None)
    main(sys.argv[1:])
