"""An Immich that comes and goes: a stand-in as a process of its own, well and unwell in turns, losing and regaining a
photo each time that it is well.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Any

TOP = Path(__file__).parents[2]
ALBUM = "Big"
MOODS: tuple[dict[str, Any] | None, ...] = (
    None, {"do": "status", "status": 503}, None, {"do": "reset"}, None, {"do": "html"}, None, {"do": "truncate"},
    None, {"do": "delay", "ms": 4000},
)  # fmt: skip


@dataclass
class Server:
    url: str
    api_key: str
    albums: dict[str, str]
    moods: int = 0

    def flap(self, every_seconds: float, ended: Event) -> None:
        """Until `ended`."""
        moods, photos = cycle(MOODS), cycle(range(7))
        away = ""
        while not ended.wait(every_seconds):
            mood = next(moods)
            self.moods += 1
            self._tell("DELETE", "__fault__", {})
            if mood is not None:
                self._tell("POST", "__fault__", mood)
                continue
            if away:
                self._tell("POST", "__edit__", {"do": "add_to_album", "asset": away, "album": ALBUM})
            away = f"IMG_{next(photos):06d}.jpg"
            self._tell("POST", "__edit__", {"do": "remove_from_album", "asset": away, "album": ALBUM})

    def _tell(self, method: str, command: str, body: dict[str, Any]) -> None:
        request = urllib.request.Request(f"{self.url}/{command}", json.dumps(body).encode(), method=method)
        with urllib.request.urlopen(request, timeout=300) as answer:
            answer.read()


@contextmanager
def immich(folder: Path, *, photos: int) -> Iterator[Server]:
    """So many tiny photos, no two alike."""
    command = [sys.executable, "-m", "tests.fakes.immich", "--version", "3", "--assets", str(photos),
               "--pictures", str(photos), "--megapixels", "0.01", "--folder", str(folder)]  # fmt: skip
    process = subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Server(**json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
