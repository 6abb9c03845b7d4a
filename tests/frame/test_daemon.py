"""The frame as a process of its own: nothing here imports the player."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from frame.control import FrameNotRunning, ask
from sync.home import Home, find, prepare
from tests.frame.rig import number_on, set_wall
from tests.sample_catalogues import make

_HUNG_SECONDS = 60
_TOP = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """As a process finds it."""
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("MANTELPIECE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    home = find()
    prepare(home)
    return home


@contextmanager
def frame(
    home: Home, wall: Path, *, environ: dict[str, str] | None = None, interval: float | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A running frame that writes its pictures into `wall`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "frame", "--display", f"file:{wall}", "--size", "320x240",
         *([] if interval is None else ["--interval", str(interval)])],
        cwd=_TOP,
        env={**os.environ, **(environ or {})},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def pictures(wall: Path, count: int) -> list[int | None]:
    """Which sample photos the first `count` picture files show, once they are there."""
    end = time.monotonic() + _HUNG_SECONDS
    while len(files := sorted(wall.glob("0*.png"))) < count:
        assert time.monotonic() < end, f"only {len(files)} of {count} pictures"
        time.sleep(0.005)
    return [number_on(Image.open(file).convert("RGB")) for file in files[:count]]


def answered(home: Home) -> dict[str, object]:
    """What the frame says, once it answers."""
    end = time.monotonic() + _HUNG_SECONDS
    while True:
        try:
            return ask(home, "now")
        except FrameNotRunning:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_with_nothing_but_catalogue_and_objects_the_first_photo_is_on_the_wall(home: Home, tmp_path: Path) -> None:
    """Promise 1: no network, a broken database, no sync, no private folder, and files dated in the future."""
    make(home, count=3)
    home.library.write_bytes(b"garbage" * 1000)
    home.private.chmod(0o000)
    os.utime(home.catalogue, (4_000_000_000, 4_000_000_000))
    offline = ["unshare", "--net"]
    if subprocess.run([*offline, "true"], stderr=subprocess.DEVNULL).returncode:
        offline = []  # not root, or root of a container that may not
    wall = tmp_path / "wall"
    process = subprocess.Popen(
        [*offline, sys.executable, "-m", "frame", "--display", f"file:{wall}", "--size", "320x240"],
        cwd=_TOP,
        env={**os.environ, "http_proxy": "http://127.0.0.1:1", "TZ": "Nowhere/Land"},
    )
    try:
        assert pictures(wall, 1)[0] in range(3)
    finally:
        home.private.chmod(0o700)
        process.terminate()
        process.wait(_HUNG_SECONDS)


def test_a_frame_that_can_write_nothing_still_shows_photos(home: Home, tmp_path: Path) -> None:
    make(home, count=3)
    home.intents.rmdir()
    shutil.rmtree(home.runtime)
    home.frame.rmdir()
    for folder in (home.frame, home.runtime):
        folder.symlink_to("/proc/1/nowhere")
    with frame(home, tmp_path / "wall", interval=0.05) as process:
        assert set(pictures(tmp_path / "wall", 4)) == {0, 1, 2}
        process.terminate()
        assert process.wait(_HUNG_SECONDS) == 0


def test_a_killed_frame_goes_on_where_it_was_without_repeating(home: Home, tmp_path: Path) -> None:
    make(home, count=12)
    set_wall(home, layout="fit")
    seen: list[int | None] = []
    for run in range(3):
        wall = tmp_path / f"wall{run}"
        with frame(home, wall, interval=0.05) as process:
            shown = pictures(wall, 3)
            process.kill()
            process.wait()
            shown = pictures(wall, len(list(wall.glob("0*.png"))))
        if seen:
            # A kill may fall between the panel and the note of it: that one photo then comes again.
            assert shown[0] in (seen[-1], seen[-2])
            shown = shown[1:]
        seen += shown
        set_wall(home, layout="fit")
    first_round = seen[:12]
    assert len(set(first_round)) >= len(first_round) - 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_it_cleanly(home: Home, tmp_path: Path, number: signal.Signals) -> None:
    make(home, count=3)
    with frame(home, tmp_path / "wall") as process:
        pictures(tmp_path / "wall", 1)
        answered(home)
        process.send_signal(number)
        assert process.wait(_HUNG_SECONDS) == 0
    assert not home.control_socket.exists()
    assert "shown" in (home.frame / "shown.jsonl").read_text()


def test_it_is_told_what_to_do_through_its_socket(home: Home, tmp_path: Path) -> None:
    make(home, count=3)
    set_wall(home, selection="sequential", layout="fit", interval_seconds=1000)
    with frame(home, tmp_path / "wall") as process:
        assert pictures(tmp_path / "wall", 1) == [0]
        ask(home, "next")
        assert pictures(tmp_path / "wall", 2) == [0, 1]
        ask(home, "hide")
        assert pictures(tmp_path / "wall", 3) == [0, 1, 2]
        assert answered(home)["asset"] == "asset-00002"
        ask(home, "quit")
        assert process.wait(_HUNG_SECONDS) == 0
    (intent,) = home.intents.iterdir()
    assert json.loads(intent.read_text())["key"] == "home:asset-00001"


def test_a_second_frame_is_refused_with_a_sentence(home: Home, tmp_path: Path) -> None:
    make(home, count=3)
    with frame(home, tmp_path / "wall"):
        answered(home)
        second = subprocess.run([sys.executable, "-m", "frame"], cwd=_TOP, capture_output=True, timeout=_HUNG_SECONDS)
    assert (second.returncode, second.stderr.decode()) == (1, "Another frame is running.\n")


def test_the_service_manager_hears_of_start_life_and_end(home: Home, tmp_path: Path) -> None:
    make(home, count=3)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(_HUNG_SECONDS)
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}
        with frame(home, tmp_path / "wall", environ=environ) as process:
            assert [manager.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
            process.terminate()
            last = b""
            while last != b"STOPPING=1":
                last = manager.recv(100)


def test_a_stuck_player_does_not_feed_the_watchdog(home: Home, tmp_path: Path) -> None:
    """Its panel's folder is a pipe that nobody reads: the picture never ends."""
    make(home, count=3)
    stuck = tmp_path / "stuck.py"
    stuck.write_text(
        "import sys, time\n"
        "import frame.displays.files as files\n"
        "def hang(self, picture):\n"
        "    while True:\n"
        "        time.sleep(1)\n"
        "files.FileDisplay.show = hang\n"
        "from frame.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        environ = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "150000"}
        process = subprocess.Popen(
            [sys.executable, str(stuck), "--display", f"file:{tmp_path / 'wall'}"],
            cwd=_TOP,
            env={**environ, "PYTHONPATH": str(_TOP)},
        )
        try:
            manager.settimeout(_HUNG_SECONDS)
            assert manager.recv(100) == b"READY=1"
            manager.settimeout(2.0)
            with pytest.raises(TimeoutError):
                for _ in range(10_000):
                    manager.recv(100)
        finally:
            process.kill()
            process.wait()


SMALL = ("--size", "320x240", "--interval", "0", "--json")


def show(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "frame", "show", *arguments],
        cwd=_TOP,
        capture_output=True,
        text=True,
        timeout=_HUNG_SECONDS,
    )


