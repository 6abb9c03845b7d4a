"""Logs say what happened, in text or JSON, and never a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from sync import logs, secrets
from sync.home import Home
from sync.settings.tree import Log, LogFormat

KEY = "CANARY0123456789abcdef"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in list(root.handlers):
        root.removeHandler(handler)
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize("form", list(LogFormat))
def test_no_form_of_a_line_shows_a_key(home: Home, form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    secrets.put(home.secrets, "servers", "home", key=KEY)
    logs.set_up(home, Log(format=form))
    log = logging.getLogger("room")
    log.info("the key is %s", KEY)
    log.info("asked http://x/api?key=of-a-link&a=1")
    try:
        raise ValueError(KEY)  # noqa: TRY301
    except ValueError:
        log.exception("it broke")
    said = capsys.readouterr().err
    assert KEY not in said
    assert "of-a-link" not in said
    assert "ValueError" in said
    assert said.count("***") == 3


def test_what_a_stranger_named_steers_no_terminal_and_looks_like_no_entry(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up(home, Log())
    logging.getLogger("room").warning("the album %s is gone", "\x1b]0;x\x07\x9b2J\nERROR room: \r\u202eall\u2028")
    try:
        raise ValueError("\x1b[2J")  # noqa: TRY301
    except ValueError:
        logging.getLogger("room").exception("it broke")
    said = capsys.readouterr().err
    assert not any(sign in said for sign in "\x1b\x07\x9b\r\u202e\u2028")
    assert sum(line.startswith(("WARNING", "ERROR")) for line in said.splitlines()) == 2
    assert "Traceback" in said


def test_a_key_that_is_set_later_is_blotted_out_too(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(home, Log())
    logging.getLogger("room").info("before")
    secrets.put(home.secrets, "servers", "home", key=KEY)
    logging.getLogger("room").info("now %s", KEY)
    assert KEY not in capsys.readouterr().err


def test_json_lines_are_one_object_each_whatever_they_say(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(home, Log(format=LogFormat.JSON))
    logging.getLogger("room").warning('odd\n"%s"\x00', "ä")
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == ("warning", "room", 'odd\n"ä"\x00')


def test_a_log_file_is_rotated_by_one_process_and_followed_by_the_others(home: Home) -> None:
    file = home.root / "m.log"
    logs.set_up(home, Log(file=str(file)), rotates=True)
    for _ in range(25):
        logging.getLogger("room").info("x" * 200_000)
    assert sorted(path.name for path in home.root.glob("m.log*")) == ["m.log", "m.log.1", "m.log.2", "m.log.3"]
    assert sum(path.stat().st_size for path in home.root.glob("m.log*")) < 4_500_000
    logs.set_up(home, Log(file=str(file)))
    file.rename(file.with_suffix(".old"))
    logging.getLogger("room").info("after the rotation")
    assert "after the rotation" in file.read_text()


def test_a_log_file_that_cannot_be_opened_costs_the_file_not_the_program(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up(home, Log(file=str(home.root / "none" / "m.log")))
    logging.getLogger("room").info("still here")
    said = capsys.readouterr().err
    assert "cannot be written" in said
    assert "still here" in said
