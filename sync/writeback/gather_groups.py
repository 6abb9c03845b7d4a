"""People, albums, tags and faces of a server: which of them moved, and who is in those. Part of gather.py.

A person, album or tag that a list lacks is asked for by itself before it counts as gone; what was written of it is
then taken out again, where it was ours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from sync.errors import Incomplete, NotAvailable
from sync.immich.batches import batches
from sync.immich.facts import Asset, PersonInPhoto
from sync.immich.server import Immich
from sync.library import known, known_groups
from sync.library.database import Library
from sync.library.known_groups import GroupRow
from sync.work import Work
from sync.writeback.remembered import pack_boxes

if TYPE_CHECKING:
    from sync.writeback.gather import Gathered

_VISIBILITIES = ("timeline", "archive")
_GONE_AT_ONCE = 200
"""So many that vanish together are asked for one by one; of more, so many from all over the list."""
_FACES_AT_ONCE = 64
_ROUND_DAYS = 30
"""Every picture with people is asked for its faces anew in this many days."""
_ALONE = 20
"""Up to so many new assets are asked for their tags one by one."""


class Persons:
    """The numbers of named people, for those who note assets."""

    def __init__(self, library: Library, server: str) -> None:
        self._server = server
        people = known_groups.groups(library, server, "person")
        self._known = {one: group.id for one, group in people.items() if group.name}

    def numbers(self, db: sqlite3.Connection, asset: Asset) -> set[int]:
        """Those in an asset; one that no list told of is noted. Inside a transaction."""
        return {self.number(db, person) for person in asset.people if person.name and not person.hidden}

    def number(self, db: sqlite3.Connection, person: PersonInPhoto) -> int:
        if person.id not in self._known:
            self._known[person.id] = known_groups.put_group(db, self._server, "person", person.id, person.name, "")
        return self._known[person.id]


def people(work: Work, immich: Immich, found: Gathered) -> None:
    """Who was renamed, hidden or named since, who moved, who is gone."""
    before = known_groups.groups(work.library, found.server, "person")
    listed = {person.id: person for person in immich.marked_people()}
    for person in listed.values():
        name = "" if person.is_hidden else person.name
        old = before.get(person.id)
        mark = person.updated_at.isoformat()
        if old is not None and (old.name, old.mark) == (name, mark):
            continue
        if old is None and not name:
            continue
        # A whole look lists everybody's photos anyway.
        members = None if found.whole or not name else _in(immich, "personIds", person.id)
        with work.library.transaction() as db:
            number = known_groups.put_group(db, found.server, "person", person.id, name, mark)
            if members is not None:
                known.forget_faces(db, _set_members(work, db, found, number, members))
    _let_go(work, found, [group for one, group in before.items() if one not in listed and group.name], immich.person)


def albums(work: Work, immich: Immich, found: Gathered) -> None:
    """Own albums: their names, and who is in those that changed."""
    before = known_groups.groups(work.library, found.server, "album")
    listed = {album.id: album for album in immich.own_albums()}
    for album in listed.values():
        mark = f"{album.asset_count} {album.updated_at.isoformat()}"
        old = before.get(album.id)
        if old is not None and (old.name, old.mark) == (album.name, mark):
            continue
        members = immich.album_members(album.id) if old is None or old.mark != mark else None
        with work.library.transaction() as db:
            number = known_groups.put_group(db, found.server, "album", album.id, album.name, mark)
            if members is not None:
                _set_members(work, db, found, number, members)
    _let_go(work, found, [group for one, group in before.items() if one not in listed], immich.album)
    now = work.clock.now().isoformat(timespec="seconds")
    found.row = msgspec.structs.replace(found.row, albums_at=now)


def tags(work: Work, immich: Immich, found: Gathered) -> None:
    """Tags, and who has those that are new; of assets that changed, theirs."""
    before = known_groups.groups(work.library, found.server, "tag")
    listed = {tag.id: tag.path for tag in immich.tags()}
    alone = len(found.fresh) <= max(_ALONE, len(listed)) and not found.whole
    for tag, path in listed.items():
        old = before.get(tag)
        if old is not None and old.name == path and (alone or not found.fresh):
            continue
        members = _in(immich, "tagIds", tag)
        with work.library.transaction() as db:
            number = known_groups.put_group(db, found.server, "tag", tag, path, path)
            _set_members(work, db, found, number, members)
    if alone:
        _tags_alone(work, immich, found, listed)
    for one, group in before.items():
        # A list that lost a tag is not believed alone: nobody has it any more only where a search finds nobody.
        if one not in listed and not found.only_adds and not _in(immich, "tagIds", one):
            with work.library.transaction() as db:
                known_groups.drop_group(db, group.id)
    now = work.clock.now().isoformat(timespec="seconds")
    found.row = msgspec.structs.replace(found.row, tags_at=now)


def _tags_alone(work: Work, immich: Immich, found: Gathered, listed: dict[str, str]) -> None:
    numbers = {group.name: group.id for group in known_groups.groups(work.library, found.server, "tag").values()}
    for number, asset in found.fresh.items():
        work.check()
        try:
            _, details = immich.look_up(asset)
        except NotAvailable:
            continue
        # A search for `Places` also finds `Places/Vienna`: so both ways of asking come to the same.
        paths = {path[:end] for path in details.tags for end in _ends(path)}
        theirs = {numbers[path] for path in paths if path in numbers}
        with work.library.transaction() as db:
            known_groups.set_groups_of(db, number, "tag", theirs, only_add=bool(found.only_adds))


def _ends(path: str) -> list[int]:
    """Where a tag's parents, and itself, end in its path."""
    return [place for place, letter in enumerate(path) if letter == "/"] + [len(path)]