def test_show_tells_a_line_a_picture_and_goes_on_the_next_time(home: Home, tmp_path: Path) -> None:
    make(home, count=7)
    set_wall(home, layout="fit")
    lines = []
    for count in (3, 4):
        wall = tmp_path / f"wall{count}"
        done = show("--display", f"file:{wall}", "--count", str(count), *SMALL)
        assert done.returncode == 0, done.stderr
        lines += [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(line["asset"] for line in lines) == [f"asset-{number:05d}" for number in range(7)]
    for line in lines:
        assert set(line) == {"asset", "album", "file", "why"}
        assert line["album"] == "Sample"
        assert f"asset-{number_on(Image.open(line['file']).convert('RGB')):05d}" == line["asset"]


@pytest.mark.parametrize("selection", ["sequential", "newest", "oldest"])
def test_show_in_an_order(home: Home, tmp_path: Path, selection: str) -> None:
    make(home, count=3)
    arguments = ("--display", "none", "--count", "2", "--interval", "0", "--selection", selection)
    names = [line.split()[0] for _ in range(2) for line in show(*arguments).stdout.splitlines()]
    order = ["IMG_0000.JPG", "IMG_0001.JPG", "IMG_0002.JPG"]
    if selection == "newest":
        order.reverse()
    assert names == [*order, order[0]]


def test_show_of_one_photo_shows_it_as_often_as_asked(home: Home, tmp_path: Path) -> None:
    make(home, count=1)
    done = show("--display", f"file:{tmp_path / 'wall'}", "--count", "3", *SMALL)
    assert len({json.loads(line)["file"] for line in done.stdout.splitlines()}) == 3


def test_show_without_photos_shows_the_welcome_picture_and_says_so(home: Home, tmp_path: Path) -> None:
    done = show("--display", f"file:{tmp_path / 'wall'}", "--count", "2", *SMALL)
    assert (done.returncode, json.loads(done.stdout)["error"]) == (1, "There are no photos to show.")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "wall" / "000001.png").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--size", "big"),
        ("--selection", "rnadom"),
        ("--interval", "-1"),
        ("--rotation", "45"),
        ("--count", "-1"),
        ("--count", "many"),
        ("--layout", "x"),
        ("--display", "telly"),
        ("--nonsense",),
    ],
    ids=" ".join,
)
def test_wrong_words_end_with_a_sentence_and_two(home: Home, arguments: tuple[str, ...]) -> None:
    make(home, count=1)
    done = show(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert not (home.frame / "shown.jsonl").exists()


def test_a_display_that_cannot_be_had_ends_show_with_its_reason(home: Home, tmp_path: Path) -> None:
    make(home, count=1)
    (tmp_path / "a file").touch()
    done = show("--display", f"file:{tmp_path / 'a file' / 'wall'}", "--count", "1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_show_beside_a_running_frame_leaves_its_memory_alone(home: Home, tmp_path: Path) -> None:
    make(home, count=5)
    with frame(home, tmp_path / "wall", interval=10_000) as process:
        pictures(tmp_path / "wall", 1)
        answered(home)
        assert show("--display", "none", "--count", "4", "--interval", "0").returncode == 0
        assert len(ask(home, "shown")["shown"]) == 1
        process.terminate()
        process.wait(_HUNG_SECONDS)
    assert (home.frame / "shown.jsonl").read_text().count("asset-") == 1
