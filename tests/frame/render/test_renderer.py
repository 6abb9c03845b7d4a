"""A picture that kills, hangs or bloats the decoder is refused, and the next one is shown."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from frame.render.renderer import Renderer
from frame.render.request import RenderRequest
from sync.errors import Cancelled, DecoderUnavailable, PictureRefused
from tests.frame.render.child import pid_of_child
from tests.frame.render.corpus import halves

_HUNG_SECONDS = 60
ROGUE = (sys.executable, "-m", "tests.frame.render.rogue_worker")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "good.png"
    halves().save(path)
    return path


@pytest.fixture
def rogue() -> Iterator[Renderer]:
    one = Renderer(program=ROGUE, deadline_seconds=_HUNG_SECONDS)
    yield one
    one.close()


def request(path: Path) -> RenderRequest:
    return RenderRequest(path=path, size=(64, 36))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def gone(pid: int | None) -> bool:
    return pid is not None and not Path(f"/proc/{pid}").exists()


def in_time(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + _HUNG_SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def leaves(pid: int | None) -> bool:
    """Ends by itself, whether anybody has asked what became of it or not."""
    return in_time(lambda: state_of(pid) in (None, "Z"))


def state_of(pid: int | None) -> str | None:
    """One letter, or None once it is gone; it may go between opening and reading."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def is_loaded(pid: int) -> bool:
    return in_time(lambda: "_imaging." in Path(f"/proc/{pid}/maps").read_text())


def refusal(renderer: Renderer, bad: Path) -> PictureRefused:
    with pytest.raises(PictureRefused) as refused:
        renderer.render(request(bad))
    return refused.value


@pytest.mark.parametrize(
    ("order", "deadline_seconds", "reason", "word"),
    [
        ("abort", _HUNG_SECONDS, "killed-decoder", "SIGABRT"),
        ("leave", _HUNG_SECONDS, "killed-decoder", "exit code 7"),
        ("sleep", 1.0, "starved", "no time"),
        ("spin", 3.0, "too-slow", "too long"),
        ("eat", _HUNG_SECONDS, "too-large", "memory"),
        ("shrink", _HUNG_SECONDS, "killed-decoder", "too few pixels"),
    ],
    ids=["abort", "leave", "sleep", "spin", "eat", "shrink"],
)
def test_a_picture_that_harms_its_decoder_is_refused_and_the_next_is_shown(
    order: str, deadline_seconds: float, reason: str, word: str, rogue: Renderer, picture: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    bad = tmp_path / "bad.jpg"
    bad.write_text(order)
    rogue.render(request(picture))  # it has started
    rogue._deadline_seconds = deadline_seconds
    if order == "spin":  # two ticks of the processor's clock are as good as half of all: others may want the rest
        monkeypatch.setattr(os, "sysconf", lambda name: 1)
    refused = refusal(rogue, bad)
    rogue._deadline_seconds = _HUNG_SECONDS
    assert refused.facts["reason"] == reason
    assert word in refused.sentence
    assert rogue.render(request(picture)).size == (64, 36)


def test_a_child_that_was_killed_while_idle_costs_no_picture(picture: Path) -> None:
    renderer = Renderer()
    try:
        renderer.render(request(picture))
        pid = pid_of_child(renderer)
        os.kill(pid, signal.SIGKILL)
        assert renderer.render(request(picture)).size == (64, 36)
        assert gone(pid)
    finally:
        renderer.close()


def test_a_stopped_child_is_replaced_at_the_deadline(picture: Path) -> None:
    renderer = Renderer(deadline_seconds=_HUNG_SECONDS)
    try:
        renderer.render(request(picture))
        pid = pid_of_child(renderer)
        os.kill(pid, signal.SIGSTOP)
        renderer._deadline_seconds = 0.5
        with pytest.raises(DecoderUnavailable):
            renderer.render(request(picture))
        renderer._deadline_seconds = _HUNG_SECONDS
        assert renderer.render(request(picture)).size == (64, 36)
        assert gone(pid)
    finally:
        renderer.close()


def test_the_child_is_renewed_after_its_share_of_pictures(picture: Path) -> None:
    renderer = Renderer(pictures_per_child=3)
    try:
        pids = []
        for _ in range(7):
            pids.append(pid_of_child(renderer))
            renderer.render(request(picture))
        assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6]
        assert all(map(leaves, (pids[0], pids[3])))
    finally:
        renderer.close()
    assert gone(pids[6])


