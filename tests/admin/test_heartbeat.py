"""The page's watchdog is fed by answers alone: a process whose threads hang is not alive."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask

from admin import heartbeat
from admin.heartbeat import answers, keep_beating, own_address
from sync.notify import Notifier
from tests.admin.served import serving
from tests.manual_clock import ManualClock
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(4)
        yield made


def test_a_page_that_answers_feeds_it(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.01)
    with serving(app) as (server, where), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        assert own_address(server) == where
        systemd.bind(str(tmp_path / "n"))
        systemd.settimeout(PATIENCE_SECONDS)
        ended = Event()
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "60000000"}, ManualClock())
        beating = Thread(target=keep_beating, args=(server, notifier, ended), daemon=True)
        beating.start()
        assert systemd.recv(100) == b"WATCHDOG=1"
        ended.set()
        beating.join(PATIENCE_SECONDS)


def test_a_page_that_hangs_or_is_gone_does_not(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PATIENCE_SECONDS", 0.2)
    address = listener.getsockname()
    assert not answers(address), "connected, and never answered"
    listener.close()
    assert not answers(address)
