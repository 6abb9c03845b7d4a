"""Who is signed in, and which browsers once were: a file of each in private/ holds hashes of the cookies' secrets,
never the secrets.

Ages are counted on the monotonic clock while the page runs (a stepped wall clock signs nobody out), and are written
down at most once an hour, so that using the page writes next to nothing to the card.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

from admin.security.forms import new_secret
from sync.clock import Clock
from sync.errors import DiskError
from sync.files import write_durably

LONGEST_SECONDS = 30 * 86_400.0
LONGEST_IDLE_SECONDS = 14 * 86_400.0
WRITE_SECONDS = 3600.0
KNOWN_SECONDS = 400 * 86_400.0
"""For so long a browser that once signed in is known; browsers keep no cookie for longer."""
MOST = 50
"""Browsers signed in at once; the longest idle one goes first."""


class Session(Struct):
    hash: str
    age_seconds: float = 0.0
    idle_seconds: float = 0.0


class Sessions:
    """All sessions; every method may be called by any thread."""

    def __init__(
        self, path: Path, clock: Clock, *, longest: float = LONGEST_SECONDS, longest_idle: float = LONGEST_IDLE_SECONDS
    ) -> None:
        self._path = path
        self._clock = clock
        self._longest, self._longest_idle = longest, longest_idle
        self._lock = Lock()
        self._sessions = {session.hash: session for session in _read(path)}
        self._counted = self._written = clock.monotonic()

    def begin(self) -> str:
        """Sign a browser in; gives its secret, which is kept nowhere else."""
        secret = new_secret()
        with self._lock:
            self._count()
            while len(self._sessions) >= MOST:
                del self._sessions[max(self._sessions.values(), key=lambda each: each.idle_seconds).hash]
            self._sessions[_hash(secret)] = Session(_hash(secret))
            self._write_if_possible()
        return secret

    def is_open(self, secret: str) -> bool:
        """Whether that secret is signed in; being asked is being used."""
        if not secret:
            return False
        with self._lock:
            self._count()
            session = self._sessions.get(_hash(secret))
            if session is not None:
                session.idle_seconds = 0.0
            if self._clock.monotonic() - self._written >= WRITE_SECONDS:
                self._write_if_possible()
            return session is not None

    def end(self, secret: str) -> None:
        """Sign one browser out."""
        with self._lock:
            if self._sessions.pop(_hash(secret), None) is not None:
                self._write()

    def end_all(self) -> None:
        """Sign everybody out, everywhere."""
        with self._lock:
            self._sessions.clear()
            self._write()

    def _count(self) -> None:
        now = self._clock.monotonic()
        passed, self._counted = now - self._counted, now
        for session in list(self._sessions.values()):
            session.age_seconds += passed
            session.idle_seconds += passed
            if session.age_seconds > self._longest or session.idle_seconds > self._longest_idle:
                del self._sessions[session.hash]

    def _write_if_possible(self) -> None:
        """A disk that cannot be written must not lock its owner out: then the session lasts as long as this process."""
        with suppress(DiskError, OSError):
            self._write()

    def _write(self) -> None:
        self._written = self._clock.monotonic()
        write_durably(self._path, msgspec.json.encode(list(self._sessions.values())), mode=0o600)


def _read(path: Path) -> list[Session]:
    """A missing or damaged file signs everybody out."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Session])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
