"""A day of the whole appliance in minutes: sync, wall and page as processes with a fast clock, a server that comes and
goes, and what is seen of it from outside: the panel's memory, the kernel's count of memory, the files that are there.

`live` gives the Figures of a run, `faults_of` says what of the promise they break.
"""

from __future__ import annotations

import mmap
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from zlib import crc32

import psutil

from frame.control import FrameNotRunning, ask
from sync import secrets
from sync.home import Home, find, prepare
from sync.jobs.progress import KEPT_OUTCOMES
from sync.library import objects, trash
from sync.library.reading import reading
from sync.settings.edit import add_album, put_server, set_value
from tests.frame.displays.panel import Panel, xvfb
from tests.ports import free_port
from tests.soak.flapping import ALBUM, TOP, Server, immich
from tests.soak.part import surroundings
from tests.soak.rest import at_rest, last_run, synced

HOURS = 24
PATIENCE_SECONDS = 900.0
LOOK_SECONDS = 0.004
FEW_SAMPLES = 9
PARTS = ("sync", "frame", "admin")
NICE = {
    name: int(re.findall(r"^Nice=(-?\d+)$", (TOP / f"systemd/units/mantelpiece-{name}.service").read_text(), re.M)[0])
    for name in PARTS
}
"""As the units say. Where one may not ask for it, `nice` goes on without."""


@dataclass(frozen=True)
class Plan:
    """One run. An hour is a 24th of it."""

    photos: int
    speed: float
    hour_seconds: float
    """Of the appliance's own time."""
    interval_seconds: float
    sync_hours: int = 1
    broken: str = ""
    slides: int = HOURS
    """As many at least, and as many moods of the server as there are hours: a slow machine's day is longer."""


