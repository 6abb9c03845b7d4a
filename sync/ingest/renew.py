"""Groups that are done and whose sidecars tell something new: published again, and their favourites follow."""

from __future__ import annotations

from collections.abc import Sequence

from sync.counted import counted
from sync.errors import MantelpieceError, NotAvailable, PermissionMissing
from sync.immich.batches import batches
from sync.ingest.landing import Beside, publish
from sync.ingest.one_run import Run
from sync.ingest.places import folder_of, publishes, source_of
from sync.ingest.steps import follow
from sync.ingest.survey import Todo


def renew(run: Run, todos: Sequence[Todo]) -> None:
    """Bring what changed to the server. Raises what concerns all of them."""
    if not todos:
        return
    changed: list[str] = []
    for todo in todos:
        run.work.check()
        changed += _published(run, todo)
    for chunk in batches(list(dict.fromkeys(changed))):
        try:
            run.immich.refresh_metadata(list(chunk))
        except (PermissionMissing, NotAvailable) as error:
            told = "Immich was not told to read {number} changed {number:sidecar|sidecars} again: {error}"
            run.problems.append(counted(told, number=len(chunk), error=error.sentence))
    follow(run, todos)


def _published(run: Run, todo: Todo) -> list[str]:
    """Assets whose sidecar in the library is another one now."""
    changed: list[str] = []
    if not publishes(run.inbox) or todo.forced:
        return changed
    for path in todo.paths:
        if not run.file(path).place:
            # There before this inbox was: its sidecar in the library is not ours.
            continue
        try:
            done = publish(path, landing=source_of(run.inbox), library=folder_of(run.inbox), stars=run.inbox.stars)
        except (MantelpieceError, OSError) as error:
            run.problems.append(f"{path}: {getattr(error, 'sentence', error)}")
            continue
        if done.sidecar is Beside.WRITTEN and todo.assets.get(path):
            changed.append(todo.assets[path])
    return changed
