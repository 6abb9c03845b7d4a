"""The history of runs as a table for spreadsheets: the page and the command line hand it out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

import msgspec

from sync.library.runs import Run

_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Run))


def as_csv(runs: Iterable[Run]) -> str:
    """A line of heads, then a run a line; what is more than a value stands as JSON in its cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for run in runs:
        row = msgspec.to_builtins(run)
        writer.writerow(_cell(row[column]) for column in _COLUMNS)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    # A spreadsheet would take a text that begins like this for a formula.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
