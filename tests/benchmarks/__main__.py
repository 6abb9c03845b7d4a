"""All benchmarks in turn, `python -m tests.benchmarks [names]`, and one table at the end.

Each runs in a process of its own and is ended when it takes too long. The figures are of this machine and its load,
which is printed with them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import GATHER

PARTS = {
    "mirror": (("tests.benchmarks.mirror",), 270),
    "rendition": (("tests.benchmarks.rendition", "worst", "corpus"), 240),
    "wall": (("tests.benchmarks.wall",), 150),
    "wall_running": (("tests.benchmarks.wall_running",), 90),
    "wall_memory": (("tests.benchmarks.wall_memory",), 240),
    "selection": (("tests.benchmarks.selection",), 60),
    "frame_start": (("tests.benchmarks.frame_start",), 60),
    "originals": (("tests.benchmarks.originals",), 180),
    "smart": (("tests.benchmarks.smart", "3"), 150),
    "ingest": (("tests.benchmarks.ingest",), 300),
    "writeback": (("tests.benchmarks.writeback",), 240),
    "page": (("tests.benchmarks.page",), 120),
}
"""Module with its arguments, and the most seconds that it may take."""


def main(names: list[str]) -> int:
    """Run them; gives the exit code: 1 where a figure falls short or a part did not end well."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        rows = Path(folder) / "rows"
        rows.touch()
        unwell = [name for name in names or list(PARTS) if not _run(name, rows)]
        figures = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    _table(figures)
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"\n{os.cpu_count()} cores, load {load}, {time.monotonic() - begun:.0f} s.")
    for name in unwell:
        print(f"{name} did not end well: run python -m tests.benchmarks.{name}.")
    return 1 if unwell or any(figure[-1] == "falls short" for figure in figures) else 0


def _run(name: str, rows: Path) -> bool:
    command, seconds = PARTS[name]
    load = os.getloadavg()[0]
    print(f"\n== {name} (load {load:.1f})", flush=True)
    process = subprocess.Popen([sys.executable, "-m", *command], env={**os.environ, GATHER: str(rows)})
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        # A first signal lets it end what it started; a server of its own sees its pipe close.
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        print(f"{name} took more than {seconds} s and was ended.", flush=True)
        return False


def _table(figures: list[list[str]]) -> None:
    heads = ["figure", "measured", "goal", "yardstick", "verdict"]
    widths = [max(len(row[column]) for row in [heads, *figures]) for column in range(len(heads))]
    print()
    for row in [heads, ["-" * width for width in widths], *figures]:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
