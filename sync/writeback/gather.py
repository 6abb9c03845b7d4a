"""Asks a server what is new, with few requests, and notes in the library which files that concerns.

Assets: those updated since the last look (and for three days more, since people are recognised after a photo is
read), all of them once a week. Nothing is concluded of a list that is not proved whole, and the first look after an
upgrade or with another account's key only adds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from sync.errors import Incomplete, NotAvailable, PermissionMissing, SchemaDrift, ServerFailure
from sync.immich.facts import Asset
from sync.immich.server import Immich
from sync.library import known, known_groups, meta
from sync.library.known import ServerRow
from sync.settings.writeback import Module, Root
from sync.work import Work
from sync.writeback import gather_groups
from sync.writeback.paths import Mapping
from sync.writeback.remembered import facts_of, pack_boxes, pack_facts, pack_proof

OF_ONE_LIST = (Incomplete, NotAvailable, PermissionMissing, SchemaDrift, ServerFailure)
"""Says nothing of the server's other lists."""
VISIBILITIES = ("timeline", "archive")
WHOLE_EVERY = timedelta(days=7)
_AGAIN = timedelta(days=3)
"""What was updated so recently is looked at again: who is in it is found out later, and moves no time."""
_MARGIN = timedelta(seconds=120)
"""API and database may have clocks of their own."""


@dataclass
class Gathered:
    """What came of a look at one server."""

    server: str
    row: ServerRow
    mapping: Mapping
    only_adds: str = ""
    """Why nothing was taken out of what is known."""
    fresh: dict[int, str] = field(default_factory=dict)
    """Ids of assets of which anything is new, by number."""
    problems: list[str] = field(default_factory=list)
    whole: bool = False


def gather(work: Work, immich: Immich, name: str, roots: Collection[Root], *, whole: bool = False) -> Gathered:
    """Bring what the library knows of the server up to date. Raises what ends the run: Unreachable, KeyRefused, …"""
    modules = {module for root in roots for module in root.modules}
    found = _begin(work, immich, name, roots, whole=whole)
    _remap(work, found, roots)
    lists: list[tuple[str, Callable[[], None]]] = []
    if modules & {Module.PEOPLE, Module.FACES}:
        lists.append(("people", lambda: gather_groups.people(work, immich, found)))
    lists.append(("photos", lambda: _assets(work, immich, found)))
    if Module.ALBUMS in modules:
        lists.append(("albums", lambda: gather_groups.albums(work, immich, found)))
    if Module.TAGS in modules:
        lists.append(("tags", lambda: gather_groups.tags(work, immich, found)))
    if Module.FACES in modules:
        lists.append(("faces", lambda: gather_groups.faces(work, immich, found)))
    for what, look in lists:
        work.check()
        try:
            look()
        except OF_ONE_LIST as error:
            found.problems.append(f"What {name} knows of {what} is as it was before: {error.sentence}")
    with work.library.transaction() as db:
        known.put_server(db, found.row)
    return found


def _begin(work: Work, immich: Immich, name: str, roots: Collection[Root], *, whole: bool) -> Gathered:
    version, account = str(immich.version()), immich.me()
    before = known.server(work.library, name)
    row = before or ServerRow(name=name, account=account, version=version)
    found = Gathered(name, row, Mapping(roots))
    if row.account != account:
        found.only_adds = "the key is of another account than before"
    elif row.version != version:
        found.only_adds = f"the server has version {version} now, after {row.version}"
    old = not row.whole_at or work.clock.now() - datetime.fromisoformat(row.whole_at) >= WHOLE_EVERY
    found.whole = whole or old or bool(found.only_adds) or not row.since
    found.row = msgspec.structs.replace(row, account=account, version=version)
    return found


def _remap(work: Work, found: Gathered, roots: Collection[Root]) -> None:
    """Assets whose root is another since the settings changed."""
    told = sorted((root.name, root.prefix, root.folder) for root in roots)
    key, wanted = f"writeback mapping {found.server}", msgspec.json.encode(told).decode()
    if meta.get(work.library, key) == wanted:
        return
    moved = []
    for number, root, packed in known.facts(work.library, found.server):
        place = found.mapping.place(facts_of(packed).path)
        if root != (place.root if place else ""):
            moved.append((number, place.root if place else ""))
    with work.library.transaction() as db:
        for number, root in moved:
            known.move(db, number, root)
        meta.put(db, key, wanted)


def _assets(work: Work, immich: Immich, found: Gathered) -> None:
    persons = gather_groups.Persons(work.library, found.server)
    if found.whole:
        _all(work, immich, found, persons)
        return
    moment: datetime | None = None
    since = datetime.fromisoformat(found.row.since) - _AGAIN
    for visibility in VISIBILITIES:
        question = {"visibility": visibility, "updatedAfter": since.isoformat()}
        for assets, at in immich.pages(question):
            moment = moment or at
            if at is not None and at < since + _AGAIN - _MARGIN:
                # The server's clock was set back: what was updated since has a time before the one that is asked from.
                found.whole = True
                _all(work, immich, found, persons, now=at)
                return
            _note(work, immich, found, persons, assets)
    if moment is not None:
        found.row = msgspec.structs.replace(found.row, since=(moment - _MARGIN).isoformat())


def _all(
    work: Work, immich: Immich, found: Gathered, persons: gather_groups.Persons, *, now: datetime | None = None
) -> None:
    """List everything. `now` is the server's own time, where some assets may have a later one."""
    latest = datetime(1970, 1, 1, tzinfo=UTC)
    with work.library.transaction() as db:
        known.begin_listing(db)
    for visibility in VISIBILITIES:
        for page in immich.find({"visibility": visibility}):
            assets = [one.asset for one in page]
            # By the server's own clock: this device's may be wrong.
            latest = max([latest, *(asset.updated_at for asset in assets)])
            _note(work, immich, found, persons, assets)
    with work.library.transaction() as db:
        known.mark_gone(db, found.server)
    latest = min(latest, now - _MARGIN) if now else latest
    whole_at = work.clock.now().isoformat(timespec="seconds")
    found.row = msgspec.structs.replace(found.row, whole_at=whole_at, since=latest.isoformat())


def _note(work: Work, immich: Immich, found: Gathered, people: gather_groups.Persons, assets: Iterable[Asset]) -> None:
    work.check()
    mine = [asset for asset in assets if asset.owner_id == found.row.account]
    boxed = immich.boxes_come_with_people()
    with work.library.transaction() as db:
        numbers = []
        for asset in mine:
            before = known.find_asset(work.library, found.server, asset.id) if found.only_adds else None
            place = found.mapping.place(asset.original_path)
            number, fresh = known.put_asset(
                db,
                found.server,
                asset.id,
                root=place.root if place else "",
                stamp=asset.updated_at.isoformat(),
                facts=pack_facts(asset, before.facts if before else None),
                proof=pack_proof(asset),
            )
            numbers.append(number)
            who, only_add = people.numbers(db, asset), bool(found.only_adds)
            moved = known_groups.set_groups_of(db, number, "person", who, only_add=only_add)
            if fresh:
                found.fresh[number] = asset.id
            if boxed:
                known.put_faces(db, number, pack_boxes(asset.people), now=work.clock.now())
            elif moved:
                known.forget_faces(db, [number])
        if found.whole:
            known.saw(db, numbers)
    work.report({"doing": "Asking what Immich knows", "album": found.server, "done": len(found.fresh)})
