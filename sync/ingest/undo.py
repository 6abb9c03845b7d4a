"""The job `ingest-undo`: takes back the stacks, live links, albums, favourites of a run, as far as they are still so.

Assets are never deleted. An album that the run made goes if it is empty and nobody gave it a word or a guest; a live
video that another photo played before stays hidden behind that one.
"""

from __future__ import annotations

from typing import Any

from sync.connect import open_server
from sync.counted import counted
from sync.errors import NotAvailable, PermissionMissing, UsageError
from sync.immich.batches import batches
from sync.immich.facts import Visibility
from sync.immich.server import Immich
from sync.library import ingest as rows
from sync.library.ingest import Change, RunRow, What
from sync.work import Result, Work


def undo(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"run": number | None, "inbox": name | None}`; the newest run where none is named. Facts: {"run", "inbox",
    "stacks", "live", "favourites", "filed", "albums", "archived"}. Raises UsageError, ServerError."""
    run = _run(work, arguments.get("run"), arguments.get("inbox"))
    if run.server not in work.settings.servers:
        raise UsageError(f"The server {run.server!r} of that run is not set up any more.")
    immich = open_server(work, run.server)
    by: dict[What, list[Change]] = {what: [] for what in What}
    for change in rows.changes(work.library, run.id):
        by[change.what].append(change)
    problems: list[str] = []
    facts: dict[str, Any] = {"run": run.id, "inbox": run.inbox}
    facts["filed"] = _out_of_albums(work, immich, by[What.ALBUM])
    facts["albums"] = _albums_away(work, immich, run, by[What.NEW_ALBUM], problems)
    facts["live"] = _unlink(work, immich, by[What.LIVE], problems)
    facts["favourites"] = _favourites(work, immich, run, by, problems)
    facts["archived"] = _moved(work, immich, by[What.ARCHIVE], Visibility.TIMELINE, problems)
    facts["archived"] += _moved(work, immich, by[What.UNARCHIVE], Visibility.ARCHIVE, problems)
    facts["stacks"] = _unstack(work, immich, by[What.STACK])
    with work.library.transaction() as db:
        rows.undone(db, run.id, now=work.clock.now())
    sentence = counted(
        "Run {run} of {inbox} is taken back: {stacks} {stacks:stack|stacks} taken apart, {live} live "
        "{live:video|videos} unlinked, {filed} {filed:asset|assets} taken out of albums, {albums} empty "
        "{albums:album|albums} taken away, {favourites} {favourites:favourite|favourites} set back. No photo was "
        "deleted.",
        **facts | {"inbox": repr(run.inbox)},
    )
    return Result(facts, sentence, problems=problems)


def _run(work: Work, number: int | None, inbox: str | None) -> RunRow:
    known = [run for run in rows.runs(work.library, inbox) if run.undone_at is None]
    known = [run for run in known if number is None or run.id == number]
    if not known:
        what = f"no run {number}" if number is not None else "no run"
        raise UsageError(f"There is {what} that could be taken back.", advice="See 'mantelpiece ingest status'.")
    return known[0]


def _out_of_albums(work: Work, immich: Immich, changes: list[Change]) -> int:
    taken = 0
    for album in dict.fromkeys(change.target for change in changes):
        assets = [change.asset for change in changes if change.target == album]
        for chunk in batches(assets):
            work.check()
            try:
                taken += len(immich.take_from_album(album, list(chunk)).done)
            except NotAvailable:
                break  # the album is gone: nothing is in it
    return taken


def _favourites(work: Work, immich: Immich, run: RunRow, by: dict[What, list[Change]], problems: list[str]) -> int:
    """Only those that are ours still; and those that we took away come back."""
    gave = [change.asset for change in by[What.FAVOURITE]]
    mine = rows.ours(work.library, run.server, gave)
    gave = [asset for asset in gave if asset in mine]
    took = [change.asset for change in by[What.UNFAVOURITE]]
    done = _each(work, gave, lambda asset: immich.set_favourite(asset, value=False), problems)
    back = _each(work, took, lambda asset: immich.set_favourite(asset, value=True), problems)
    with work.library.transaction() as db:
        rows.note_favourites(db, run.server, gave, ours=False)
        rows.note_favourites(db, run.server, took, ours=True)
    return done + back


def _each(work: Work, assets: list[str], do: Any, problems: list[str]) -> int:
    done = 0
    for asset in assets:
        work.check()
        try:
            do(asset)
            done += 1
        except NotAvailable as error:
            problems.append(error.sentence)
    return done


def _moved(work: Work, immich: Immich, changes: list[Change], to: Visibility, problems: list[str]) -> int:
    """Back into the timeline or the archive, where a person did not think otherwise since."""
    now = Visibility.ARCHIVE if to is Visibility.TIMELINE else Visibility.TIMELINE
    assets = [change.asset for change in changes if _asset(immich, change.asset, problems, visibility=now)]
    return _each(work, assets, lambda one: immich.set_visibility([one], to), problems)


def _asset(immich: Immich, asset: str, problems: list[str], **wanted: Any) -> bool:
    """Whether the asset is still so."""
    try:
        found = immich.look_up(asset)[0].asset
    except NotAvailable as error:
        problems.append(error.sentence)
        return False
    return all(getattr(found, key) == value for key, value in wanted.items())


def _unlink(work: Work, immich: Immich, changes: list[Change], problems: list[str]) -> int:
    done = 0
    for change in changes:
        video, _, before = change.target.partition(" ")
        if not _asset(immich, change.asset, problems, live_video_id=video):
            continue
        done += _each(work, [change.asset], lambda asset: immich.link_live_video(asset, None), problems)
        if before and _asset(immich, before, problems, live_video_id=video):
            # Unlinked, the video shows by itself; said once more, the other photo hides it again.
            _each(work, [before], lambda asset, video=video: immich.link_live_video(asset, video), problems)
    return done


def _albums_away(work: Work, immich: Immich, run: RunRow, changes: list[Change], problems: list[str]) -> int:
    """Albums that the run made: away where they are empty and as we made them; else it is said why one stays."""
    gone = 0
    for change in changes:
        work.check()
        why = ""
        try:
            why = _touched(immich, change) if change.asset else "it is not known which one it is"
            if not why:
                immich.delete_album(change.asset)
                gone += 1
        except PermissionMissing as error:
            why = f"the key may not delete it ({error.facts.get('permission') or 'album.delete'})"
        except NotAvailable:
            pass  # somebody took it away before
        if why:
            problems.append(f"The album {change.target!r} was made by that run, and stays: {why}.")
        else:
            with work.library.transaction() as db:
                rows.note_album(db, run.server, change.target, None)
    return gone


def _touched(immich: Immich, change: Change) -> str:
    album, worn = immich.album(change.asset), immich.album_dress(change.asset)
    if immich.album_members(change.asset) or album.asset_count:
        return "there are photos in it"
    if not album.owned or album.name != change.target:
        return "somebody gave it another name"
    if worn.description:
        return "somebody described it"
    guests = {user for user, role in worn.roles.items() if role != "owner"} - {immich.me()}
    return "somebody shared it" if guests else ""


def _unstack(work: Work, immich: Immich, changes: list[Change]) -> int:
    """A stack that is exactly as it was made; one that a person changed stays."""
    if not changes:
        return 0
    made = {frozenset(change.target.split(",")) for change in changes}
    still = [stack.id for stack in immich.stacks() if frozenset(stack.members) in made]
    taken = 0
    for stack in still:
        work.check()
        try:
            immich.delete_stack(stack)
            taken += 1
        except NotAvailable:
            continue
    return taken
