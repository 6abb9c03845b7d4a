"""The Containerfile: what it copies is there, and where an engine is at hand it builds and its command answers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
ENGINE = shutil.which("podman") or shutil.which("docker")


def test_what_the_containerfile_copies_is_there() -> None:
    lines = (TOP / "Containerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert copied
    assert [word for word in copied if not (TOP / word).exists()] == []


@pytest.mark.slow
@pytest.mark.skipif(ENGINE is None, reason="needs podman or docker")
def test_it_builds_and_answers() -> None:
    assert ENGINE is not None
    subprocess.run([ENGINE, "build", "-q", "-t", "mantelpiece-test", "-f", "Containerfile", "."], cwd=TOP, check=True)
    for words, told in ((["writeback", "list"], "No folder of originals"), (["--version"], "mantelpiece")):
        done = subprocess.run(
            [ENGINE, "run", "--rm", "mantelpiece-test", *words], capture_output=True, text=True, check=True
        )
        assert told in done.stdout
