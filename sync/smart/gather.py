"""Lists a server once for many rules: the widest of their searches, judged page by page, so that no listing is ever
held whole and no search is made twice.

A search that fails or is not proved whole spoils the rules that need it, and no other. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Set
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from sync.errors import (
    Incomplete,
    MantelpieceError,
    NotAvailable,
    PermissionMissing,
    RuleError,
    SchemaDrift,
    ServerFailure,
    UsageError,
)
from sync.immich.facts import Found
from sync.immich.reader import Reader
from sync.immich.unchanged import narrowed
from sync.smart import rules
from sync.smart.bind import Directory
from sync.smart.evaluate import Predicate, ids_of, predicate
from sync.smart.narrow import Params, covers, narrow, widest
from sync.smart.rules import Rule
from sync.smart.surroundings import SetKey, Surroundings

OF_ONE_RULE = (Incomplete, NotAvailable, PermissionMissing, SchemaDrift, ServerFailure, UsageError)
"""Says nothing of the server's other albums."""


NEWEST, OLDEST = "newest", "oldest"


@dataclass
class Asked:
    """One rule, tied to the server, and what was found for it."""

    name: str
    rule: Rule
    partners: bool = False
    then: date | None = None
    """The day of the last run: what matched on it and does no more left with the calendar."""
    matched: set[str] = field(default_factory=set)
    faded: set[str] = field(default_factory=set)
    """Matched on the day of the last run, by the same facts, and does not today."""
    cover: str = ""
    """newest or oldest: which of what matched is wanted for the front."""
    passed_over: Set[str] = frozenset()
    """Never for the front: a person took them out."""
    front: tuple[datetime, str] | None = None
    """When the one for the front was taken, and its id."""
    tokens: dict[str, str] = field(default_factory=dict)
    """By search (its question as JSON): proves later that nothing changed there."""
    names: dict[str, str] = field(default_factory=dict)
    """File names of what matched, where they are wanted."""
    problem: MantelpieceError | None = None
    """Why nothing may be concluded."""


@dataclass(frozen=True)
class Search:
    """One search and the rules that are judged by what it finds."""

    question: Params
    asked: tuple[Asked, ...]


def searches(asked: Iterable[Asked], today: date) -> list[Search]:
    """The fewest searches that find enough for every rule."""
    wanted: list[tuple[Params, Asked]] = []
    for one in asked:
        days = [today] if one.then is None or not rules.moves(one.rule) else [today, one.then]
        for day in days:
            for params in narrow(one.rule, day) or [{}]:
                wanted += [({**params, "visibility": value}, one) for value in rules.visibilities(one.rule)]
    chosen = widest(params for params, _ in wanted)
    users: list[dict[int, Asked]] = [{} for _ in chosen]
    for params, one in wanted:
        for wide, mine in zip(chosen, users, strict=True):
            if covers(wide, params):
                mine[id(one)] = one
                break
    return [Search(params, tuple(mine.values())) for params, mine in zip(chosen, users, strict=True)]


def gather(
    immich: Reader,
    directory: Directory,
    asked: list[Asked],
    *,
    today: date,
    check: Callable[[], None],
    with_names: bool = False,
) -> None:
    """Fill in what matches each rule. Raises what ends the run for all of them: Unreachable, KeyRefused, Cancelled."""
    planned = searches(asked, today)
    around = Surroundings(today, directory.me, _sets(immich, directory, _needed(planned)))
    for search in planned:
        users = [one for one in search.asked if one.problem is None]
        if not users:
            continue
        here = around.granting(search.question.get("tagIds", ()))
        judges = [(one, predicate(one.rule, here), _faded(one, here)) for one in users]
        persons = _Persons(search, users)
        try:
            for page in immich.find(
                search.question, measured=_measured(users), keys=_keys(users), told=persons.told
            ):
                check()
                persons.count(page)
                for one, now, then in judges:
                    _take(page, one, now, then, me=directory.me, with_names=with_names)
        except OF_ONE_RULE as error:
            for one in users:
                one.problem = error


class _Persons:
    """Counts persons whom a search does not ask for itself, and makes tokens of it: with one of them more or less in a
    photo no photo is updated, but the search for that person too finds another number."""

    def __init__(self, search: Search, users: list[Asked]) -> None:
        self._search = search
        known = set(search.question.get("personIds", ()))
        self._of = [(one, {person for test in rules.tests_of(one.rule) if isinstance(test, rules.People)
                           for person in ids_of(test.who or ())} - known) for one in users]  # fmt: skip
        self._counts = dict.fromkeys((person for _, persons in self._of for person in persons), 0)

    def count(self, page: list[Found]) -> None:
        """The next page of the search."""
        counts = self._counts
        if not counts:
            return
        for found in page:
            for person in {person.id for person in found.asset.people}:
                if person in counts:
                    counts[person] += 1

    def told(self, token: str) -> None:
        """The search was proved whole."""
        question = self._search.question
        for one, persons in self._of:
            one.tokens[_written(question)] = token
            for person in persons:
                asked = {**question, "personIds": sorted({*question.get("personIds", ()), person})}
                one.tokens[_written(asked)] = narrowed(token, self._counts[person])


def _written(question: Params) -> str:
    return msgspec.json.encode(question, order="sorted").decode()


