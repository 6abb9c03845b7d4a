"""Tells whether what somebody edits is still what they saw: two phones, or a phone and an editor, never overwrite
each other unnoticed. A form carries the digest of what it showed; the page compares before it writes.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec


def digest_of(shown: msgspec.Struct | dict[str, str]) -> str:
    """The same for the same values."""
    return sha256(msgspec.json.encode(shown, order="deterministic")).hexdigest()[:16]
