"""What is done with a group once the server has all of it: stack, live link, favourite, archive, albums.

Each step is written down before it is asked and when it is done, and asking again does nothing twice: a group that may
have been stacked before is looked up first, a favourite and an album take an asset once. What a person did on the
server stays: their stacks, their favourites, and what they took out of an album.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sync.errors import NotAvailable, ServerError
from sync.immich.batches import batches
from sync.immich.edit_stack import StackInfo
from sync.ingest.archive import archive
from sync.ingest.file_albums import file_albums
from sync.ingest.group import Role
from sync.ingest.one_run import Run, all_or_each
from sync.ingest.survey import Todo
from sync.library import ingest as rows
from sync.library.ingest import Change, State, What
from sync.settings.ingest import After, Way


def finish(run: Run, todos: Sequence[Todo]) -> None:
    """All steps for these groups; a group with a problem stays pending. Raises what concerns all of them."""
    for todo in todos:
        run.change(todo, problem="")
    _stack(run, _lacking(todos, "stack"))
    _link(run, _lacking(todos, "live"))
    _favour(run, [todo for todo in todos if not todo.row.problem])
    archive(run, [todo for todo in todos if not todo.row.problem])
    file_albums(run, _lacking(todos, "albums"))
    leaves = run.inbox.way is Way.UPLOAD and run.inbox.after is not After.KEEP
    done = State.LEAVING if leaves else State.DONE
    for todo in todos:
        if not todo.row.problem:
            run.change(todo, state=done, sidecars=todo.sidecars)
            run.counts["photos"] += 1
    run.write(todos)


def follow(run: Run, todos: Sequence[Todo]) -> None:
    """What a newer sidecar changes on the server; everything else of these groups stays as it is."""
    for todo in todos:
        run.change(todo, problem="")
    known = [todo for todo in todos if todo.assets]
    _favour(run, known)
    archive(run, [todo for todo in known if not todo.row.problem])
    for todo in todos:
        if not todo.row.problem:
            run.change(todo, sidecars=todo.sidecars)
    run.write(todos)


def _lacking(todos: Sequence[Todo], step: str) -> list[Todo]:
    return [todo for todo in todos if step not in todo.row.steps.split() and not todo.row.problem]


def chosen_stack(run: Run, todo: Todo) -> list[str]:
    """The assets that are to be stacked, the one on top first."""
    # Files with the same bytes are one upload.
    return list(dict.fromkeys(asset for size in run.inbox.stack for asset in todo.of(Role(size.value))))


def _stack(run: Run, todos: Sequence[Todo]) -> None:
    wanted: list[tuple[Todo, list[str], Change]] = []
    for todo in todos:
        ids = chosen_stack(run, todo)
        doubt = next((one for one in run.doubts if one.what is What.STACK and ids and one.asset == ids[0]), None)
        if len(ids) > 1 and not (todo.fresh and not todo.old and doubt is None):
            ids = _beside_what_is(run, ids, doubt)
        if len(ids) > 1:
            wanted.append((todo, ids, Change(What.STACK, ids[0], ",".join(ids))))
        else:
            run.step_done(todo, "stack")
    if not wanted:
        return
    with run.journal([change for _, _, change in wanted]):
        for (todo, _, change), made in run.each(lambda one: run.immich.create_stack(one[1]), wanted):
            if isinstance(made, ServerError):
                run.settle([change], done=False)
                run.fail(todo, f"Its files could not be stacked: {made.sentence}")
                continue
            run.step_done(todo, "stack")
            run.counts["stacks"] += 1
            run.write([todo], lambda db, change=change: rows.settle(db, [change], done=True))  # type: ignore[misc]


def _beside_what_is(run: Run, ids: list[str], doubt: Change | None) -> list[str]:
    """What to stack, seen what is stacked; nothing where these are in one stack already."""
    touched: dict[str, StackInfo] = {}
    for asset in ids:
        if asset in run.stacks():
            stack = run.stacks()[asset]
            touched[stack.id] = stack
    if len(touched) == 1 and set(ids) <= set(next(iter(touched.values())).members):
        if doubt is not None:
            run.settle([doubt], done=True)
            run.counts["stacks"] += 1
        return []
    # Every member of every stack that is touched, so that none of them stays behind alone.
    rest = [member for stack in touched.values() for member in stack.members]
    return list(dict.fromkeys([*ids, *rest]))


def _link(run: Run, todos: Sequence[Todo]) -> None:
    roles = (Role.ORIGINAL, *(Role(size.value) for size in run.inbox.live_sizes))
    wanted: list[tuple[Todo, Change]] = []
    for todo in todos:
        video = _video_of(todo)
        stills = [asset for role in dict.fromkeys(roles) for asset in todo.of(role)] if video else []
        lacking = [asset for asset in stills if todo.live.get(asset) != video and asset != video]
        # Who plays it already goes on when this is taken back.
        before = next((asset for asset in stills if asset not in lacking), "")
        wanted += [(todo, Change(What.LIVE, asset, f"{video} {before}".strip())) for asset in lacking]
        if not lacking:
            run.step_done(todo, "live")
    if not wanted:
        return
    with run.journal([change for _, change in wanted]):
        for (todo, change), told in run.each(_linking(run), wanted):
            if isinstance(told, ServerError):
                run.settle([change], done=False)
                run.fail(todo, f"Its live video could not be linked: {told.sentence}")
                continue
            run.counts["live"] += 1
            run.step_done(todo, "live")
            run.settle([change], done=True)
    run.write({id(todo): todo for todo, _ in wanted}.values())


def _linking(run: Run) -> Callable[[tuple[Todo, Change]], None]:
    def link(one: tuple[Todo, Change]) -> None:
        run.immich.link_live_video(one[1].asset, one[1].target.partition(" ")[0])

    return link


def _video_of(todo: Todo) -> str:
    """The live video that Immich linked already, else the group's own; empty where there is none."""
    linked = next((video for asset in todo.of(Role.ORIGINAL) if (video := todo.live.get(asset))), None)
    own = todo.group.live
    if own is None or all(member.role is Role.LIVE for member in todo.group.members):
        return ""
    return linked or todo.assets.get(own.found.path, "")


