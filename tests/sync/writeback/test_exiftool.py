"""exiftool is never waited for longer than its deadline, whatever it does; and the next file is served again."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sync.errors import ToolFailed, ToolMissing
from sync.writeback.exiftool import ExifTool
from sync.writeback.look import look
from tests.sync.writeback import originals
from tests.sync.writeback.exiftools import REAL, ended, exiftool_below, wrapped


def test_nothing_is_started_before_it_is_needed() -> None:
    with ExifTool() as tool:
        assert not tool.started
        assert tool.run("-ver").status == 0
        assert tool.started


@pytest.mark.parametrize("signal_", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "dies"])
def test_an_exiftool_that_hangs_or_dies_costs_one_file(tmp_path: Path, signal_: int) -> None:
    path = originals.make(tmp_path, "jpg")
    with ExifTool(deadline_seconds=60) as tool:
        look(tool, path)
        child = exiftool_below(tool)
        tool._deadline_seconds = 1 if signal_ == signal.SIGSTOP else 60
        child.send_signal(signal_)
        with pytest.raises(ToolFailed) as failed:
            look(tool, path)
        assert failed.value.facts["hung"] is (signal_ == signal.SIGSTOP)
        assert ended(child)
        tool._deadline_seconds = 60
        assert look(tool, path).file_type == "JPEG"


def test_a_flood_of_messages_blocks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # More than a pipe holds, before the answer to every look.
    flood = "while read -r line; do case $line in -j) head -c 300000 /dev/zero | tr '\\0' w >&2;; esac; "
    wrapped(tmp_path, monkeypatch, f'{flood} printf "%s\\n" "$line"; done | {REAL} "$@"')
    path = originals.make(tmp_path / "photos", "jpg")
    with ExifTool(deadline_seconds=60) as tool:
        for _ in range(3):
            assert look(tool, path).file_type == "JPEG"


@pytest.mark.parametrize("stream", [1, 2])
def test_an_exiftool_that_never_stops_talking_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: int
) -> None:
    monkeypatch.setattr("sync.writeback.exiftool._MOST_BYTES", 1_000_000)
    wrapped(tmp_path, monkeypatch, f'case "$*" in *-stay_open*) exec yes w >&{stream};; *) exec {REAL} "$@";; esac')
    with ExifTool() as tool:
        with pytest.raises(ToolFailed):
            tool.run("-ver")
        assert tool._process is None


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 1", "does not say its version"),
        ("echo 9.04", "too old"),
        ("echo 12.37", "too old"),
        ("echo hello", "does not say its version"),
    ],
)
def test_a_broken_old_or_foreign_exiftool_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    wrapped(tmp_path, monkeypatch, script)
    with ExifTool() as tool, pytest.raises(ToolMissing, match=said):
        tool.run("-ver")


def test_no_exiftool_at_all_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with ExifTool() as tool, pytest.raises(ToolMissing, match="libimage-exiftool-perl"):
        tool.run("-ver")


def test_without_what_ends_exiftool_with_us_it_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exiftool").symlink_to(REAL)
    (tmp_path / "perl").symlink_to("/usr/bin/perl")
    monkeypatch.setenv("PATH", str(tmp_path))
    with ExifTool() as tool, pytest.raises(ToolMissing, match="setpriv"):
        tool.run("-ver")


def test_a_users_configuration_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    (tmp_path / ".ExifTool_config").write_text(f"open(my $f, '>', '{ran}'); 1;\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EXIFTOOL_HOME", str(tmp_path))
    with ExifTool() as tool:
        look(tool, originals.make(tmp_path / "photos", "jpg"))
    assert not ran.exists()


def test_its_end_ends_exiftool_too(tmp_path: Path) -> None:
    with ExifTool() as tool:
        tool.run("-ver")
        child = exiftool_below(tool)
    assert ended(child)


def test_it_ends_with_the_process_that_started_it_however_that_ends() -> None:
    code = """if True:
        import sys
        from sync.writeback.exiftool import ExifTool
        tool = ExifTool()
        tool.run("-ver")
        print(tool._process.pid, flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
    assert ended(child)


def test_commands_that_are_told_at_once_are_answered_in_their_order(tmp_path: Path) -> None:
    words = [f"{number:03}" * 1000 for number in range(200)]
    with ExifTool() as tool:
        # More than a pipe holds, both ways.
        answers = tool.run_all([("-echo", word, "-ver") for word in words])
        assert [answer.out.split()[0] for answer in answers] == words
        [well, ill] = tool.run_all([("-ver",), ("-j", str(tmp_path / "none.jpg"))])
    assert (well.status, well.err, ill.status) == (0, "", 1)
    assert "not found" in ill.err


def test_a_line_break_in_an_argument_never_reaches_exiftool(tmp_path: Path) -> None:
    with ExifTool() as tool:
        with pytest.raises(ToolFailed):
            tool.run("-ver\n-o\nx")
        assert tool.run("-ver").status == 0


def test_much_may_take_longer(tmp_path: Path) -> None:
    with ExifTool(deadline_seconds=-1000.0) as tool:
        with pytest.raises(ToolFailed):
            tool.run("-ver")
        assert tool.run("-ver", more_seconds=1060.0).status == 0
