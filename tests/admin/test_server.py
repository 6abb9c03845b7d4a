"""The page behind its real server: slow clients, many tabs, a passed socket, memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from admin.restart import BEGIN_ANEW
from sync.errors import ANEW
from sync.home import Home, prepare
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
LOWEST, REST_MB = 20, 55
PATIENCE_SECONDS = 60.0


@contextmanager
def serving(home: Home, listener: socket.socket) -> Iterator[psutil.Process]:
    """`python -m admin` on a socket that is passed to it the way systemd does. It gives up nobody: whoever had to wait
    for that would wait for longer than we do."""
    number = listener.fileno()
    program = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3); os.set_inheritable(3, True);"
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1');"
        "import runpy; from admin.security import server; server.SLOWEST_SECONDS = 10 * float(sys.argv[2]);"
        "sys.argv[1:] = []; runpy.run_module('admin', run_name='__main__')"
    )
    environment = {**os.environ, "MANTELPIECE_HOME": str(home.root), "XDG_RUNTIME_DIR": str(home.runtime)}
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(number), str(PATIENCE_SECONDS)], cwd=ROOT, env=environment,
        pass_fds=(number,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until_answers(listener.getsockname()[1])
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=512) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Home:
    made = Home(root=tmp_path / "home", runtime=tmp_path / "run")
    made.runtime.mkdir()
    prepare(made)
    return made


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    ("signals", "code"),
    [((signal.SIGTERM,), 0), ((signal.SIGINT, signal.SIGTERM, signal.SIGINT), 0), ((BEGIN_ANEW,), ANEW)],
    ids=["one", "several", "anew"],
)
def test_a_signal_ends_the_page_without_a_word_and_those_after_it_do_nothing(
    place: Home, host: str, signals: tuple[signal.Signals, ...], code: int
) -> None:
    port = free_port()
    environment = {**os.environ, "MANTELPIECE_HOME": str(place.root), "XDG_RUNTIME_DIR": str(place.runtime),
                   "MANTELPIECE_ADMIN_HOST": host, "MANTELPIECE_ADMIN_PORT": str(port)}  # fmt: skip
    with subprocess.Popen([sys.executable, "-m", "admin"], cwd=ROOT, env=environment, stderr=subprocess.PIPE,
                          text=True) as page:  # fmt: skip
        _until_answers(port)
        for each in signals:
            page.send_signal(each)
        assert page.stderr is not None
        told = page.stderr.read()
    assert (page.returncode, "Traceback" in told) == (code, False), told


def _get(port: int, path: str = "/setup", *, host: str = "127.0.0.1") -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path, headers={"Host": host, "Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _until_answers(port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            _get(port)
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)
        else:
            return


def test_three_hundred_slow_clients_leave_a_normal_request_its_answer(place: Home, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with serving(place, listener), ExitStack() as stack:
        for _ in range(300):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS))
            slow.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nto")
        assert _get(port) == 200


def test_twenty_open_tabs_leave_a_normal_request_its_answer(place: Home, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with serving(place, listener), ExitStack() as stack:
        for _ in range(20):
            tab = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS))
            tab.sendall(b"GET /setup HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert _get(port) == 200


def test_the_page_is_small(place: Home, listener: socket.socket) -> None:
    with serving(place, listener) as process:
        port = listener.getsockname()[1]
        for _ in range(LOWEST):
            _get(port)
        used = process.memory_full_info().pss / 1e6
    assert used < REST_MB


def test_a_foreign_host_and_headers_without_end_are_refused(place: Home, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with serving(place, listener):
        assert _get(port, host="evil.com") == 400
        assert _get(port, "/static/page.css", host="evil.com") == 400
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as greedy:
            greedy.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 40_000 + b"\r\n\r\n")
            assert b"431" in greedy.recv(200)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as large:
            large.sendall(b"POST /setup HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50000000\r\n\r\n")
            assert b"413" in large.recv(200)
