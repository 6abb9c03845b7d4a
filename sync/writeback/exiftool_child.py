"""The process that hosts PyExifTool: one line of JSON in, one out. sync/writeback/exiftool.py starts and ends it.

PyExifTool waits for ever where exiftool hangs, and spins where it dies; that is why it lives here, where it can be
killed together with its exiftool. Messages are read as they come, so that a flood of them blocks nobody.
"""

from __future__ import annotations

import io
import json
import os
import select
import sys
import threading
from typing import Any

import exiftool
from exiftool.exceptions import ExifToolVersionError


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
    """Pass on what comes from `source`, holding back what `writer` does not take yet."""
    held = bytearray()
    while True:
        readable, writable, _ = select.select([source], [writer] if held else [], [])
        if readable:
            data = os.read(source, 65536)
            if not data:
                return
            held += data
        if writable:
            # A pipe that is ready takes this much without waiting.
            del held[: os.write(writer, held[: select.PIPE_BUF])]


def answer(tool: Drained, request: dict[str, Any]) -> dict[str, Any]:
    """Run one command: `{"out", "err", "status"}`."""
    arguments = [argument.encode("utf-8", "surrogateescape") for argument in request["arguments"]]
    if any(b"\n" in argument or b"\r" in argument or b"\0" in argument for argument in arguments):
        raise ValueError("an argument with a line break would become two")
    out = tool.execute(*arguments, raw_bytes=True)
    err = tool.last_stderr
    return {
        "out": out.decode("utf-8", "surrogateescape"),
        "err": err.decode("utf-8", "replace")[-4000:],
        "status": int(tool.last_status),
    }


def main() -> None:
    """Say whether exiftool is there, then answer until the pipe is closed."""
    # config_file="": a configuration is a Perl program, and not the owner's wish here.
    tool = Drained(config_file="", encoding="utf-8", common_args=None)
    try:
        tool.run()
    except (OSError, RuntimeError, ValueError, ExifToolVersionError) as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    print(json.dumps({"version": tool.version}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(tool, json.loads(line))), flush=True)
    tool.terminate()


if __name__ == "__main__":
    main()
