"""Faults by script: rules that match requests and say what goes wrong with the answer.

A rule is `do` (what), an optional method and path pattern, from which matching request on (`nth`, 1 is the
first), how often (`times`, None is for ever) and options. In process: `server.faults.add("status", status=503,
path="/albums", times=2)`. As text, for --fault: `status,status=503,path=/albums,times=2`, or a JSON object.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "status": "answer `status` (default 500) with `headers` and `message`",
    "html": "answer 200 with a web page",
    "redirect": "answer 302 to `location`",
    "json": "`op` (drop, null, rename, retype, set) at `key`, a path such as assets.items[].checksum",
    "short_page": "leave out the last `items` (default 1) of the page",
    "repeat_item": "the first item once more in place of the last: the count is right, an asset is missing",
    "duplicate_page": "answer the page before once more in place of this one",
    "loop": "answer page 1 to every page, always with a next page",
    "wrong_count": "assetCount off by `by` (default 1)",
    "truncate": "announce the whole body, send `part` (default 0.5) of it, close",
    "reset": "reset the connection in place of an answer",
    "drip_headers": "send the head one byte every `seconds` (default 0.2)",
    "drip_body": "send the body one byte every `seconds` (default 0.2)",
    "gzip_bomb": "a gzip body that unpacks to `megabytes` (default 200)",
    "wrong_bytes": "the right length with a byte changed, another each time unless `same`",
    "longer": "announce and send `bytes` (default 1000) more than there are",
    "no_length": "no Content-Length; the end of the connection ends the body",
    "garbage": "a body that is no JSON",
    "delay": "wait `ms` before answering",
}


@dataclass(slots=True)
class Rule:
    do: str
    method: str | None = None
    path: str | None = None
    nth: int = 1
    times: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0

    def strikes(self, method: str, target: str) -> bool:
        """Whether this request is one of those meant; counts it."""
        if self.method is not None and self.method != method:
            return False
        if self.path is not None and not re.search(self.path, target):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


class Faults:
    """The rules in force; safe to change while requests are answered."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(
        self,
        do: str,
        *,
        method: str | None = None,
        path: str | None = None,
        nth: int = 1,
        times: int | None = None,
        **options: Any,
    ) -> Rule:
        """One more rule. ValueError for an unknown kind."""
        if do not in KINDS:
            raise ValueError(f"unknown fault {do!r}; known: {', '.join(sorted(KINDS))}")
        rule = Rule(do, method, path, nth, times, options)
        with self._lock:
            self._rules.append(rule)
        return rule

    def add_json(self, rule: Mapping[str, Any]) -> Rule:
        return self.add(**rule)

    def add_text(self, text: str) -> Rule:
        """The command line's form: a JSON object, or `do,name=value,…` with numbers read as numbers."""
        if text.lstrip().startswith("{"):
            return self.add_json(json.loads(text))
        do, *pairs = text.split(",")
        options: dict[str, Any] = {}
        for pair in pairs:
            name, _, value = pair.partition("=")
            options[name] = _read_value(value)
        return self.add(do, **options)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def for_request(self, method: str, target: str) -> list[Rule]:
        with self._lock:
            return [rule for rule in self._rules if rule.strikes(method, target)]


def _read_value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
