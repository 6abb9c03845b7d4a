from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from frame.control import MOST_LINE_BYTES, FrameNotRunning, FrameRefused, ask
from frame.control_server import ControlServer
from sync.errors import Busy
from sync.home import Home
from tests.frame.rig import rig, set_wall
from tests.sample_catalogues import make


@contextmanager
def answering(home: Home, answer) -> Iterator[ControlServer]:
    """A server at the home's socket, served by a thread of its own."""
    server, ended = ControlServer(home.control_socket), Event()

    def serve() -> None:
        while not ended.is_set():
            server.serve(answer)
            ended.wait(0.005)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        thread.join()
        server.close()


def send(home: Home, content: bytes, *, hang_up: bool = True) -> list[dict[str, object]]:
    """Everything that comes back for these bytes."""
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(60)
        channel.connect(str(home.control_socket))
        back = b""
        try:
            channel.sendall(content)
            if hang_up:
                channel.shutdown(socket.SHUT_WR)
            while some := channel.recv(65536):
                back += some
        except (BrokenPipeError, ConnectionResetError):
            pass
    return [json.loads(line) for line in back.splitlines()]


HOSTILE = {
    "nothing": b"",
    "empty lines": b"\n\n\n",
    "not JSON": b"next\n",
    "no object": b"[1]\n",
    "null": b"null\n",
    "no verb": b"{}\n",
    "verb of a wrong type": b'{"verb": ["next"]}\n',
    "unknown verb": b'{"verb": "nxet"}\n',
    "private method": b'{"verb": "__call__"}\n',
    "long verb": b'{"verb": "' + b"x" * 10_000 + b'"}\n',
    "binary": bytes(range(256)) + b"\n",
    "not UTF-8": b'{"verb": "\xff"}\n',
    "deep": b"[" * 10_000 + b"\n",
    "too long": b"x" * (MOST_LINE_BYTES + 70_000),
    "torn": b'{"verb": "now"',
    "wrong lines": b'{"verb": "welcome", "lines": "all"}\n',
    "lines of numbers": b'{"verb": "welcome", "lines": [1]}\n',
    "many lines": b'{"verb": "welcome", "lines": ["a","a","a","a","a","a","a","a","a"]}\n',
    "wide line": b'{"verb": "welcome", "lines": ["' + b"w" * 300 + b'"]}\n',
    "wrong value": b'{"verb": "hide", "value": "yes"}\n',
    "wrong key": b'{"verb": "hide", "key": 7}\n',
    "unknown key": b'{"verb": "favourite", "key": "../../x"}\n',
    "surrogate key": b'{"verb": "favourite", "key": "\\ud800"}\n',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_line_gets_a_sentence_and_changes_nothing(home: Home, renderer, content: bytes) -> None:
    make(home, count=3)
    set_wall(home, selection="sequential")
    with rig(home, renderer) as wall:
        wall.settle()
        with answering(home, wall.answers):
            for line in send(home, content):
                assert line["ok"] is False
                assert isinstance(line["error"], str) and len(line["error"]) < 300
            assert ask(home, "now")["key"] == "home:asset-00000"
        wall.settle()
        assert wall.numbers() == [0]
        assert not list(home.intents.iterdir())
        assert wall.player.curtain.welcome == ()


def test_a_mistake_in_an_answer_ends_nothing(home: Home) -> None:
    def mistaken(_request: dict[str, object]) -> dict[str, object]:
        raise RuntimeError("secret detail")

    with answering(home, mistaken):
        for _ in range(2):
            (line,) = send(home, b'{"verb": "now"}\n')
            assert line["ok"] is False
            assert "secret" not in str(line)


def test_several_lines_get_several_answers_in_order(home: Home) -> None:
    with answering(home, lambda request: {"echo": request["n"]}):
        lines = send(home, b'{"n": 1}\n{"n": 2}\n{"n": 3}\n')
    assert [line["echo"] for line in lines] == [1, 2, 3]


def test_a_caller_that_never_reads_is_cut_off_and_others_are_served(home: Home) -> None:
    with answering(home, lambda _request: {"much": "x" * 50_000}), socket.socket(socket.AF_UNIX) as deaf:
        deaf.settimeout(60)
        deaf.connect(str(home.control_socket))
        with pytest.raises(OSError):
            for _ in range(10_000):
                deaf.sendall(b"{}\n")
        assert ask(home, "now")["much"]


def test_a_line_that_never_ends_is_not_kept(home: Home) -> None:
    with answering(home, lambda _request: {}):
        (line,) = send(home, b"x" * (MOST_LINE_BYTES + 1), hang_up=False)
        assert "at most" in str(line["error"])


def test_many_idle_callers_shut_nobody_out(home: Home) -> None:
    with answering(home, lambda _request: {}) as server:
        idle = []
        for _ in range(60):
            channel = socket.socket(socket.AF_UNIX)
            channel.connect(str(home.control_socket))
            idle.append(channel)
        assert ask(home, "now") == {"ok": True}
        assert len(server.filenos()) <= 17
        for channel in idle:
            channel.close()


def test_a_full_queue_is_waited_for(home: Home) -> None:
    """Nobody serves until the asker waits: with a queue of one place, the asker cannot connect at once."""
    home.control_socket.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(home.control_socket))
        listener.listen(0)
        with socket.socket(socket.AF_UNIX) as first:
            first.connect(str(home.control_socket))
            with pytest.raises(FrameNotRunning, match="does not answer"):
                ask(home, "now", timeout_seconds=0.2)
            answers: list[dict[str, object]] = []
            asker = Thread(target=lambda: answers.append(ask(home, "now", timeout_seconds=60)))
            asker.start()
            listener.accept()[0].close()
            channel, _ = listener.accept()
            with channel:
                assert channel.recv(1000)
                channel.sendall(b'{"ok": true}\n')
                asker.join()
        assert answers == [{"ok": True}]


