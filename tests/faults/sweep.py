"""Strikes a program at its Nth mutating system call below a folder: the harness under the fault sweeps.

`shim()` compiles the preloaded counter once; `count` runs the program unharmed and says how many points there are;
`strike` runs it with a fault at one of them.
"""

from __future__ import annotations

import atexit
import os
import shutil
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
ROOT = SOURCE.parents[2]
KILL = "kill"


@cache
def shim() -> Path:
    """The compiled shim; needs gcc."""
    folder = Path(tempfile.mkdtemp(prefix="mantelpiece-shim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built = folder / "shim.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-w", "-o", built, SOURCE, "-ldl"], check=True)
    return built


def count(command: list[str], environment: dict[str, str], below: Path) -> int:
    """How many mutating system calls below `below` the program makes when nothing fails. It must end with 0."""
    done, points = _run(command, environment, below, at=0, kind=KILL)
    assert done.returncode == 0, done.stdout + done.stderr
    return points


def strike(
    command: list[str], environment: dict[str, str], below: Path, *, at: int, kind: str, build: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run the program, of the tree `build`, with the fault `kind` (KILL or an errno's number) at call number `at`."""
    return _run(command, environment, below, at=at, kind=kind, build=build)[0]


def faults(below: Path, *, kind: int, at: int = 1, only: str = "") -> dict[str, str]:
    """The environment of a program each of whose processes fails at its calls below `below`, from number `at` on.

    `only` names the one call that counts and fails.
    """
    named = {"FAULT_ONLY": only} if only else {}
    return {
        "LD_PRELOAD": str(shim()),
        "FAULT_AT": str(at),
        "FAULT_STAY": "1",
        "FAULT_KIND": str(kind),
        "FAULT_HOME": str(below),
        **named,
    }


def traced(below: Path, into: Path) -> dict[str, str]:
    """The environment of a program that writes its mutating calls below `below` into a file, unharmed."""
    told = {"LD_PRELOAD": str(shim()), "FAULT_AT": "0", "FAULT_KIND": KILL, "FAULT_HOME": str(below)}
    return told | {"FAULT_TRACE": str(into)}


def _run(
    command: list[str], environment: dict[str, str], below: Path, *, at: int, kind: str, build: Path = ROOT
) -> tuple[subprocess.CompletedProcess[str], int]:
    with tempfile.NamedTemporaryFile() as counter:
        counter.write(bytes(8))
        counter.flush()
        faulty = {
            **os.environ,
            **environment,
            "LD_PRELOAD": str(shim()),
            "FAULT_AT": str(at),
            "FAULT_KIND": kind,
            "FAULT_HOME": str(below),
            "FAULT_COUNTER": counter.name,
        }
        # Standard input stays open: a job takes its end for "cancel".
        reader, writer = os.pipe()
        try:
            done = subprocess.run(
                command, env=faulty, cwd=build, stdin=reader, capture_output=True, text=True, timeout=120
            )
        finally:
            os.close(reader)
            os.close(writer)
        return done, struct.unpack("<Q", Path(counter.name).read_bytes())[0]
