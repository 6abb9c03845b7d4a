"""Keys for programs that use the JSON API: private/tokens.json holds their names and hashes, never the tokens."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

from admin.security.forms import new_secret
from sync.clock import Clock
from sync.errors import UsageError
from sync.files import write_durably

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
        self._tokens = _read(path)

    def make(self, name: str) -> str:
        """A new token, to be shown once. Raises UsageError for a name that is empty, too long or taken."""
        with self._lock:
            if not name or len(name) > LONGEST_NAME or not name.isprintable():
                raise UsageError(f"A token's name has 1 to {LONGEST_NAME} printable characters.")
            if any(token.name == name for token in self._tokens):
                raise UsageError(f"There is a token {name!r} already.")
            if len(self._tokens) >= MOST:
                raise UsageError(f"There are {MOST} tokens already; remove one first.")
            secret = new_secret()
            made = Token(name, _hash(secret), self._clock.now().isoformat(timespec="seconds"))
            self._write((*self._tokens, made))
        return secret

    def remove(self, name: str) -> None:
        """From now on it opens nothing."""
        with self._lock:
            self._write(tuple(token for token in self._tokens if token.name != name))

    def every(self) -> tuple[Token, ...]:
        return self._tokens

    def is_known(self, secret: str) -> bool:
        """Whether somebody made it here, and nobody removed it."""
        wanted = _hash(secret)
        return any(token.hash == wanted for token in self._tokens)

    def _write(self, tokens: tuple[Token, ...]) -> None:
        write_durably(self._path, msgspec.json.encode(tokens), mode=0o600)
        self._tokens = tokens


def _read(path: Path) -> tuple[Token, ...]:
    """A missing or damaged file opens nothing."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Token, ...])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
