"""The Containerfile as far as it can be proved without an engine: what it copies makes the whole program, which begins
as whoever it is run as. That it builds and answers is tests/container, `make container`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

from admin.cli.owner import CONTAINER_HOME

TOP = Path(__file__).parents[1]
LINES = [line for line in (TOP / "Containerfile").read_text().splitlines() if line and not line.startswith("#")]
COPIED = [word for line in LINES if line.startswith("COPY ") for word in line.split()[1:-1]]
PACKAGES = ("sync", "frame", "admin")


def test_what_the_containerfile_copies_is_there_and_is_not_kept_out() -> None:
    assert COPIED
    assert [word for word in COPIED if not (TOP / word).exists()] == []
    ignored = (TOP / ".containerignore").read_text().split()
    assert [word for word in COPIED if any(fnmatch(word, each) for each in ignored)] == []


def test_nobody_is_root_in_it() -> None:
    user = LINES.index("USER 1000:1000")
    assert not [line for line in LINES[user:] if line.startswith(("RUN ", "COPY "))], "what is installed is root's"
    assert "RUN mkdir -m 1777 /data" in LINES[:user], "whoever it runs as may begin there"


def test_what_is_copied_builds_into_all_of_the_program(tmp_path: Path) -> None:
    for word in COPIED:
        source = TOP / word
        if source.is_dir():
            shutil.copytree(source, tmp_path / word, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path)
    build = "from setuptools.build_meta import build_wheel; print(build_wheel('made'))"
    (tmp_path / "made").mkdir()
    done = subprocess.run([sys.executable, "-c", build], cwd=tmp_path, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(tmp_path / "made" / done.stdout.split()[-1]) as wheel:
        inside = set(wheel.namelist())
        scripts = next(wheel.read(name).decode() for name in inside if name.endswith("entry_points.txt"))
    wanted = {str(path.relative_to(TOP)) for package in PACKAGES for path in (TOP / package).rglob("*")
              if path.is_file() and "__pycache__" not in path.parts}  # fmt: skip
    assert sorted(wanted - inside) == []
    [entry] = re.findall(r"^ENTRYPOINT \[\"(.+)\"\]$", "\n".join(LINES), re.MULTILINE)
    assert f"\n{entry} = " in scripts


def environment(home: Path) -> dict[str, str]:
    """As an engine gives it to somebody who has no name in there: nothing but what the Containerfile says."""
    said = dict(word.split("=", 1) for line in LINES if line.startswith("ENV ") for word in line.split()[1:])
    assert said.pop("MANTELPIECE_HOME") == str(CONTAINER_HOME)
    return {"PATH": os.environ["PATH"], "HOME": "/", "PYTHONPATH": str(TOP), "MANTELPIECE_HOME": str(home), **said}


READS = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
"""Somebody else may read this program wherever it lies, and write nothing but what is theirs."""


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="becoming somebody else needs root")
@pytest.mark.parametrize("user", [0, 54321])
def test_it_begins_as_whoever_it_is_run_as(tmp_path: Path, user: int) -> None:
    mode = next(line for line in LINES if line.startswith("RUN mkdir -m ") and line.endswith(" /data")).split()[-2]
    home = tmp_path / "data"
    home.mkdir()
    home.chmod(int(mode, 8))
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *READS] if user else []
    command = [*become, sys.executable, "-m", "admin.cli", "writeback", "list"]
    try:
        done = subprocess.run(command, cwd="/", env=environment(home), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "No folder of originals" in done.stdout
        made = subprocess.run([*command[:-2], "settings", "set", "wall.interval_seconds", "30"], cwd="/",
                              env=environment(home), capture_output=True, text=True, check=False)  # fmt: skip
        assert (made.returncode, made.stderr) == (0, "")
        assert (home / "settings" / "settings.toml").stat().st_uid == user
    finally:
        if user:
            shutil.rmtree(f"/tmp/mantelpiece-{user}", ignore_errors=True)
