"""What becomes of a replaced tool's settings: every line is named, taken or dropped, and why.

Their files are read in smart/take_over.py, ingest/take_over.py and here in ultra_sync.py; nothing in them is executed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from sync.errors import UsageError

MOST_BYTES = 64 << 20
_ENV_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


@dataclass(frozen=True)
class Line:
    """One thing that was said, and what became of it."""

    what: str
    taken: bool
    told: str


@dataclass
class Lines:
    """All that was said, in its order."""

    lines: list[Line] = field(default_factory=list)

    def take(self, what: str, told: str) -> None:
        self.lines.append(Line(what, True, told))

    def drop(self, what: str, told: str) -> None:
        self.lines.append(Line(what, False, told))

    @property
    def whole(self) -> bool:
        """Whether nothing was dropped."""
        return all(line.taken for line in self.lines)


def text_of(file: Path) -> str:
    """The content of a file of settings. Raises UsageError where it is none."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UsageError(f"{file} is too large to be such a file.")
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}.") from None


def env_values(text: str) -> dict[str, str]:
    """The variables of an .env file, as docker reads them."""
    values = {}
    for line in text.splitlines():
        found = _ENV_LINE.fullmatch(line.strip())
        if found:
            value = found[2].strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            values[found[1]] = value[1:-1] if quoted else value.split(" #")[0].strip()
    return values
