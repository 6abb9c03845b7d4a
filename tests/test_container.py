"""The Containerfile: what it copies is there. That it builds and answers is tests/container, `make container`."""

from __future__ import annotations

from pathlib import Path

TOP = Path(__file__).parents[1]


def test_what_the_containerfile_copies_is_there() -> None:
    lines = (TOP / "Containerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert copied
    assert [word for word in copied if not (TOP / word).exists()] == []


def test_nobody_is_root_in_it() -> None:
    lines = (TOP / "Containerfile").read_text().splitlines()
    user = next(number for number, line in enumerate(lines) if line.startswith("USER "))
    assert lines[user] == "USER 1000:1000"
    assert not [line for line in lines[user:] if line.startswith(("RUN ", "COPY "))], "what is installed is root's"
    assert "RUN mkdir -m 1777 /data" in lines[:user], "whoever it runs as may begin there"
