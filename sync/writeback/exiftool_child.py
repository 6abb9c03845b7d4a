"""The process that hosts PyExifTool: one line of JSON in, one out. sync/writeback/exiftool.py starts and ends it.

PyExifTool waits for ever where exiftool hangs, and spins where it dies; that is why it lives here, where it can be
killed together with its exiftool. Messages are read as they come, so that a flood of them blocks nobody.
"""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
import threading
from typing import Any

import exiftool

OLDEST = 12.38
"""Older ones run as a command what a file's name says (CVE-2022-23935), or what its content does (CVE-2021-22204)."""


class Drained(exiftool.ExifTool):  # type: ignore[misc]
    """PyExifTool, with a standard error that never fills up."""

    def run(self) -> None:
        super().run()
        reader, writer = os.pipe()
        # Kept: the object closes the pipe when nobody holds it.
        self._source = self._process.stderr
        threading.Thread(target=_pump, args=(self._source.fileno(), writer), daemon=True).start()
        self._process.stderr = io.FileIO(reader)


def _pump(source: int, writer: int) -> None:
    """Pass on what comes from `source`, holding back what `writer` does not take yet; end with exiftool."""
    held = bytearray()
    while True:
        readable, writable, _ = select.select([source], [writer] if held else [], [])
        if readable:
            data = os.read(source, 65536)
            if not data:
                # PyExifTool would look for more of a dead exiftool's words for ever.
                os._exit(1)
            held += data
        if writable:
            # A pipe that is ready takes this much without waiting.
            del held[: os.write(writer, held[: select.PIPE_BUF])]


def answer(tool: Drained, request: dict[str, Any]) -> dict[str, Any]:
    """Run one command: `{"out", "err", "status"}`."""
    arguments = [argument.encode("utf-8", "surrogateescape") for argument in request["arguments"]]
    out = tool.execute(*arguments, raw_bytes=True)
    err = tool.last_stderr
    return {
        "out": out.decode("utf-8", "surrogateescape"),
        "err": err.decode("utf-8", "replace")[-4000:],
        "status": int(tool.last_status),
    }


def what_is_missing() -> str:
    """Why there is no exiftool to work with, or nothing. (PyExifTool would wait for ever for one that says nothing.)"""
    try:
        done = subprocess.run(
            ["exiftool", "-config", "", "-ver"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False
        )
        version = float(done.stdout)
    except (OSError, subprocess.TimeoutExpired):
        return "exiftool is not installed, or does not start"
    except ValueError:
        return "what is installed as exiftool does not say its version"
    return "" if version >= OLDEST else f"exiftool {version:g} is too old; {OLDEST:g} or newer is needed"


def main() -> None:
    """Say whether exiftool is there, then answer until the pipe is closed."""
    missing = what_is_missing()
    if missing:
        print(json.dumps({"missing": missing}), flush=True)
        return
    # config_file="": a configuration is a Perl program, and not the owner's wish here.
    tool = Drained(config_file="", encoding="utf-8", common_args=None)
    tool.run()
    print(json.dumps({"version": tool.version}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(tool, json.loads(line))), flush=True)


if __name__ == "__main__":
    try:
        main()
    finally:
        # At once: PyExifTool's own ending would wait for an exiftool that may hang.
        os._exit(0)
