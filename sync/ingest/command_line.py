"""Finds icloudpd's options in what a person has: a shell line, a script, a compose file, a JSON list. Pure.

Nothing is ever executed or expanded; what names a variable is given as it is written.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from sync.errors import UsageError

_ITEM = re.compile(r"^\s*-\s+(?P<value>.+?)\s*$")
_LIST = re.compile(r"\[[^\[\]]*\]", re.DOTALL)
_ENDS = frozenset({"&&", "||", ";", "|", "&", ">", ">>", "2>", "2>&1", "<"})
_USER = ("-u", "--username")


def options(text: str) -> list[tuple[str, str | None]]:
    """Options in order with their values; None where an option stands bare. Raises UsageError where there are none."""
    words = _after_program(_words(text))
    if not any(word.startswith("-") for word in words):
        raise UsageError("There is no command line of icloudpd in it.", advice="Give the line that starts it.")
    return list(_pairs(words))


def users(pairs: list[tuple[str, str | None]]) -> list[list[tuple[str, str | None]]]:
    """One list for each account; options before the first hold for all of them."""
    found: list[list[tuple[str, str | None]]] = [[]]
    for option, value in pairs:
        if option in _USER:
            found.append([])
        found[-1].append((option, value))
    shared, *accounts = found
    return [shared + account for account in accounts] or [shared]


def _words(text: str) -> list[str]:
    if listed := _json(text):
        return listed
    lines = [line for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines() if not _comment(line)]
    items = [found["value"] for line in lines if (found := _ITEM.match(line)) and found["value"][:1] in "-\"'/i"]
    dashed = [item for item in items if item.strip("\"'").startswith("--") or item.strip("\"'").startswith("-u")]
    # A list of a compose file holds one word, or one option with its value, on every line.
    source = "\n".join(items) if len(dashed) > 1 else "\n".join(lines)
    try:
        return shlex.split(source, comments=False)
    except ValueError as error:
        raise UsageError(f"This is no command line: {error}.") from None


def _json(text: str) -> list[str]:
    for found in _LIST.finditer(text):
        try:
            listed = json.loads(found[0])
        except (ValueError, RecursionError):
            continue
        if all(isinstance(word, str) for word in listed) and any(word.startswith("--") for word in listed):
            return list(listed)
    return []


def _comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _after_program(words: list[str]) -> list[str]:
    starts = [number for number, word in enumerate(words) if PurePosixPath(word).name == "icloudpd"]
    words = words[starts[-1] + 1 :] if starts else words
    ends = [number for number, word in enumerate(words) if word in _ENDS]
    return words[: ends[0]] if ends else words


def _pairs(words: list[str]) -> Iterator[tuple[str, str | None]]:
    number = 0
    while number < len(words):
        word = words[number]
        number += 1
        if not word.startswith("-"):
            continue
        option, equals, value = word.partition("=")
        if equals and word.startswith("--"):
            yield option, value
        elif re.fullmatch(r"-[updal].+", word):
            yield word[:2], word[2:]
        elif number < len(words) and not _is_option(words[number]):
            yield word, words[number]
            number += 1
        else:
            yield word, None


def _is_option(word: str) -> bool:
    return bool(re.match(r"--?[A-Za-z]", word))
