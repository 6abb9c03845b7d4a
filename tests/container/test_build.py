"""The Containerfile builds with podman or docker, and what it makes answers, as whoever it is run as.

Where a base image is not to be had: `BASE=<image>`, any Debian that has python and pip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).parents[2]


def test_it_builds_and_answers() -> None:
    engine = shutil.which("podman") or shutil.which("docker")
    assert engine is not None, "install podman or docker"
    base = ["--build-arg", f"BASE={os.environ['BASE']}"] if "BASE" in os.environ else []
    build = [engine, "build", "-q", *base, "-t", "mantelpiece-test", "-f", "Containerfile", "."]
    subprocess.run(build, cwd=TOP, check=True)
    for user in ("1000:1000", "4242:4242"):
        command = [engine, "run", "--rm", "--user", user, "--entrypoint", "id", "mantelpiece-test", "-u"]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == f"{user[:4]}\n"
        check = [engine, "run", "--rm", "--user", user, "mantelpiece-test", "settings", "set", "language", "de"]
        subprocess.run(check, capture_output=True, check=True)
    for words, told in ((["writeback", "list"], "No folder of originals"), (["--version"], "mantelpiece")):
        for who in ([], ["--user", "0:0"]):
            command = [engine, "run", "--rm", *who, "mantelpiece-test", *words]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            assert told in done.stdout
