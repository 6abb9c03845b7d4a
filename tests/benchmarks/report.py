"""One figure beside its goal, printed at once; `python -m tests.benchmarks` gathers them into its table."""

from __future__ import annotations

import json
import os
from pathlib import Path

GATHER = "BENCH_ROWS"
"""The environment variable that names the file in which figures are gathered, a line of JSON each."""


def report(name: str, figure: str, goal: str, *, good: bool | None, yardstick: str = "") -> None:
    """`good` None: the yardstick itself was too slow for the figure to say anything."""
    verdict = {True: "meets", False: "falls short", None: "void"}[good]
    print(f"{verdict:<11} {name:<52} {figure:>24}   {goal}   {yardstick}".rstrip(), flush=True)
    if GATHER in os.environ:
        with Path(os.environ[GATHER]).open("a", encoding="utf-8") as file:
            file.write(json.dumps([name, figure, goal, yardstick, verdict]) + "\n")
