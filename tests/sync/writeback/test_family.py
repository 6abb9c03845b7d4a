"""Exiftools that share what they have loaded: each ends and is started again by itself, and none outlives us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sync.errors import ToolFailed
from sync.writeback import family as module
from sync.writeback.exiftool import ExifTool
from sync.writeback.family import Family
from sync.writeback.look import look
from tests.sync.writeback import originals
from tests.sync.writeback.exiftools import REAL, ended, exiftool_below, wrapped


@pytest.fixture
def family() -> Iterator[Family]:
    family = Family()
    yield family
    family.close()


def open_here() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def two(family: Family) -> tuple[ExifTool, ExifTool]:
    return ExifTool(starting=family.start), ExifTool(starting=family.start)


def test_all_are_forked_from_one_that_ends_with_them(tmp_path: Path, family: Family) -> None:
    path = originals.make(tmp_path, "jpg")
    before = open_here()
    one, other = two(family)
    assert look(one, path).tags == look(other, path).tags
    children = [exiftool_below(one), exiftool_below(other)]
    [parent] = {child.parent() for child in children}
    assert parent is not None
    assert parent.ppid() == os.getpid()
    one.close()
    assert ended(children[0])
    assert other.run("-ver").status == 0
    other.close()
    family.close()
    assert all(map(ended, [*children, parent]))
    assert open_here() <= before


@pytest.mark.parametrize("signal_", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "dies"])
def test_one_that_hangs_or_dies_is_forked_anew_and_harms_no_other(
    tmp_path: Path, family: Family, signal_: signal.Signals
) -> None:
    path = originals.make(tmp_path, "jpg")
    one, other = two(family)
    with one, other:
        look(one, path)
        look(other, path)
        first, stays = exiftool_below(one), exiftool_below(other)
        one._deadline_seconds = 1 if signal_ == signal.SIGSTOP else 60
        first.send_signal(signal_)
        with pytest.raises(ToolFailed):
            look(one, path)
        assert ended(first)
        one._deadline_seconds = 60
        assert look(one, path).tags == look(other, path).tags
        assert exiftool_below(other) == stays
        assert exiftool_below(one).parent() == stays.parent()


@pytest.mark.parametrize("script", [f'shift 2; exec {REAL} -config "" "$@"', 'case "$2" in ?*) exit 1;; esac; exec '
                                    f'{REAL} "$@"'], ids=["loads nothing", "fails"])  # fmt: skip
def test_where_none_can_be_forked_each_is_started_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: Family, script: str
) -> None:
    wrapped(tmp_path, monkeypatch, script)
    path = originals.make(tmp_path / "photos", "jpg")
    one, other = two(family)
    with one, other:
        assert look(one, path).tags == look(other, path).tags
        assert exiftool_below(one).ppid() == exiftool_below(other).ppid() == os.getpid()


def test_a_kernel_that_does_not_end_them_has_them_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: Family
) -> None:
    monkeypatch.setattr(module, "_DYING_SECONDS", 0.1)
    deaf = tmp_path / "deaf.pl"
    deaf.write_text(f"require Fcntl; no warnings; *Fcntl::O_ASYNC = sub {{ 0 }}; require '{module.LOADS}'; 1;")
    wrapped(tmp_path, monkeypatch, f'case "$2" in *.pl) shift 2; set -- -config {deaf} "$@";; esac; exec {REAL} "$@"')
    with ExifTool(starting=family.start) as tool:
        tool.run("-ver")
        child = exiftool_below(tool)
        assert child.ppid() != os.getpid()
    assert ended(child)


def test_without_their_parent_they_go_on(tmp_path: Path, family: Family) -> None:
    path = originals.make(tmp_path, "jpg")
    one, other = two(family)
    with one, other:
        look(one, path)
        parent = exiftool_below(one).parent()
        assert parent is not None
        parent.kill()
        assert look(one, path).tags == look(other, path).tags
        left = exiftool_below(one)
    assert ended(left)


@pytest.mark.parametrize("how", ["idle", "stopped", "without a parent"])
def test_they_end_with_the_process_that_started_them_however_that_ends(how: str) -> None:
    code = """if True:
        import sys
        from sync.writeback.exiftool import ExifTool
        from sync.writeback.family import Family
        family = Family()
        tools = [ExifTool(starting=family.start), ExifTool(starting=family.start)]
        for tool in tools:
            tool.run("-ver")
        print(family._parent.pid, *(tool._process.pid for tool in tools), flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        parent, *children = (psutil.Process(int(pid)) for pid in process.stdout.readline().split())
        if how == "stopped":
            children[0].suspend()
        if how == "without a parent":
            parent.kill()
        process.kill()
    assert all(map(ended, [parent, *children]))


def test_nothing_is_loaded_from_where_we_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: Family) -> None:
    ran = tmp_path / "ran"
    for name in ("Fcntl", "Image/ExifTool/XMP", "Image/ExifTool/Writer", "strict", ".ExifTool_config"):
        for suffix in (".pm", ".pl", ""):
            module = tmp_path / f"{name}{suffix}"
            module.parent.mkdir(parents=True, exist_ok=True)
            module.write_text(f"open(my $f, '>', '{ran}'); 1;\n")
    monkeypatch.chdir(tmp_path)
    with ExifTool(starting=family.start) as tool:
        tool.run("-ver")
        assert exiftool_below(tool).ppid() != os.getpid()
    assert not ran.exists()


def test_one_that_is_forked_too_late_empties_no_file_that_has_its_number_by_then(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("content")
    pipe = subprocess.PIPE
    ends, lives = os.pipe()
    with subprocess.Popen(["exiftool", "-config", str(module.LOADS), "-ver"], stdin=pipe, stdout=pipe) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        parent.stdin.write(f"Title\n/dev/null {precious} {precious} /proc/{os.getpid()}/fd/{ends}\n".encode())
        parent.stdin.flush()
        assert parent.stdout.readline().startswith(b"forked ")
        os.close(lives)
        os.close(ends)
    assert precious.read_text() == "content"
