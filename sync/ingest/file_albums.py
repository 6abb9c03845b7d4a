"""Groups into albums by their templates. An album is found by its name among our own, else made, and remembered by
its id from then on; what a person took out of it stays out."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from sync.errors import NotAvailable
from sync.immich.batches import batches
from sync.ingest.group import Role
from sync.ingest.one_run import Run
from sync.ingest.survey import Todo, created_of
from sync.ingest.templates import AlbumFacts, Template, parse
from sync.library import ingest as rows
from sync.library.ingest import Change, What


def file_albums(run: Run, todos: Sequence[Todo]) -> None:
    """Add what is not in its albums yet. Raises what concerns all of them."""
    templates = [parse(text) for text in run.inbox.albums]
    wanted: dict[str, list[tuple[Todo, str]]] = {}
    for todo in todos:
        for name, assets in albums_of(run.found.source, templates, todo).items():
            wanted.setdefault(name, []).extend((todo, asset) for asset in assets)
    for name, pairs in sorted(wanted.items()):
        _into(run, name, pairs)
    for todo in todos:
        if not todo.row.problem:
            run.step_done(todo, "albums")


def albums_of(source: Path, templates: Sequence[Template], todo: Todo) -> dict[str, list[str]]:
    """Assets by the names of their albums; a template whose fact this photo lacks gives none."""
    found: dict[str, list[str]] = {}
    for template in templates:
        name = template.name(facts_of(source, todo))
        if name:
            roles = [role for role in Role if role is not Role.LIVE and template.takes(role)]
            found.setdefault(name, []).extend(asset for role in roles for asset in todo.of(role))
    return {name: list(dict.fromkeys(assets)) for name, assets in found.items() if assets}


def facts_of(source: Path, todo: Todo) -> AlbumFacts:
    """What templates are filled with: the first file of the group that knows it."""
    facts = [member.found.facts for member in todo.group.members]
    return AlbumFacts(
        created=created_of(todo),
        taken=next((one.taken for one in facts if one.taken), None),
        folder=PurePosixPath(todo.group.key).parent.name or source.name,
        camera=next((one.camera for one in facts if one.camera), ""),
    )


def _into(run: Run, name: str, pairs: Sequence[tuple[Todo, str]]) -> None:
    added = 0
    album = _album(run, name)
    before = rows.filed(run.work.library, album)
    pairs = [(todo, asset) for todo, asset in pairs if asset not in before]
    for chunk in batches(pairs):
        run.work.check()
        try:
            added += _added(run, album, chunk)
        except NotAvailable:
            # Deleted by hand since we knew it: the next photo that wants it makes it anew.
            with run.work.library.transaction() as db:
                rows.note_album(db, run.inbox.server, name, None)
            album = _album(run, name)
            added += _added(run, album, chunk)
    if added:
        run.albums.add(album)
    run.counts["albums"] = len(run.albums)
    run.counts["filed"] += added


def _added(run: Run, album: str, chunk: Sequence[tuple[Todo, str]]) -> int:
    changes = {asset: Change(What.ALBUM, asset, album) for _, asset in chunk}
    with run.journal(list(changes.values())):
        told = run.immich.add_to_album(album, list(changes))
        ours = {asset for asset in told.was_so if changes[asset] in run.doubts}
        done = [changes[asset] for asset in (*told.done, *ours)]
        with run.work.library.transaction() as db:
            rows.settle(db, done, done=True)
            rows.settle(db, [change for change in changes.values() if change not in done], done=False)
    refused = dict(told.refused)
    for todo, asset in chunk:
        if asset in refused:
            run.fail(todo, f"It could not be put into an album ({refused[asset]}).")
    return len(done)


def _album(run: Run, name: str) -> str:
    """Immich's id of the album of this name."""
    known = rows.albums(run.work.library, run.inbox.server)
    if name in known:
        return known[name]
    mine = [album for album in run.immich.albums() if album.owned]
    found = next((album for album in mine if album.name == name), None)
    with run.work.library.transaction() as db:
        for album in mine:
            if album.name == name and album is found:
                rows.note_album(db, run.inbox.server, name, album.id)
                _settle_new(db, run, name, album.id)
    if found is not None:
        return found.id
    with run.journal([Change(What.NEW_ALBUM, "", name)]):
        made = run.immich.create_album(name)
        with run.work.library.transaction() as db:
            rows.note_album(db, run.inbox.server, name, made.id)
            rows.name_album(db, run.number, name, made.id)
    return made.id


def _settle_new(db: sqlite3.Connection, run: Run, name: str, album: str) -> None:
    """An album that an earlier run made and never heard of."""
    if Change(What.NEW_ALBUM, "", name) in run.doubts:
        rows.name_album(db, None, name, album)