def test_a_busy_frames_socket_is_not_taken_for_one_left_behind(home: Home) -> None:
    home.control_socket.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
        listener.bind(str(home.control_socket))
        listener.listen(0)
        first.connect(str(home.control_socket))
        with pytest.raises(Busy):
            ControlServer(home.control_socket)
        assert home.control_socket.exists()


def test_the_socket_is_for_its_group_alone_and_goes_with_the_frame(home: Home) -> None:
    server = ControlServer(home.control_socket)
    assert stat.S_IMODE(home.control_socket.stat().st_mode) == 0o660
    server.close()
    assert not home.control_socket.exists()


def test_a_socket_that_a_killed_frame_left_is_replaced_and_a_living_one_respected(home: Home) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(home.control_socket))
    left.close()
    server = ControlServer(home.control_socket)
    with pytest.raises(Busy):
        ControlServer(home.control_socket)
    server.close()


@pytest.mark.parametrize("left", ["nothing", "a dead socket"])
def test_asking_a_frame_that_does_not_run_says_so(home: Home, left: str) -> None:
    if left == "a dead socket":
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(str(home.control_socket))
        dead.close()
    with pytest.raises(FrameNotRunning, match="not running"):
        ask(home, "now")


def test_a_frame_that_hangs_is_not_waited_for_long(home: Home) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(home.control_socket))
        hung.listen()
        with pytest.raises(FrameNotRunning):
            ask(home, "now", timeout_seconds=0.1)


def test_a_refusal_carries_the_frames_own_sentence(home: Home, renderer) -> None:
    make(home, count=1)
    with rig(home, renderer) as wall, answering(home, wall.answers):
        with pytest.raises(FrameRefused, match="no earlier photo"):
            ask(home, "back")
        with pytest.raises(FrameRefused, match="Did you mean 'pause'"):
            ask(home, "paus")


def test_a_long_path_is_refused_by_name_not_by_a_crash(tmp_path: Path) -> None:
    home = Home(root=tmp_path, runtime=tmp_path / ("x" * 120))
    with pytest.raises(OSError, match="too long"):
        ControlServer(home.control_socket)
    with pytest.raises(FrameNotRunning):
        ask(home, "now")
    assert os.listdir(home.runtime) == []  # noqa: PTH208