def matching(
    immich: Reader, directory: Directory, one: Asked, *, today: date, check: Callable[[], None]
) -> Iterator[tuple[Found, bool]]:
    """Every photo that fits one rule, each once, and whether it did so only on the day of the last run.

    Raises Incomplete where a search is not proved whole, after what it found; what stands in the way of a set."""
    planned = searches([one], today)
    around = Surroundings(today, directory.me, _sets(immich, directory, _needed(planned)))
    if one.problem is not None:
        raise one.problem
    seen: set[str] = set()
    for search in planned:
        here = around.granting(search.question.get("tagIds", ()))
        now, then = predicate(one.rule, here), _faded(one, here)
        for page in immich.find(search.question, measured=_measured([one]), keys=_keys([one])):
            check()
            for found in page:
                asset = found.asset
                if asset.id in seen or not (one.partners or asset.owner_id == directory.me):
                    continue
                fits = now(found)
                if fits or (then is not None and then(found)):
                    seen.add(asset.id)
                    yield found, not fits


def _faded(one: Asked, around: Surroundings) -> Predicate | None:
    # A day that lies ahead: the calendar went back, and nobody's time has passed by that.
    if one.then is None or one.then >= around.today or not rules.moves(one.rule):
        return None
    return predicate(one.rule, around.on(one.then))


def _take(
    page: list[Found], one: Asked, now: Predicate, then: Predicate | None, *, me: str, with_names: bool
) -> None:
    for found in page:
        asset = found.asset
        if not one.partners and asset.owner_id != me:
            continue
        if now(found):
            one.matched.add(asset.id)
            if with_names:
                one.names[asset.id] = asset.file_name
            if one.cover and asset.id not in one.passed_over:
                _look_at_front(one, (asset.created_at, asset.id))
        elif then is not None and then(found):
            one.faded.add(asset.id)


def _look_at_front(one: Asked, candidate: tuple[datetime, str]) -> None:
    if one.front is None or (candidate > one.front) is (one.cover == NEWEST):
        one.front = candidate


def _measured(users: list[Asked]) -> bool:
    """Whether a rule needs the size of a picture."""
    return any(
        isinstance(test, rules.Orientation | rules.Megapixels)
        or (isinstance(test, rules.TypeIs) and rules.Type.PANORAMA in test.types)
        for one in users
        for test in rules.tests_of(one.rule)
    )


def _keys(users: list[Asked]) -> Collection[str]:
    return {test.key for one in users for test in rules.tests_of(one.rule) if isinstance(test, rules.Key)}


def _needed(planned: list[Search]) -> list[tuple[Asked, list[SetKey]]]:
    """The sets that each rule asks: not those of tags that every photo of its search has, by the search itself."""
    needed = []
    for search in planned:
        granted = {("tag", tag) for tag in search.question.get("tagIds", ())}
        needed += [(one, [key for key in sets_of(one.rule) if key not in granted]) for one in search.asked]
    return needed


def _sets(
    immich: Reader, directory: Directory, needed: list[tuple[Asked, list[SetKey]]]
) -> dict[SetKey, frozenset[str]]:
    """Every set that a rule needs, each asked for once; one that cannot be had spoils its rules alone."""
    visible = sorted({value for one, _ in needed for value in rules.visibilities(one.rule)})
    known: dict[SetKey, frozenset[str]] = {}
    failed: dict[SetKey, MantelpieceError] = {}
    for one, keys in needed:
        for key in keys:
            if key not in known and key not in failed:
                try:
                    known[key] = _set(immich, directory, key, visible)
                except OF_ONE_RULE as error:
                    failed[key] = error
            if key in failed and one.problem is None:
                one.problem = failed[key]
    return known


def surroundings(immich: Reader, directory: Directory, rule: Rule, today: date) -> Surroundings:
    """What judging one rule needs. Raises what stands in the way of one of its sets."""
    one = Asked("", rule)
    around = Surroundings(today, directory.me, _sets(immich, directory, [(one, sets_of(rule))]))
    if one.problem is not None:
        raise one.problem
    return around


def sets_of(rule: Rule) -> list[SetKey]:
    """Which sets a rule asks."""
    keys: list[SetKey] = []
    for test in rules.tests_of(rule):
        if isinstance(test, rules.Tags):
            keys += [("tagged", "")] if test.tags is None else [("tag", tag) for tag in sorted(ids_of(test.tags))]
        elif isinstance(test, rules.InAlbum):
            keys += [("album", album) for album in sorted(ids_of(test.albums))]
        elif isinstance(test, rules.LooksLike):
            keys.append(("looks", f"{test.top} {test.text}"))
    return keys


def _set(immich: Reader, directory: Directory, key: SetKey, visible: list[str]) -> frozenset[str]:
    kind, what = key
    if kind == "album":
        return immich.album_members(what)
    if kind == "looks":
        top, _, text = what.partition(" ")
        try:
            return immich.find_alike(text, int(top))
        except NotAvailable as error:
            raise RuleError(f"The server cannot search for what photos look like: {error.sentence}") from None
    tags = directory.root_tags if kind == "tagged" else [what]
    return immich.find_ids([{"tagIds": [tag], "visibility": value} for tag in tags for value in visible])
