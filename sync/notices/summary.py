"""The lines of the daily summary: what came and went, on the wall and in smart albums, and what is still wrong."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sync.counted import counted
from sync.library import runs
from sync.library.database import Library
from sync.library.runs import Outcome
from sync.notices.matters import matters
from sync.settings.tree import Settings

_CAME = "{added} {added:photo|photos} came into {words}, {removed} left them ({runs} {runs:run|runs}, {failed} failed)."
_RAN = "{kind}: {runs} {runs:run|runs}, {failed} failed."
_WORDS = {"sync": "the wall's albums", "smart-apply": "smart albums"}


def summary(library: Library, settings: Settings, *, since: datetime) -> list[str]:
    """At least one line."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in _WORDS}
    ended: Counter[str] = Counter()
    for run in runs.ended_since(library, since):
        ended[run.kind] += 1
        if run.outcome is not Outcome.DONE:
            ended[f"{run.kind} failed"] += 1
        for facts in _albums(run.result):
            counts.get(run.kind, Counter()).update({word: int(facts.get(word) or 0) for word in ("added", "removed")})
    lines = [
        counted(
            _CAME, added=counts[kind]["added"], removed=counts[kind]["removed"], words=words, runs=ended[kind],
            failed=ended[f"{kind} failed"],
        )
        for kind, words in _WORDS.items()
        if ended[kind]
    ]
    others = {kind: number for kind, number in ended.items() if kind not in _WORDS and not kind.endswith(" failed")}
    lines += [counted(_RAN, kind=kind, runs=number, failed=ended[f"{kind} failed"])
              for kind, number in sorted(others.items())
              if ended[f"{kind} failed"]]  # fmt: skip
    open_ones = matters(library, settings)
    lines += [f"{one.what}: {one.sentence}" for one in open_ones] or ["Nothing is wrong, and nothing waits."]
    return lines


def _albums(result: dict[str, object] | None) -> list[dict[str, int]]:
    facts = (result or {}).get("facts")
    found = facts.get("albums") if isinstance(facts, dict) else None
    return [one for one in found.values() if isinstance(one, dict)] if isinstance(found, dict) else []
