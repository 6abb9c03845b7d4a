"""The two pages between a question and its answer: one that waits, one that says what went wrong."""

from __future__ import annotations

from flask import render_template

from admin.asking import Answer
from admin.house import house
from sync.jobs.progress import Ended


def waiting(found: Answer, doing: str) -> str:
    """Opened again by the browser every second; it says so where nobody is there to answer."""
    return render_template("wait.html", doing=doing, number=found.job.id, away=not house().service_runs())


def failed(ended: Ended, *, again: str = "", values: dict[str, str] | None = None) -> str:
    """What went wrong, and the same question once more where `again` is an address."""
    return render_template("asked_failed.html", ended=ended, again=again, values=values or {})