def test_no_picture_waits_for_a_renewed_child_to_load(picture: Path) -> None:
    renderer = Renderer(pictures_per_child=3)
    try:
        for _ in range(2):
            renderer.render(request(picture))
        heir, first = renderer._heir, pid_of_child(renderer)
        assert heir is not None
        assert is_loaded(heir.process.pid), "it loads what decoding needs before anybody asks"
        renderer.render(request(picture))
        assert pid_of_child(renderer) == heir.process.pid != first
    finally:
        renderer.close()
    assert gone(heir.process.pid)


def test_an_heir_that_is_killed_costs_no_picture(picture: Path) -> None:
    renderer = Renderer(pictures_per_child=2)
    try:
        renderer.render(request(picture))
        assert renderer._heir is not None
        renderer._heir.kill()
        for _ in range(3):
            renderer.render(request(picture))
    finally:
        renderer.close()


def test_a_decoder_that_is_killed_with_its_heir_costs_no_picture(picture: Path) -> None:
    renderer = Renderer(pictures_per_child=3)
    try:
        renderer.render(request(picture))
        assert renderer._heir is not None
        assert renderer._child is not None
        renderer._heir.kill()
        renderer._child.kill()
        renderer.render(request(picture))
    finally:
        renderer.close()


def test_a_decoder_that_does_not_start_blames_no_picture(picture: Path) -> None:
    renderer = Renderer(program=(sys.executable, "-c", "raise SystemExit(3)"))
    try:
        with pytest.raises(DecoderUnavailable):
            renderer.render(request(picture))
    finally:
        renderer.close()


def test_closing_ends_a_render_that_is_under_way(tmp_path: Path) -> None:
    slow = tmp_path / "slow.jpg"
    slow.write_text("sleep")
    renderer = Renderer(program=ROGUE, deadline_seconds=60)
    pid = pid_of_child(renderer)
    caught: list[BaseException] = []

    def render() -> None:
        try:
            renderer.render(request(slow))
        except Cancelled as error:
            caught.append(error)

    thread = threading.Thread(target=render)
    thread.start()
    renderer.close()
    thread.join(_HUNG_SECONDS)
    assert not thread.is_alive()
    assert len(caught) == 1
    assert gone(pid)


def test_after_closing_nothing_is_left_and_rendering_is_cancelled(picture: Path) -> None:
    renderer = Renderer()
    before = open_files()
    pid = pid_of_child(renderer)
    renderer.render(request(picture))
    renderer.close()
    renderer.close()
    assert gone(pid)
    assert open_files() < before
    with pytest.raises(Cancelled):
        renderer.render(request(picture))


def test_the_child_leaves_when_its_parent_dies(picture: Path) -> None:
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from frame.render.renderer import Renderer\n"
        "from frame.render.request import RenderRequest\n"
        "renderer = Renderer()\n"
        f"renderer.render(RenderRequest(path=Path({str(picture)!r}), size=(64, 36)))\n"
        "print(renderer._child.process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    import subprocess

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=_HUNG_SECONDS)
    assert leaves(int(answer.stdout)), "the child outlived its parent"


def test_memory_of_the_last_picture_is_given_back(picture: Path) -> None:
    renderer = Renderer()
    try:
        renderer.render(RenderRequest(path=picture, size=(1920, 1080)))
        assert os.fstat(renderer._memory).st_size == 0
    finally:
        renderer.close()


def test_rendering_needs_no_particular_working_folder(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    renderer = Renderer()
    try:
        assert renderer.render(request(Path(picture.name))).size == (64, 36)
    finally:
        renderer.close()
