"""What every way to switch a panel does, and what it may look at. Methods raise PanelRefused with a sentence.

They may take seconds (a monitor's own bus is slow): only panel.py's thread calls them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sync.errors import PanelRefused

PATIENCE_SECONDS = 10.0
"""A tool that takes longer hangs."""


class Way(Protocol):
    """One way to switch the panel that this machine has."""

    name: str
    dims: bool
    """Whether levels between 0 and 100 are the panel's own; else the picture is darkened."""

    def set(self, level: int) -> None:
        """0 is off, anything else on, as bright as it says where the panel can dim."""

    def read(self) -> bool | None:
        """Whether the panel says that it is on; None where it cannot be asked."""


@dataclass(frozen=True)
class Surroundings:
    """Where a way looks; tests point it at folders and tools of their own."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    dev: Path = Path("/dev")
    sys: Path = Path("/sys")
    proc: Path = Path("/proc/self")
    ioctl: Callable[..., object] = fcntl.ioctl

    def has(self, tool: str) -> bool:
        return shutil.which(tool, path=self.environ.get("PATH")) is not None

    def run(self, tool: str, *words: str) -> str:
        """What the tool said. Raises PanelRefused when it fails or hangs."""
        try:
            done = subprocess.run(
                [tool, *words], capture_output=True, text=True, errors="replace", timeout=PATIENCE_SECONDS,
                stdin=subprocess.DEVNULL, env=dict(self.environ), check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise PanelRefused(f"{tool} did not answer within {PATIENCE_SECONDS:.0f} s.") from error
        except OSError as error:
            raise PanelRefused(f"{tool} cannot be started: {error.strerror}.") from error
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise PanelRefused(f"{tool} refused: {said[-1] if said else f'exit code {done.returncode}'}.")
        return done.stdout

    def connectors_lit(self) -> bool | None:
        """What the kernel says of the connected outputs: whether any is on; None where there is none to ask."""
        outputs = (self.sys / "class" / "drm").glob("card*-*")
        powers = [_text(folder / "dpms") for folder in outputs if _text(folder / "status") == "connected"]
        known = [power == "On" for power in powers if power]
        return any(known) if known else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
