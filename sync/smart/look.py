"""Looks at smart albums: their rules tied to the server, its photos judged, and a plan for each. Changes nothing.

Albums of one server are looked at together, so that a search is made once for all of them. What is wrong with one
(its rule, its album, one of its searches) is its own problem; nothing is planned for it then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sync.errors import MantelpieceError, UsageError
from sync.immich.facts import AlbumInfo
from sync.immich.reader import Reader
from sync.library import smart as rows
from sync.library.smart import SmartRow, State
from sync.settings.tree import Mode, Smart
from sync.smart import proof, rules
from sync.smart.bind import Directory, bind, refuse_unseen
from sync.smart.gather import NEWEST, OF_ONE_RULE, OLDEST, Asked, gather
from sync.smart.plan import Ledger, Plan, make
from sync.smart.proof import Prover
from sync.smart.rules import Rule
from sync.smart.target import refuse_rivals, target_of
from sync.smart.written import digest_of, rule_of
from sync.today import today
from sync.work import Work


@dataclass
class Looked:
    """One smart album, and what was found; `plan` only where there is no problem."""

    smart: Smart
    before: SmartRow
    row: SmartRow
    """As it is to be written once the plan is applied; without an album where it must be made first."""
    target: AlbumInfo | None = None
    rule: Rule | None = None
    ledger: Ledger = field(default_factory=Ledger)
    plan: Plan | None = None
    names: dict[str, str] = field(default_factory=dict)
    listed: str = ""
    """Why its photos were listed; empty where it was proved without that there is nothing to do, and then there is no
    plan."""
    asked: Asked | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    """Of the albums that count, from before they were listed."""
    cover: str = ""
    """The photo for the front, where the newest or oldest is wanted."""
    only_added: str = ""
    """Why nothing is removed in this run."""
    problem: MantelpieceError | None = None


def look(
    work: Work, immich: Reader, albums: list[Smart], *, with_names: bool = False, confirmed: str | None = None,
    asked_for: bool = True,
) -> list[Looked]:  # fmt: skip
    """Look at albums of one server; where nobody `asked_for` it, what is proved to be as it was is not listed. Raises
    what concerns all of them: Unreachable, KeyRefused, Cancelled, …"""
    directory, day, prover = Directory(immich), today(work), Prover(immich)
    version = str(immich.version())
    seen: list[tuple[Looked, Asked, frozenset[str]]] = []
    done: list[Looked] = []
    for smart in albums:
        work.check()
        before = rows.get(work.library, smart.name) or SmartRow(name=smart.name)
        looked = Looked(smart, before, before)
        done.append(looked)
        try:
            _tied(work, looked, directory, day=day, version=version)
            looked.listed = "a person asked" if asked_for else _why_listed(work, looked, prover)
            if looked.listed:
                seen.append(_begun(looked, directory, prover))
        except OF_ONE_RULE as error:
            looked.problem = error
    asked = [one for _, one, _ in seen]
    if asked:
        gather(immich, directory, asked, today=day, check=work.check, with_names=with_names)
    for looked, one, members in seen:
        try:
            _planned(looked, one, members, immich, confirmed=confirmed)
        except OF_ONE_RULE as error:
            looked.problem = error
    return done


def _why_listed(work: Work, looked: Looked, prover: Prover) -> str:
    if not work.clock.trusted():
        return "the clock is not set yet"
    assert looked.rule is not None
    return prover.why_listed(looked.smart, looked.rule, looked.before, looked.row, now=work.clock.now())


def _tied(work: Work, looked: Looked, directory: Directory, *, day: date, version: str) -> None:
    """The rule and the album on the server, by their ids. Raises UsageError, ServerError."""
    smart, before = looked.smart, looked.before
    rule = bind(rule_of(smart), directory)
    refuse_unseen(rule, directory.me, partners=smart.partners)
    moving = rules.moves(rule)
    if moving and not work.clock.trusted():
        raise UsageError("The clock is not set yet, and this rule goes by the calendar.", advice="It waits until then.")
    target = target_of(smart, before, directory)
    others = [one for one in work.settings.smart if one.name != smart.name]
    refuse_rivals(smart, target, ((one, rows.get(work.library, one.name)) for one in others))
    digest = digest_of(smart)
    looked.target, looked.rule = target, rule
    looked.row = SmartRow(
        name=smart.name,
        server=smart.server,
        wanted=smart.album or smart.name,
        album=target.id if target else "",
        rule=digest,
        day=day.isoformat() if moving else "",
        version=version,
        account=directory.me,
        total=before.total,
    )
    if target is not None:
        known = rows.added(work.library, target.id)
        looked.ledger = Ledger(known[State.ADDED], known[State.ASKED], known[State.OUT])
        looked.only_added = _doubt(looked)


def _begun(looked: Looked, directory: Directory, prover: Prover) -> tuple[Looked, Asked, frozenset[str]]:
    """Who is in the album, and what to ask of photos. Raises ServerError."""
    smart, before, target, rule = looked.smart, looked.before, looked.target, looked.rule
    assert rule is not None
    same = target is not None and target.id == before.album and before.rule == looked.row.rule
    then = date.fromisoformat(before.day) if before.day and same else None
    if not proof.untold(rule):
        looked.tokens = prover.tokens_of(rule, target.id if target else "")
    # Listed before the photos are: one that goes to the trash between the two must not look taken out by hand.
    members = directory.immich.album_members(target.id) if target else frozenset()
    asked = Asked(smart.name, rule, smart.partners, then)
    if smart.cover in (NEWEST, OLDEST):
        asked.cover, asked.passed_over = smart.cover, looked.ledger.out | (looked.ledger.ours - members)
    looked.asked = asked
    return looked, asked, members


def _doubt(looked: Looked) -> str:
    """Why a run may only add: the first after an upgrade, or with the key of another account."""
    before, row = looked.before, looked.row
    if not before.version or before.album != row.album:
        return ""
    if before.account != row.account:
        return "the key is of another account than before"
    if before.version != row.version:
        return f"the server has version {row.version} now, after {before.version}"
    return ""


def _planned(looked: Looked, one: Asked, members: frozenset[str], immich: Reader, *, confirmed: str | None) -> None:
    if one.problem is not None:
        raise one.problem
    if looked.target is not None and looked.smart.mode is not Mode.OWN and (looked.ledger.ours & one.matched) - members:
        # What looks taken out by hand may have come from the trash since: it counts only if it is still missing now.
        now = immich.album_members(looked.target.id)
        members = members | (now & looked.ledger.ours)
    looked.names = one.names
    looked.cover = one.front[1] if one.front is not None else ""
    looked.plan = make(
        matched=one.matched,
        members=members,
        ledger=looked.ledger,
        mode=looked.smart.mode,
        faded=one.faded,
        rewritten=bool(looked.before.rule) and looked.before.rule != looked.row.rule,
        only_add=bool(looked.only_added),
        confirmed=confirmed,
    )
