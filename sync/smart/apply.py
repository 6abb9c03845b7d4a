"""Carries a plan out on the server, a thousand photos at a time, and journals it so that it can be taken back.

What is asked is written down before it is asked, and what came of it afterwards, photo by photo: a lost answer leaves
a row that says so, never a photo that we put in and know nothing of.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from sync.errors import NotAvailable, ServerError, UsageError
from sync.immich.batches import batches
from sync.immich.choose import choose
from sync.immich.edit_album import Changed
from sync.immich.server import Immich
from sync.library import smart as rows
from sync.library.database import Library
from sync.library.smart import ChangeRow, SmartRow, State
from sync.settings.tree import Smart
from sync.smart import proof
from sync.smart.gather import NEWEST, OLDEST
from sync.smart.look import Looked
from sync.smart.plan import Plan
from sync.smart.proof import Prover


@dataclass
class Applied:
    """What became of a plan."""

    run: int | None = None
    created: bool = False
    added: int = 0
    removed: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """How many photos the server refused, by its word for why."""
    problems: list[str] = field(default_factory=list)


def apply(
    library: Library, immich: Immich, looked: Looked, *, now: datetime, check: Callable[[], None],
    asked_for: bool = False,
) -> Applied:  # fmt: skip
    """Do what the plan says but for what it holds. Raises ServerError, Cancelled: what was done until then stays done
    and stands in the journal."""
    plan, applied = looked.plan, Applied()
    assert plan is not None
    row = looked.row
    if plan.add and not row.album:
        row = looked.row = _make_album(immich, looked, applied)
    if plan.add or plan.remove:
        with library.transaction() as db:
            applied.run = rows.begin(db, row, plan=plan.id, created=applied.created, now=now)
            if applied.created:
                rows.put(db, row)
        changing = _Changing(library, immich, row.album, applied.run, applied, check)
        changing.add(plan.add)
        changing.remove([one.asset for one in plan.remove], looked.ledger.ours | looked.ledger.unsure)
    row = msgspec.structs.replace(row, total=plan.total - sum(applied.refused.values()), held=plan.reason or None)
    if row.album:
        applied.problems += dress(immich, looked.smart, row.album, cover=looked.cover)
    row = msgspec.structs.replace(row, proof=_proof(immich, looked, row, applied, now=now, asked_for=asked_for))
    if looked.only_added:
        # What stays for now left with the day or the rule of before: the next run must still know that.
        row = msgspec.structs.replace(row, day=looked.before.day, rule=looked.before.rule)
    _write(library, looked, row, plan)
    return applied


def _proof(
    immich: Immich, looked: Looked, row: SmartRow, applied: Applied, *, now: datetime, asked_for: bool
) -> str | None:
    """By what the next run can prove that there is nothing to do; None where something was left undone."""
    plan, before = looked.plan, looked.before.proof
    assert plan is not None and looked.asked is not None
    if plan.hold or applied.refused or applied.problems or looked.only_added or not row.album:
        return None
    tokens = looked.tokens
    if applied.run is not None and not proof.untold(looked.asked.rule):
        # Our own changes moved the album: it counts as it is now, if it holds just what we left in it.
        token = Prover(immich).token_of(row.album)
        whole = bool(token) and immich.album(row.album).asset_count == plan.total
        tokens = {**tokens, row.album: token} if whole else {}
    fresh = proof.made(looked.smart, looked.asked, row, tokens, now=now)
    # Asked for and nothing new: the older proof says the same, and nothing is written.
    return before if asked_for and before and applied.run is None and proof.alike(before, fresh) else fresh


def _make_album(immich: Immich, looked: Looked, applied: Applied) -> SmartRow:
    smart = looked.smart
    wanted = smart.album or smart.name
    # Made meanwhile: by another rule of the same run, or by a person.
    there = [album for album in immich.albums() if album.owned and album.name == wanted]
    applied.created = not there
    album = there[0] if there else immich.create_album(wanted, smart.description)
    return msgspec.structs.replace(looked.row, album=album.id)


@dataclass(frozen=True)
class _Changing:
    """One run's changes of one album, and where they are counted."""

    library: Library
    immich: Immich
    album: str
    run: int
    applied: Applied
    check: Callable[[], None]

    def add(self, assets: Sequence[str]) -> None:
        for chunk in batches(assets):
            self.check()
            with self.library.transaction() as db:
                rows.note(db, self.album, chunk, State.ASKED)
                rows.intend(db, self.run, [ChangeRow(asset, "add", True, None) for asset in chunk])
            told = self.immich.add_to_album(self.album, chunk)
            with self.library.transaction() as db:
                rows.note(db, self.album, told.done, State.ADDED)
                # Somebody else was quicker: it is theirs, and stays.
                rows.note(db, self.album, _not_done(told), None)
                _settled(db, self.run, told)
            self.applied.added += len(told.done)
            _count(self.applied, told)

    def remove(self, assets: Sequence[str], ours: Set[str]) -> None:
        for chunk in batches(assets):
            self.check()
            mine = [asset for asset in chunk if asset in ours]
            with self.library.transaction() as db:
                # Else what left, and nobody said so, would look taken out by a person, and stay out for ever.
                rows.note(db, self.album, mine, State.ASKED)
                rows.intend(db, self.run, [ChangeRow(asset, "remove", asset in ours, None) for asset in chunk])
            told = self.immich.take_from_album(self.album, chunk)
            with self.library.transaction() as db:
                rows.note(db, self.album, [*told.done, *told.was_so], None)
                rows.note(db, self.album, [asset for asset, _ in told.refused if asset in ours], State.ADDED)
                _settled(db, self.run, told)
            self.applied.removed += len(told.done)
            _count(self.applied, told)