@dataclass
class Figures:
    slides: int = 0
    worst: list[tuple[float, float]] = field(default_factory=list)
    """The five that came latest: seconds of a real clock after their time, and in which hour."""
    blind_seconds: float = 0.0
    """The longest between two looks at the panel: what is worst is that much too large at most."""
    moods: int = 0
    """How often the server changed between well and unwell."""
    pss: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Of each process in the second and in the last hour, in megabytes."""
    own: dict[str, tuple[float, float]] = field(default_factory=dict)
    """What it holds of its own, without what programs of this machine share."""
    left_over: list[str] = field(default_factory=list)


def faults_of(figures: Figures, *, late_seconds: float, growth: float) -> list[str]:
    """Sentences; empty is well."""
    found = []
    if figures.worst[0][0] > late_seconds:
        found.append(f"late: a slide came {figures.worst[0][0] * 1000:.0f} ms after its time")
    for name, (second, last) in figures.pss.items():
        if last > second * (1 + growth):
            found.append(f"leak: {name} grew from {second:.1f} to {last:.1f} MB")
    if figures.left_over:
        found.append("left over: " + ", ".join(figures.left_over[:10]))
    return found


def live(plan: Plan, folder: Path) -> Figures:
    """One run in this empty folder."""
    figures = Figures()
    with ExitStack() as stack:
        temporary = folder / "temporary"
        temporary.mkdir()
        environ = surroundings(plan.speed) | {
            "MANTELPIECE_HOME": str(folder / "home"), "TMPDIR": str(temporary), "SOAK_BREAK": plan.broken,
            "XDG_RUNTIME_DIR": stack.enter_context(TemporaryDirectory(dir="/dev/shm", prefix="soak-")),
        }  # fmt: skip
        home = find(environ)
        prepare(home)
        panel = stack.enter_context(xvfb(320, 240, 24))
        server = stack.enter_context(immich(folder / "immich", photos=plan.photos))
        _set_up(home, server, plan)
        port = free_port()
        environ |= {"SOAK_PANEL": f"{panel.file} {panel.display}", "MANTELPIECE_ADMIN_HOST": "127.0.0.1",
                    "MANTELPIECE_ADMIN_PORT": str(port)}  # fmt: skip
        running = {name: stack.enter_context(_part(name, environ)) for name in PARTS}
        _wait(lambda: synced(home) and at_rest(home), running)
        _wait(lambda: ask(home, "now")["showing"] == "photo" and (home.frame / "shown.jsonl").exists(), running)
        before, begun = _files(home, temporary), last_run(home)
        _watch(figures, plan, panel, running, server, port)
        _wait(lambda: last_run(home) > begun, running)
        _wait(lambda: at_rest(home), running)
        while True:
            _end(running["sync"])
            if at_rest(home):
                break
            # With this clock a job that began just then had no time to clean up behind itself.
            running["sync"] = stack.enter_context(_part("sync", environ))
            _wait(lambda: at_rest(home), running)
        for process in running.values():
            _end(process)
        figures.moods = server.moods
        figures.left_over = _left_over(home, temporary, before)
    return figures


def _set_up(home: Home, server: Server, plan: Plan) -> None:
    put_server(home, "home", {"url": server.url})
    secrets.put(home.secrets, "servers", "home", key=server.api_key)
    add_album(home, {"name": "A", "server": "home", "id": server.albums[ALBUM], "interval_hours": plan.sync_hours,
                     "keep": "display"})  # fmt: skip
    wanted = {"interval_seconds": str(plan.interval_seconds), "transition": "cut", "layout": "fill", "pairs": "false"}
    for key, value in wanted.items():
        set_value(home, f"wall.{key}", value)
    set_value(home, "choosing.bursts", "false")  # the stand-in's photos are all of one moment


@contextmanager
def _part(name: str, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = ["nice", "-n", str(NICE[name]), sys.executable, "-m", "tests.soak.part", name]
    process = subprocess.Popen(command, cwd=TOP, env=os.environ | environ, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE_SECONDS)


def _wait(condition: Callable[[], bool], running: dict[str, subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(FrameNotRunning):
            if condition():
                return
        assert time.monotonic() < end, "it never came to be so"
        assert all(process.poll() is None for process in running.values()), "a process ended"
        time.sleep(0.1)


def _watch(
    figures: Figures, plan: Plan, panel: Panel, running: dict[str, subprocess.Popen[bytes]], server: Server, port: int
) -> None:
    """Look at the panel for a day, while the server flaps, the page is asked and memory is counted beside it."""
    hour = plan.hour_seconds / plan.speed
    ended = Event()
    samples: list[tuple[int, str, float, float]] = []
    begun = time.monotonic()

    def count() -> None:
        while not ended.wait(max(hour / 60, 0.1)):
            at = int((time.monotonic() - begun) / hour)
            for name, pid in _pids(running).items():
                with suppress(OSError, KeyError):
                    samples.append((at, name, *_memory(pid)))

    def ask_the_page() -> None:
        while not ended.wait(hour / 6):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30).close()

    beside = [Thread(target=count), Thread(target=ask_the_page), Thread(target=server.flap, args=(hour / 4, ended))]
    for thread in beside:
        thread.start()
    try:
        _look(figures, plan, panel, server, until=begun + HOURS * hour)
        assert all(process.poll() is None for process in running.values()), "a process ended"
    finally:
        ended.set()
        for thread in beside:
            thread.join()
    for name in {name for _, name, _, _ in samples}:
        own = [each for each in samples if each[1] == name]
        second, last = (_in_hour(wanted, own) for wanted in (1, max(each[0] for each in own) - 1))
        figures.pss[name], figures.own[name] = (second[0], last[0]), (second[1], last[1])


def _in_hour(wanted: int, samples: list[tuple[int, str, float, float]]) -> tuple[float, float]:
    """The middle of both figures in that hour; where they are few, with the nearest of those around it."""
    nearest = sorted(samples, key=lambda each: abs(each[0] - wanted))
    found = nearest[: max(FEW_SAMPLES, sum(each[0] == wanted for each in samples))]
    return median(each[2] for each in found), median(each[3] for each in found)


def _look(figures: Figures, plan: Plan, panel: Panel, server: Server, *, until: float) -> None:
    slide, hour = plan.interval_seconds / plan.speed, plan.hour_seconds / plan.speed
    with panel.file.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        pixels = memoryview(mapped)[panel.start :]
        begun = changed_at = now = time.monotonic()
        seen = crc32(pixels)

        def goes_on() -> bool:
            return now < until or figures.slides <= plan.slides or server.moods <= HOURS

        while goes_on():
            assert now < until + PATIENCE_SECONDS, f"only {figures.slides} slides, {server.moods} moods"
            time.sleep(LOOK_SECONDS)
            before, now = now, time.monotonic()
            figures.blind_seconds = max(figures.blind_seconds, now - before)
            found = crc32(pixels)
            hung = now - changed_at
            if found == seen and goes_on():
                continue
            if hung > slide / 4:  # a look in the middle of a change sees two of them
                figures.slides += 1
                figures.worst = sorted([*figures.worst, (hung - slide, (now - begun) / hour)], reverse=True)[:5]
            seen, changed_at = found, now
        pixels.release()


def _pids(running: dict[str, subprocess.Popen[bytes]]) -> dict[str, int]:
    """The three, and the child of the wall that decodes. `nice` becomes what it starts."""
    found = {name: process.pid for name, process in running.items()}
    with suppress(psutil.Error):
        for child in psutil.Process(found["frame"]).children():
            found["decoder"] = child.pid
    return found


def _memory(pid: int) -> tuple[float, float]:
    """Megabytes: its share of all that it maps, and what is its own alone."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
    return sizes["Pss"], sizes["Pss_Anon"]


def _files(home: Home, temporary: Path) -> set[Path]:
    return {path for top in (home.root, home.runtime, temporary) for path in top.rglob("*") if path.is_file()}


def _left_over(home: Home, temporary: Path, before: set[Path]) -> list[str]:
    """Files that nothing needs: beside what was there at the day's beginning, objects, and links to objects."""
    with reading(home) as library:
        assert library is not None
        lying = [path for path in home.objects.rglob("*") if path.is_file()]
        known = {path for path in lying if objects.get(library, path.name) is not None}
        kept = trash.names(library)
    answers_are_few = len(list(home.progress.glob("*.ended"))) <= KEPT_OUTCOMES
    found = []
    for path in _files(home, temporary):
        if path.is_relative_to(home.objects):
            needed = path in known
        elif path.is_relative_to(home.trash):
            needed = path.name in kept
        elif path.is_relative_to(home.albums):
            needed = path.name == "SHA1SUMS" or path.stat().st_nlink > 1
        else:
            needed = path in before or (path.parent == home.progress and path.suffix == ".ended" and answers_are_few)
        if not needed:
            found.append(str(path))
    return sorted(found)
