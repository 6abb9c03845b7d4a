"""What iCloud hides goes out of the timeline, and what it shows again comes back: only what we archived, and only where
it still is as we left it. Called by the steps of a group."""

from __future__ import annotations

from collections.abc import Sequence

from sync.errors import NotAvailable
from sync.immich.batches import batches
from sync.immich.facts import Visibility
from sync.ingest.group import Role
from sync.ingest.one_run import Run, all_or_each
from sync.ingest.survey import HID, Todo
from sync.library.ingest import Change, What

_WHAT = {Visibility.ARCHIVE: What.ARCHIVE, Visibility.TIMELINE: What.UNARCHIVE}


def archive(run: Run, todos: Sequence[Todo]) -> None:
    """Both ways. A sidecar that is gone, or cannot be read, says nothing."""
    hide = [todo for todo in todos if todo.hidden and "archive" not in todo.row.steps.split()]
    show = [todo for todo in todos if shows_again(todo)]
    _bring(run, hide, to=Visibility.ARCHIVE)
    _bring(run, show, to=Visibility.TIMELINE)
    for todo in hide:
        if not todo.row.problem:
            run.step_done(todo, "archive")
    for todo in show:
        if not todo.row.problem:
            kept = [step for step in todo.row.steps.split() if step not in (HID, "archive")]
            run.change(todo, steps=" ".join(kept))


def shows_again(todo: Todo) -> bool:
    """Whether iCloud hid it once, we archived it for that, and it is hidden no longer."""
    return not todo.hidden and todo.favourite is not None and HID in todo.row.steps.split()


def _bring(run: Run, todos: Sequence[Todo], *, to: Visibility) -> None:
    old = Visibility.TIMELINE if to is Visibility.ARCHIVE else Visibility.ARCHIVE
    wanted = [
        (todo, asset)
        for todo in todos
        for role in Role if role is not Role.LIVE
        for asset in todo.of(role) if _is(run, todo, asset, old)
    ]  # fmt: skip
    for chunk in batches(wanted):
        run.work.check()
        changes = [Change(_WHAT[to], asset) for _, asset in chunk]
        with run.journal(changes):
            done = all_or_each(run, chunk, lambda ids: run.immich.set_visibility(ids, to), "visibility")
            run.settle([one for one in changes if one.asset in done], done=True)
            run.settle([one for one in changes if one.asset not in done], done=False)
        run.counts["archived" if to is Visibility.ARCHIVE else "shown"] += len(done)
        for todo in {id(todo): todo for todo, asset in chunk if asset in done}.values():
            run.step_done(todo, HID)
        run.write({id(todo): todo for todo, _ in chunk}.values())


def _is(run: Run, todo: Todo, asset: str, where: Visibility) -> bool:
    """What is new is in the timeline; of the others a person may have thought something else."""
    doubtful = any(one.what is What.ARCHIVE and one.asset == asset for one in run.doubts)
    if where is Visibility.TIMELINE and (doubtful or (todo.fresh and asset not in todo.old)):
        return True
    try:
        return run.immich.look_up(asset)[0].asset.visibility is where
    except NotAvailable:
        return False
