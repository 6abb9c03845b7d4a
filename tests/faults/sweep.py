"""Strikes a program at its Nth mutating system call below a folder: the harness under the fault sweeps.

`shim()` compiles the preloaded counter once; `count` runs the program unharmed and says how many points there are;
`strike` runs it with a fault at one of them, `held_still` holds it there. A `Loaded` one has its modules imported
before it is struck, which is most of what a short run costs.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psutil

from tests.patience import PATIENCE_SECONDS

SOURCE = Path(__file__).with_name("shim.c")
ROOT = SOURCE.parents[2]
KILL, STOP = "kill", "stop"
_LOOK_SECONDS = 0.005


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


@contextmanager
def held_still(command: list[str], environment: dict[str, str], below: Path, *, at: int) -> Iterator[bool]:
    """The program and its children, stopped before call number `at`; killed at the end of the block.

    False where it ended before; then it must have ended with 0.
    """
    with _counter() as counter, _open_input() as reader:
        faulty = os.environ | environment | {"LD_PRELOAD": str(shim())}
        faulty |= _fault(below, at=at, kind=STOP, counter=counter)
        job = subprocess.Popen(command, env=faulty, cwd=ROOT, stdin=reader)
        tree = [psutil.Process(job.pid)]
        patience = time.monotonic() + PATIENCE_SECONDS
        try:
            while _calls(counter) < at and job.poll() is None:
                assert time.monotonic() < patience, f"it neither ended nor came to call {at}"
                time.sleep(_LOOK_SECONDS)
            assert not job.returncode, f"ended with {job.returncode}"
            # One of them stands still already; a child that was on its way when the others stopped is found, too.
            while moving := [process for process in tree if _moves(process)]:
                for process in moving:
                    process.suspend()
                tree = [tree[0], *tree[0].children(recursive=True)]
            yield job.returncode is None
        finally:
            for process in tree:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            job.wait()


def _moves(process: psutil.Process) -> bool:
    try:
        return process.status() not in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


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


class Loaded:
    """A program that was loaded once and begins anew, as a process of its own, for each run. Closed by its end."""

    def __init__(self, module: str, *others: str) -> None:
        """Of the module whose `main` is the program, and others that it needs later."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LOADED, module, *others], cwd=ROOT, env=os.environ | {"LD_PRELOAD": str(shim())},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Loaded:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=PATIENCE_SECONDS)

    def run(self, words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Unharmed."""
        return self._begin(words, environment)

    def strike(
        self, words: list[str], environment: dict[str, str], below: Path, *, at: int, kind: str
    ) -> tuple[subprocess.CompletedProcess[str], int]:
        """With the fault `kind` at call number `at` (0: at none), and how many calls there were."""
        with _counter() as counter:
            done = self._begin(words, environment | _fault(below, at=at, kind=kind, counter=counter))
            return done, _calls(counter)

    def _begin(self, words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile("r") as told:
            wish = {"words": words, "environment": environment, "told": told.name}
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(words, code, "", told.read())


_LOADED = """
import ctypes, importlib, json, os, sys
module, *_ = [importlib.import_module(name) for name in sys.argv[1:]]
for line in sys.stdin:
    wish = json.loads(line)
    child = os.fork()
    if child == 0:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit(0)
os.environ.update(wish["environment"])
told = os.open(wish["told"], os.O_WRONLY | os.O_APPEND)
os.dup2(told, 1)
os.dup2(told, 2)
# Standard input stays open: a job takes its end for "cancel".
reader, writer = os.pipe()
os.dup2(reader, 0)
ctypes.CDLL(None).fault_begin()
sys.exit(module.main(wish["words"]))
"""


def _fault(below: Path, *, at: int, kind: str, counter: str) -> dict[str, str]:
    return {"FAULT_AT": str(at), "FAULT_KIND": kind, "FAULT_HOME": str(below), "FAULT_COUNTER": counter}


def _run(
    command: list[str], environment: dict[str, str], below: Path, *, at: int, kind: str, build: Path = ROOT
) -> tuple[subprocess.CompletedProcess[str], int]:
    with _counter() as counter, _open_input() as reader:
        faulty = os.environ | environment | {"LD_PRELOAD": str(shim())}
        faulty |= _fault(below, at=at, kind=kind, counter=counter)
        done = subprocess.run(
            command, env=faulty, cwd=build, stdin=reader, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        return done, _calls(counter)


@contextmanager
def _counter() -> Iterator[str]:
    """The name of a file that counts the calls of all processes of a program."""
    with tempfile.NamedTemporaryFile() as counter:
        counter.write(bytes(8))
        counter.flush()
        yield counter.name


def _calls(counter: str) -> int:
    return int(struct.unpack("<Q", Path(counter).read_bytes())[0])


@contextmanager
def _open_input() -> Iterator[int]:
    """A standard input that stays open: a job takes its end for "cancel"."""
    reader, writer = os.pipe()
    try:
        yield reader
    finally:
        os.close(reader)
        os.close(writer)
