"""A machine of folders and scripts: tools that log how they were called and answer from files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from frame.power.ways.contract import Surroundings


@dataclass
class Machine:
    """`tool` puts a script on the PATH; `calls` is what was run; `state` a folder that scripts keep their state in."""

    root: Path
    ioctls: list[tuple[int, object]] = field(default_factory=list)
    ioctl: Callable[..., object] | None = None

    def __post_init__(self) -> None:
        for name in ("bin", "dev", "sys", "state", "proc/fd"):
            (self.root / name).mkdir(parents=True)

    @property
    def state(self) -> Path:
        return self.root / "state"

    def around(self) -> Surroundings:
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        return Surroundings(
            environ={"PATH": path}, dev=self.root / "dev", sys=self.root / "sys", proc=self.root / "proc",
            ioctl=self.ioctl or self._note,
        )  # fmt: skip

    def _note(self, _handle: int, request: int, argument: object) -> int:
        self.ioctls.append((request, argument))
        return 0

    def tool(self, name: str, script: str) -> None:
        """A shell script; $S is the state folder."""
        path = self.root / "bin" / name
        path.write_text(f'#!/bin/sh\nS={self.state}\necho "{name} $*" >> "$S/calls"\n{script}\n')
        path.chmod(0o755)

    def calls(self) -> list[str]:
        log = self.state / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def connector(self, name: str, *, status: str = "connected", dpms: str = "On") -> Path:
        folder = self.root / "sys" / "class" / "drm" / name
        folder.mkdir(parents=True)
        (folder / "status").write_text(status + "\n")
        (folder / "dpms").write_text(dpms + "\n")
        return folder


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")
