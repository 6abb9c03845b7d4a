"""Logging of every process: text or JSON lines, to standard error (the journal) or a rotated file, without secrets.

Every line passes `secrets.blotted` after it was put together, so that a key is blotted out of tracebacks too. Called
once at the start of a program. A file that cannot be opened costs the file, not the program.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import sys
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

from sync import secrets
from sync.files import Signature, signature
from sync.home import Home
from sync.settings.tree import Log, LogFormat

ROTATED_BYTES = 1_000_000
ROTATED_FILES = 3
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class Clean(logging.Formatter):
    """Text or JSON, without any secret of the file; the file is read again when it changed."""

    def __init__(self, secrets_file: Path, *, form: LogFormat, stamped: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s" if stamped else
                         "%(levelname)s %(name)s: %(message)s")  # fmt: skip
        self._secrets_file, self._form = secrets_file, form
        self._values: list[str] = []
        self._seen: Signature = None

    def format(self, record: logging.LogRecord) -> str:
        line = _plain(super().format(record)) if self._form is LogFormat.TEXT else self._json(record)
        return secrets.blotted(line, self._known())

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        # One line: what a stranger's name holds must not look like an entry of its own. Tracebacks have several.
        return super().formatMessage(record).replace("\r", " ").replace("\n", " ")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def _json(self, record: logging.LogRecord) -> str:
        told = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)

    def _known(self) -> list[str]:
        seen = signature(self._secrets_file)
        if seen is not None and seen != self._seen:
            self._values, self._seen = secrets.all_values(self._secrets_file), seen
        return self._values


def _plain(text: str) -> str:
    """Names come from strangers: nothing in them may steer the terminal that a log is read in."""
    if text.isprintable():
        return text
    return "".join("?" if one != "\n" and unicodedata.category(one) in _STEERING else one for one in text)


def set_up(home: Home, wanted: Log, *, rotates: bool = False) -> None:
    """Send every logger of this process where the settings say. One process alone `rotates` the file; the others
    notice that it was."""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    trouble = None
    if wanted.file:
        try:
            if rotates:
                handler = logging.handlers.RotatingFileHandler(
                    wanted.file, maxBytes=ROTATED_BYTES, backupCount=ROTATED_FILES, encoding="utf-8"
                )
            else:
                handler = logging.handlers.WatchedFileHandler(wanted.file, encoding="utf-8")
        except OSError as error:
            trouble = error
    handler.setFormatter(Clean(home.secrets, form=wanted.format, stamped=bool(wanted.file)))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(wanted.level.upper())
    # urllib3 says whole URLs at debug, with a shared link's key in them; those are for its own authors.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    if trouble is not None:
        logging.getLogger(__name__).warning("log.file %s cannot be written (%s)", wanted.file, trouble.strerror)
