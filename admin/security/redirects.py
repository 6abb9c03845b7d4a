"""Where a form may send the browser afterwards: to a path of ours, nowhere else."""

from __future__ import annotations

import re

_PATH = re.compile(r"/(?:[^/\\\x00-\x20\x7f][^\\\x00-\x20\x7f]*)?")


def safe_path(wanted: str | None, otherwise: str) -> str:
    """`wanted` where it is a path on this host (`//evil.example` and `/\\evil.example` are none), else `otherwise`."""
    return wanted if wanted and len(wanted) < 500 and _PATH.fullmatch(wanted) else otherwise
