"""Cuts one section out of a TOML text, and nothing else: comments around it stay. Pure.

A comment that stands above the next section belongs to that one, not to the section before it. What comes out may be
wrong where a text in quotes looks like a header; the caller compares what it means.
"""

from __future__ import annotations

import re


def without_entry(text: str, name: str, number: int) -> str:
    """`text` without the `number`th (from 0) section `[[name]]`; unchanged where there is none."""
    return _without(text, re.compile(rf"\s*\[\[\s*{_key(name)}\s*\]\]"), _inner(name), number)


def without_section(text: str, section: str, name: str) -> str:
    """`text` without the section `[section.name]`; unchanged where there is none."""
    header = re.compile(rf"\s*\[\s*{_key(section)}\s*\.\s*{_key(name)}\s*\]")
    return _without(text, header, re.compile(rf"\s*\[+\s*{_key(section)}\s*\.\s*{_key(name)}\s*\."), 0)


def _without(text: str, header: re.Pattern[str], inner: re.Pattern[str], number: int) -> str:
    lines = text.splitlines(keepends=True)
    starts = [index for index, line in enumerate(lines) if header.match(line)]
    if number >= len(starts):
        return text
    first = starts[number]
    last = first + 1
    while last < len(lines) and (not lines[last].lstrip().startswith("[") or inner.match(lines[last])):
        last += 1
    # What stands between the last key and the next header is not this section's.
    while last > first + 1 and lines[last - 1].strip()[:1] in ("", "#"):
        last -= 1
    return "".join(lines[:first] + lines[last:])


def _inner(name: str) -> re.Pattern[str]:
    return re.compile(rf"\s*\[+\s*{_key(name)}\s*\.")


def _key(name: str) -> str:
    return rf"[\"\']?{re.escape(name)}[\"\']?"