def _not_done(told: Changed) -> list[str]:
    return [*told.was_so, *(asset for asset, _ in told.refused)]


def _settled(db: sqlite3.Connection, run: int, told: Changed) -> None:
    rows.settle(db, run, told.done, done=True)
    rows.settle(db, run, _not_done(told), done=False)


def _count(applied: Applied, told: Changed) -> None:
    for _, why in told.refused:
        applied.refused[why] = applied.refused.get(why, 0) + 1


def _write(library: Library, looked: Looked, row: SmartRow, plan: Plan) -> None:
    """What is new of the album; nothing where nothing is."""
    before = looked.before
    known = not row.album or rows.get(library, row.name) == row
    if known and not (plan.taken_out or plan.put_back or plan.arrived or plan.lost):
        return
    with library.transaction() as db:
        if row.album:
            rows.put(db, row)
            rows.note(db, row.album, plan.arrived, State.ADDED)
            rows.note(db, row.album, plan.lost, None)
            rows.note(db, row.album, plan.taken_out, State.OUT)
            rows.note(db, row.album, plan.put_back, None)
        elif before.problem is not None:
            rows.put(db, row)


def dress(immich: Immich, smart: Smart, album_id: str, *, cover: str = "") -> list[str]:
    """Give the album the description, order, cover and guests of the settings; asks nothing where none are set.
    `cover` is the photo for the front where the newest or oldest is wanted. What cannot be done is told and stops
    nothing."""
    if not (smart.description or smart.order or smart.cover or smart.viewers or smart.editors):
        return []
    try:
        worn = immich.album_dress(album_id)
        front = cover if smart.cover in (NEWEST, OLDEST) else smart.cover
        wanted = {"description": smart.description, "order": smart.order, "albumThumbnailAssetId": front}
        now = {"description": worn.description, "order": worn.order, "albumThumbnailAssetId": worn.cover_asset_id}
        values = {key: value for key, value in wanted.items() if value and value != now[key]}
        if values:
            immich.change_album(album_id, values)
        _share(immich, smart, album_id, worn.roles)
    except (ServerError, UsageError) as error:
        away = isinstance(error, ServerError) and error.exit_code == 3
        if away and not isinstance(error, NotAvailable) and "permission" not in error.facts:
            raise
        return [f"Its description, order, cover or guests could not be set: {error.sentence}"]
    return []


def _share(immich: Immich, smart: Smart, album_id: str, roles: dict[str, str]) -> None:
    if not (smart.viewers or smart.editors):
        return
    users = immich.users()
    guests = {choose(name, users, what="user")[0]: role
              for role, names in (("viewer", smart.viewers), ("editor", smart.editors)) for name in names}  # fmt: skip
    fresh = {user: role for user, role in guests.items() if user not in roles}
    if fresh:
        immich.share_album(album_id, fresh)
