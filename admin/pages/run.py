"""One run: what was asked, what it came to, its numbers, its problems, its lines in the log where that is a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, abort, render_template

from admin.context import context
from sync import secrets
from sync.library import runs

pages = Blueprint("run", __name__, url_prefix="/runs")

_TAIL_BYTES = 200_000
_MOST_LINES = 200


@pages.get("/<int:number>")
def page(number: int) -> str:
    here = context()
    with here.library() as library:
        run = next((each for each in runs.history(library) if each.id == number), None)
    if run is None:
        abort(404)
    result: dict[str, Any] = run.result or {}
    log = _lines(Path(here.settings.log.file), run.job) if here.settings.log.file else None
    return render_template("run.html", run=run, result=result, log=log)


def _lines(path: Path, job: int) -> list[str]:
    """The lines of the log's end that name this job, without any secret."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            tail = file.read().decode(errors="replace")
    except OSError:
        return []
    values = secrets.all_values(context().home.secrets)
    found = [line for line in tail.splitlines() if f"job {job}:" in line]
    return [secrets.blotted(line, values) for line in found[-_MOST_LINES:]]
