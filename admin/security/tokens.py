"""Keys of programs that use the JSON API, and those of displays: a file of each in private/ holds their names and
hashes, never the keys. Another process may change the file; it is read again then.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

from admin.security.forms import new_secret
from sync.clock import Clock
from sync.errors import UsageError
from sync.files import signature, write_durably

MOST = 20
LONGEST_NAME = 60


class Token(Struct, frozen=True):
    name: str
    hash: str
    made_at: str
    """ISO 8601 in UTC."""


class Tokens:
    """All tokens; every method may be called by any thread."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._seen: object = None
        self._tokens: tuple[Token, ...] = ()

    def make(self, name: str) -> str:
        """A new token, to be shown once. Raises UsageError for a name that is empty, too long or taken."""
        with self._lock:
            known = self.every()
            if not name or len(name) > LONGEST_NAME or not name.isprintable():
                raise UsageError(f"A name has 1 to {LONGEST_NAME} printable characters.")
            if any(token.name == name for token in known):
                raise UsageError(f"There is one called {name} already.")
            if len(known) >= MOST:
                raise UsageError(f"There are {MOST} already; remove one first.")
            secret = new_secret()
            made = Token(name, _hash(secret), self._clock.now().isoformat(timespec="seconds"))
            self._write((*known, made))
        return secret

    def renew(self) -> dict[str, str]:
        """Another secret for each name, to be shown once; those before open nothing from now on."""
        with self._lock:
            secrets = {token.name: new_secret() for token in self.every()}
            now = self._clock.now().isoformat(timespec="seconds")
            if secrets:
                self._write(tuple(Token(name, _hash(secret), now) for name, secret in secrets.items()))
        return secrets

    def remove(self, name: str) -> None:
        """From now on it opens nothing."""
        with self._lock:
            self._write(tuple(token for token in self.every() if token.name != name))

    def remove_all(self) -> None:
        """From now on none of them opens anything."""
        with self._lock:
            self._write(())

    def every(self) -> tuple[Token, ...]:
        """Those that there are now."""
        seen = signature(self._path)
        if seen != self._seen:
            self._tokens, self._seen = _read(self._path), seen
        return self._tokens

    def is_known(self, secret: str) -> bool:
        """Whether somebody made it here, and nobody removed it."""
        wanted = _hash(secret)
        return any(token.hash == wanted for token in self.every())

    def _write(self, tokens: tuple[Token, ...]) -> None:
        write_durably(self._path, msgspec.json.encode(tokens), mode=0o600)


def _read(path: Path) -> tuple[Token, ...]:
    """A missing or damaged file opens nothing."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Token, ...])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
