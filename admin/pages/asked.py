"""The two pages between a question and its answer: one that waits, one that says what went wrong."""

from __future__ import annotations

from flask import render_template

from admin.asking import Answer
from admin.context import context
from admin.pages.parts import progress_of
from sync.jobs.progress import Ended


def waiting(found: Answer, doing: str, *, tab: str = "albums", back: str = "/") -> str:
    """Opened again by the browser every second, with what the job does; it says so where nobody is there to answer."""
    here = context()
    return render_template(
        "wait.html", doing=doing, number=found.job.id, job=found.job, away=not here.service_runs(), tab=tab, back=back,
        **progress_of(here, found.job),
    )  # fmt: skip


def failed(
    ended: Ended, *, again: str = "", values: dict[str, str] | None = None, tab: str = "albums", back: str = "/albums"
) -> str:
    """What went wrong, and the same question once more where `again` is an address."""
    return render_template("asked_failed.html", ended=ended, again=again, values=values or {}, tab=tab, back=back)
