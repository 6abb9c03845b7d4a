"""Answers are decoded by many threads at once, also the first of their kind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, threading
from sync.errors import SchemaDrift
from sync.immich import answers
from sync.immich.decoding import decode
sys.setswitchinterval(1e-6)
together = threading.Barrier(8)
def read():
    together.wait()
    try:
        decode(b'{"id": "x", "tags": [], "people": []}', answers.Whole3, what="an asset")
    except SchemaDrift:
        pass
threads = [threading.Thread(target=read) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_the_first_answers_of_a_kind_may_come_in_many_threads() -> None:
    """Where the decoder is not built under a lock, about one process in six dies of it."""
    root = Path(__file__).resolve().parents[3]
    ends = [subprocess.run([sys.executable, "-c", PROGRAM], cwd=root, check=False).returncode for _ in range(15)]
    assert ends == [0] * 15
