"""What a run came to, in numbers: ours, and those of the tool that write-back replaces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sync.counted import counted

WORDS = (
    "total", "updated", "simulated", "skipped", "file_not_found", "path_segment_mismatch", "errors",
    "ambiguous", "unproved", "unwritable", "outside", "files_written", "sidecars_written", "copies", "waiting",
    "held", "moved",
)  # fmt: skip
"""Every count, also where it is 0. The first seven are the replaced tool's, by its names."""

_BY_STATE = {
    "missing": "file_not_found", "failed": "errors", "ambiguous": "ambiguous", "unproved": "unproved",
    "unwritable": "unwritable", "outside": "outside",
}  # fmt: skip


def all_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """All counts in their order."""
    return {word: counts.get(word, 0) for word in WORDS}


def count_state(counts: Counter[str], state: str) -> None:
    """One file was not written, and why."""
    counts[_BY_STATE.get(state, "errors")] += 1


def sentence(counts: Mapping[str, int]) -> str:
    """The numbers in words: what was done, and what was not and why."""
    updated, total = f"{counts.get('updated', 0):,}", f"{counts.get('total', 0):,}"
    parts = [counted("{number} of {count} {count:photo|photos} written", number=updated, count=total)]
    reasons = (
        ("file_not_found", "not found"), ("path_segment_mismatch", "under no root"), ("ambiguous", "ambiguous"),
        ("unproved", "not proved to be the asset"), ("unwritable", "of a kind that cannot be written"),
        ("outside", "outside their root"), ("errors", "failed"), ("waiting", "not looked at yet"),
        ("held", "held until you say yes"), ("moved", "no longer as the preview showed"),
    )  # fmt: skip
    parts += [f"{counts[word]:,} {told}" for word, told in reasons if counts.get(word)]
    return ", ".join(parts) + "."
