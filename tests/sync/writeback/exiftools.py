"""The exiftool of this machine in the hands of a test: wrapped, looked up, ended."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import psutil
import pytest

from sync.writeback.exiftool import ExifTool

REAL = "/usr/bin/exiftool"


def wrapped(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An `exiftool` that does `script` first."""
    program = folder / "bin" / "exiftool"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def exiftool_below(tool: ExifTool) -> psutil.Process:
    """The process that it started."""
    assert tool._process is not None
    return psutil.Process(tool._process.pid)


def ended(process: psutil.Process) -> bool:
    psutil.wait_procs([process], timeout=60)
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
