"""The phone page by the command line: `run` starts it beside the wall, `password` opens it."""

from __future__ import annotations

import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from admin.security.passwords import matches
from admin.security.tokens import Tokens
from sync import secrets
from sync.clock import SystemClock
from sync.jobs.follow import serving
from tests.admin.cli.conftest import Mantelpiece
from tests.patience import until
from tests.ports import free_port

PASSWORD = "correct horse battery"


@contextmanager
def running(mantelpiece: Mantelpiece, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = mantelpiece.start("run", *words)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        # communicate() would lose what a test has read ahead.
        mantelpiece.said.append(process.stderr.read())
        process.wait(60)


@pytest.fixture
def port(mantelpiece: Mantelpiece, tmp_path: Path) -> int:
    number = free_port()
    mantelpiece.environment |= {
        "MANTELPIECE_ADMIN_HOST": "127.0.0.1", "MANTELPIECE_ADMIN_PORT": str(number),
        "MANTELPIECE_WALL_DISPLAY": f"file:{tmp_path / 'wall'}", "MANTELPIECE_WALL_SIZE": "320x200",
    }  # fmt: skip
    return number


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=30)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def children(process: subprocess.Popen[str]) -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def test_run_serves_the_page_beside_the_wall(mantelpiece: Mantelpiece, port: int) -> None:
    with running(mantelpiece) as process:
        until(lambda: answers(port))
        until(lambda: serving(mantelpiece.home))
        until(lambda: mantelpiece("status", "--json").json["page"] == [f"http://127.0.0.1:{port}"])
        assert f"page: http://127.0.0.1:{port}\n" in mantelpiece("status").out
    assert process.returncode == 0
    assert "page: not running\n" in mantelpiece("status").out
    assert not answers(port)


def test_a_taken_port_costs_a_sentence_and_the_rest_goes_on(
    mantelpiece: Mantelpiece, port: int, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", port)), running(mantelpiece) as process:
        assert process.stderr is not None
        assert any(f"The phone page cannot listen on port {port}" in line for line in process.stderr)
        until(lambda: len(children(process)) == 2)
        until(lambda: serving(mantelpiece.home))
        until((tmp_path / "wall" / "current.png").exists)
    assert process.returncode == 0
    assert "phone page" not in mantelpiece.said[-1]
    assert "started again" not in mantelpiece.said[-1]


def test_a_page_alone_that_cannot_listen_ends_with_2(mantelpiece: Mantelpiece, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        told = mantelpiece("run", "--without", "sync", "--without", "frame")
    assert told.code == 2
    assert "settings set admin.port" in told.err


def test_a_password_is_read_from_standard_input_and_kept_as_a_hash(mantelpiece: Mantelpiece) -> None:
    assert mantelpiece("password", answer=PASSWORD + "\n").code == 0
    assert matches(PASSWORD, secrets.password_hash(mantelpiece.home.secrets))
    kept = b"".join(path.read_bytes() for path in mantelpiece.home.root.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept


def test_keys_of_programs_are_renewed_where_it_is_asked_for_and_named_where_not(mantelpiece: Mantelpiece) -> None:
    keys = Tokens(mantelpiece.home.private / "tokens.json", SystemClock())
    mantelpiece("password", answer=PASSWORD + "\n")
    secret = keys.make("Home Assistant")
    told = mantelpiece("password", answer=PASSWORD + "\n").out
    assert "1 key of programs and displays opens what it did." in told
    assert keys.is_known(secret)
    renewed = mantelpiece("password", "--renew-keys", "--json", answer=PASSWORD + "\n").json
    assert not keys.is_known(secret)
    assert keys.is_known(renewed["renewed"]["tokens"]["Home Assistant"]), "a running page sees it too"


def test_a_short_password_changes_nothing(mantelpiece: Mantelpiece) -> None:
    mantelpiece("password", answer=PASSWORD)
    before = mantelpiece.files()
    told = mantelpiece("password", answer="short")
    assert (told.code, told.err) == (2, "A password has 8 to 200 characters. Nothing was changed.\n")
    assert mantelpiece.files() == before


def test_a_backup_comes_back_and_never_writes_over_a_file(mantelpiece: Mantelpiece, tmp_path: Path) -> None:
    assert mantelpiece("settings", "set", "wall.layout", "fill").code == 0
    file = tmp_path / "frame.zip"
    assert mantelpiece("backup", str(file)).code == 0
    assert "there already" in mantelpiece("backup", str(file)).err
    mantelpiece("settings", "set", "wall.layout", "fit")
    restored = mantelpiece("restore", str(file), "--json")
    assert (restored.code, restored.json["enter"]) == (0, ["A password for the phone page."])
    assert mantelpiece("settings", "show", "wall.layout", "--json").json["value"] == "fill"


def test_what_is_no_backup_is_refused(mantelpiece: Mantelpiece, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"x")
    assert mantelpiece("restore", str(tmp_path / "x.zip")).code == 2
    assert mantelpiece("restore", str(tmp_path / "none.zip")).code == 2


def test_a_brokers_password_that_goes_in_clear_is_told_by_check_and_doctor(mantelpiece: Mantelpiece) -> None:
    assert mantelpiece("settings", "set", "mqtt.host", "nas.lan").code == 0
    mantelpiece("settings", "set", "mqtt.user", "frame")
    told = mantelpiece("settings", "check")
    assert (told.code, "goes to nas.lan in clear" in told.err) == (0, True)
    assert any("nas.lan in clear" in one["sentence"] for one in mantelpiece("doctor", "--json").json["findings"])