def _in(immich: Immich, what: str, one: str) -> frozenset[str]:
    return immich.find_ids([{what: [one], "visibility": visibility} for visibility in _VISIBILITIES])


def _set_members(
    work: Work, db: sqlite3.Connection, found: Gathered, number: int, members: frozenset[str]
) -> set[int]:
    """Gives who came or left."""
    numbers = set(known.numbers(work.library, found.server, members))
    return known_groups.set_members(db, number, numbers, only_add=bool(found.only_adds))


def _let_go(work: Work, found: Gathered, missing: list[GroupRow], ask: Callable[[str], object]) -> None:
    """What a list lacks is gone only where the server also says so of it alone. Of very many a part answers for all,
    or a reset server could never be followed; what that takes out of files is held for a person anyway."""
    if found.only_adds or not missing:
        return
    asked = missing[:: -(-len(missing) // _GONE_AT_ONCE)]
    gone = [group for group in asked if _is_gone(work, ask, group)]
    if len(asked) < len(missing):
        if len(gone) < len(asked):
            raise Incomplete(f"{len(missing)} that were there before are missing from a list at once.")
        gone = missing
    for group in gone:
        with work.library.transaction() as db:
            members = known_groups.members_of(db, group.id)
            known_groups.drop_group(db, group.id)
            known.forget_faces(db, members)


def _is_gone(work: Work, ask: Callable[[str], object], group: GroupRow) -> bool:
    work.check()
    try:
        ask(group.known)
    except NotAvailable:
        return True
    return False


def faces(work: Work, immich: Immich, found: Gathered) -> None:
    """Boxes that were never asked for, one request an asset; and once a day those that were looked at longest ago."""
    wanted = known.without_faces(work.library, found.server)
    _ask_faces(work, immich, found, wanted)
    now = work.clock.now()
    last = found.row.faces_at
    if last and now - datetime.fromisoformat(last) < timedelta(days=1):
        return
    if last:
        part = -(-known.with_people(work.library, found.server) // _ROUND_DAYS)
        done = {number for number, _ in wanted}
        oldest = known.oldest_faces(work.library, found.server, part)
        _ask_faces(work, immich, found, [one for one in oldest if one[0] not in done])
    found.row = msgspec.structs.replace(found.row, faces_at=now.isoformat(timespec="seconds"))


def _ask_faces(work: Work, immich: Immich, found: Gathered, wanted: list[tuple[int, str]]) -> None:
    persons = Persons(work.library, found.server)
    done = 0
    with ThreadPoolExecutor(4, thread_name_prefix="faces") as pool:
        for chunk in batches(wanted, _FACES_AT_ONCE):
            work.check()
            work.report({"doing": "Asking where faces are", "album": found.server, "done": done, "of": len(wanted)})
            told = list(pool.map(lambda one: (one[0], _faces_of(immich, one[1])), chunk))
            with work.library.transaction() as db:
                for number, people in told:
                    if people is not None:
                        _note_faces(work, db, found, persons, number, people)
            done += len(chunk)


def _note_faces(
    work: Work,
    db: sqlite3.Connection,
    found: Gathered,
    persons: Persons,
    number: int,
    people: tuple[PersonInPhoto, ...],
) -> None:
    named = {persons.number(db, one) for one in people if one.name and not one.hidden}
    known_groups.set_groups_of(db, number, "person", named, only_add=bool(found.only_adds))
    known.put_faces(db, number, pack_boxes(people), now=work.clock.now())
    known.seen_faces(db, number, now=work.clock.now())


def _faces_of(immich: Immich, asset: str) -> tuple[PersonInPhoto, ...] | None:
    try:
        return immich.faces(asset)
    except NotAvailable:
        return None
