"""The password's hash: scrypt with 16 MiB, one at a time, so that many guesses at once cost time but no memory."""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import scrypt
from threading import Lock

SHORTEST, LONGEST = 8, 200
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_ONE_AT_A_TIME = Lock()


def hashed(password: str) -> str:
    """`scrypt$N$r$p$salt$hash`, to be kept in private/."""
    salt = secrets.token_bytes(16)
    key = _derive(password, salt, _COST, _BLOCK, _PARALLEL)
    parts = ("scrypt", str(_COST), str(_BLOCK), str(_PARALLEL), _text(salt), _text(key))
    return "$".join(parts)


def matches(password: str, kept: str) -> bool:
    """Whether the password is the one whose hash was kept; False for a damaged hash."""
    try:
        kind, cost, block, parallel, salt, key = kept.split("$")
        if kind != "scrypt" or len(password) > LONGEST:
            return False
        found = _derive(password, base64.b64decode(salt), int(cost), int(block), int(parallel))
        return hmac.compare_digest(found, base64.b64decode(key))
    except ValueError:
        return False


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    with _ONE_AT_A_TIME:
        raw = password.encode(errors="surrogatepass")
        return scrypt(raw, salt=salt, n=cost, r=block, p=parallel, maxmem=256 * cost * block, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