def _favour(run: Run, todos: Sequence[Todo]) -> None:
    """Both ways: a favourite where the sidecar came to say so; none where it stopped and the favourite was ours."""
    on: list[tuple[Todo, str]] = []
    off: list[tuple[Todo, str]] = []
    before: dict[int, bool] = {}
    for todo in todos:
        same = todo.favourite == todo.row.favourite
        if todo.favourite is None or (same and not (todo.favourite and (todo.forced or todo.old))):
            continue
        sizes = dict.fromkeys(Role(size.value) for size in run.inbox.favourite_sizes)
        assets = [asset for role in sizes for asset in todo.of(role)]
        if same and not todo.forced:
            assets = [asset for asset in assets if asset not in todo.old]  # a size that came later
        (on if todo.favourite else off).extend((todo, asset) for asset in assets)
        before[id(todo)] = todo.row.favourite
        run.change(todo, favourite=todo.favourite)
    doubtful = {one.asset for one in run.doubts if one.what is What.FAVOURITE}
    mine = rows.ours(run.work.library, run.inbox.server, [asset for _, asset in (*on, *off)])
    fresh_on = [(todo, a) for todo, a in on if a not in mine and (a in doubtful or not _liked(run, todo, a))]
    _set(run, fresh_on, value=True)
    # Ours, and still so: one that a person took away, or gave anew after that, is theirs.
    still = [(todo, asset) for todo, asset in off if asset in mine and _liked(run, todo, asset, ask=True)]
    _set(run, still, value=False)
    for todo in todos:
        if todo.row.problem and id(todo) in before:
            run.change(todo, favourite=before[id(todo)])  # the next run asks again
    lost = [asset for todo, asset in off if asset in mine and not todo.row.problem]
    with run.work.library.transaction() as db:
        rows.note_favourites(db, run.inbox.server, lost, ours=False)


def _liked(run: Run, todo: Todo, asset: str, *, ask: bool = False) -> bool:
    """Whether it is a favourite now: as it was listed; one that was not new is asked for."""
    if asset in todo.liked and not ask:
        return True
    if not ask and (todo.fresh or asset in todo.live) and asset not in todo.old:
        return False
    try:
        return run.immich.favourite(asset).is_favorite
    except NotAvailable:
        return False


def _set(run: Run, wanted: Sequence[tuple[Todo, str]], *, value: bool) -> None:
    what = What.FAVOURITE if value else What.UNFAVOURITE
    for chunk in batches(wanted):
        run.work.check()
        changes = [Change(what, asset) for _, asset in chunk]
        with run.journal(changes):
            done = all_or_each(run, chunk, lambda ids: run.immich.set_favourites(ids, value=value), "favourite")
            with run.work.library.transaction() as db:
                rows.note_favourites(db, run.inbox.server, done, ours=value)
                rows.settle(db, [one for one in changes if one.asset in done], done=True)
                rows.settle(db, [one for one in changes if one.asset not in done], done=False)
        run.counts["favourites" if value else "unfavourites"] += len(done)
