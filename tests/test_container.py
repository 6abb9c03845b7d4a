"""The Containerfile: what it copies is there, and where an engine and its base image are, it builds and answers."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
ENGINE = shutil.which("podman") or shutil.which("docker")
BASE = re.search(r"^ARG BASE=(\S+)$", (TOP / "Containerfile").read_text(), re.MULTILINE)


def base_is_here() -> bool:
    """Whether the image to build on need not be fetched: a test machine may have no way to a registry."""
    if ENGINE is None or BASE is None:
        return False
    return subprocess.run([ENGINE, "image", "inspect", BASE[1]], capture_output=True, check=False).returncode == 0


def test_what_the_containerfile_copies_is_there() -> None:
    lines = (TOP / "Containerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert copied
    assert [word for word in copied if not (TOP / word).exists()] == []


@pytest.mark.slow
@pytest.mark.skipif(not base_is_here(), reason="needs podman or docker, and the base image")
def test_it_builds_and_answers() -> None:
    assert ENGINE is not None
    subprocess.run([ENGINE, "build", "-q", "-t", "mantelpiece-test", "-f", "Containerfile", "."], cwd=TOP, check=True)
    for words, told in ((["writeback", "list"], "No folder of originals"), (["--version"], "mantelpiece")):
        done = subprocess.run(
            [ENGINE, "run", "--rm", "mantelpiece-test", *words], capture_output=True, text=True, check=True
        )
        assert told in done.stdout
