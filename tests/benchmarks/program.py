"""What a benchmark runs in processes of its own: its stand-in for Immich, and the job that is measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def stand_in(module: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """`module` --serve, as long as this lasts: gives the line of JSON in which it says where it is."""
    command = [sys.executable, "-m", module, "--serve", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(30)


def in_child(module: str, order: dict[str, Any]) -> dict[str, Any]:
    """What `module` --child answers to that order. Raises RuntimeError with what it complains of."""
    command = [sys.executable, "-m", module, "--child"]
    environment = os.environ | {"MALLOC_ARENA_MAX": "1"}  # as jobs have it
    done = subprocess.run(
        command, input=json.dumps(order), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
