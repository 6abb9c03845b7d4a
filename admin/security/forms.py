"""Proof that a form was ours: a token made from the browser's secret cookie, and where the browser says it came from.

A foreign page can make a browser send a form, but can read neither the cookie nor the token.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

FIELD = "token"
HEADER = "X-Token"


def new_secret() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def token_of(secret: str) -> str:
    """The token that forms of the holder of this cookie carry."""
    return hmac.new(secret.encode(errors="surrogatepass"), b"form", sha256).hexdigest()


def is_ours(*, secret: str, token: str, fetch_site: str | None) -> bool:
    """Whether a request that changes something comes from a page of ours."""
    if fetch_site not in (None, "same-origin", "none"):
        return False
    return bool(secret) and hmac.compare_digest(token_of(secret).encode(), token.encode(errors="replace"))
