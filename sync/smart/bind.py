"""Ties a rule to a server: every name becomes an id, or the rule is refused with the nearest names.

Names are looked up anew for every run, so a person who was renamed, merged or deleted, or who has a namesake by now,
stops the album's run and never silently matches everything or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from sync.errors import NotAvailable, RuleError, UsageError
from sync.immich.answers import Person
from sync.immich.choose import choose, folded
from sync.immich.facts import AlbumInfo
from sync.immich.reader import Reader
from sync.smart import rules
from sync.smart.rules import Named, Rule

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Directory:
    """Who and what is on a server; each list is asked for once, and only when a rule needs it."""

    def __init__(self, immich: Reader) -> None:
        self.immich = immich

    @cached_property
    def me(self) -> str:
        return self.immich.me()

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {person.id: person for person in self.immich.people()}

    @cached_property
    def _tags(self) -> list[tuple[str, str]]:
        return [(tag.id, tag.path) for tag in self.immich.tags()]

    @cached_property
    def albums(self) -> list[AlbumInfo]:
        """My own and those shared with me."""
        return self.immich.albums()

    @cached_property
    def _partners(self) -> list[tuple[str, str]]:
        return self.immich.partners()

    @property
    def root_tags(self) -> list[str]:
        """Ids of the tags that have no parent: with their children they are all tags."""
        return [tag for tag, path in self._tags if "/" not in path]

    def person(self, who: Named) -> Person:
        """Raises UsageError: unknown (with the nearest names), or several of that name (with their ids)."""
        if is_id(who.name) and who.name.lower() not in self._people:
            try:
                # Unnamed persons with few faces are in no list.
                return self.immich.person(who.name.lower())
            except NotAvailable:
                raise RuleError(f"There is no person with the id {who.name}; perhaps it was merged.") from None
        found, _ = choose(who.name, [(one.id, one.name) for one in self._people.values()], what="person")
        return self._people[found]

    def tag(self, tag: Named) -> str:
        """A tag's id by its whole path, or by its last part where that is unique."""
        paths = {folded(path) for _, path in self._tags}
        if folded(tag.name.strip()) in paths or is_id(tag.name):
            return choose(tag.name, self._tags, what="tag")[0]
        ends = [(one, path.rpartition("/")[2]) for one, path in self._tags]
        return choose(tag.name, [*ends, *self._tags], what="tag")[0]

    def album(self, album: Named) -> str:
        """The id of an album that this key can read."""
        return choose(album.name, [(one.id, one.name) for one in self.albums], what="album")[0]

    def owner(self, who: Named) -> str:
        """A user's id: mine, or a partner's."""
        if who.name.casefold() == "me":
            return self.me
        return choose(who.name, [*self._partners, (self.me, "me")], what="partner")[0]


def is_id(text: str) -> bool:
    """Whether it has the form of Immich's ids."""
    return _ID.fullmatch(text) is not None


def bind(rule: Rule, directory: Directory) -> Rule:
    """The same rule with ids in it. Raises RuleError, ServerError."""
    if isinstance(rule, rules.All | rules.Any_ | rules.None_):
        return type(rule)(tuple(bind(part, directory) for part in rule.parts))
    binder = _BINDERS.get(type(rule))
    if binder is None:
        return rule
    try:
        bound: Rule = binder(rule, directory)
    except RuleError:
        raise
    except UsageError as error:
        raise RuleError(error.sentence, advice=error.advice, **error.facts) from None
    return bound


def refuse_unseen(rule: Rule, me: str, *, partners: bool) -> None:
    """A photo of somebody else's that the rule asks for, and that nobody looks at, would just be missing. Takes a rule
    with ids in it; raises RuleError."""
    if isinstance(rule, rules.All | rules.Any_):
        for part in rule.parts:
            refuse_unseen(part, me, partners=partners)
    elif isinstance(rule, rules.Owner) and not partners and me not in {one.id for one in rule.who}:
        names = " or ".join(repr(one.name) for one in rule.who)
        raise RuleError(f"Photos of {names} are looked at only where partners' are.", advice="Set partners = true.")


def _each(known: Iterable[Named], find: Callable[[Named], str]) -> tuple[Named, ...]:
    return tuple(Named(one.name, find(one)) for one in known)


def _people(test: rules.People, directory: Directory) -> Rule:
    if test.who is None:
        return test
    found = [(one, directory.person(one)) for one in test.who]
    return replace(test, who=tuple(Named(person.name or one.name, person.id) for one, person in found))


def _birthday(test: rules.Birthday, directory: Directory) -> Rule:
    person = directory.person(test.who)
    born = (person.birth_date or "")[:10].split("-")
    if len(born) != 3:
        raise RuleError(f"{person.name or test.who.name} has no date of birth in Immich.")
    return rules.Birthday(Named(person.name or test.who.name, person.id), (int(born[1]), int(born[2])))


def _tags(test: rules.Tags, directory: Directory) -> Rule:
    return test if test.tags is None else replace(test, tags=_each(test.tags, directory.tag))


_BINDERS: dict[type, Callable[[Any, Directory], Rule]] = {
    rules.People: _people,
    rules.Birthday: _birthday,
    rules.Tags: _tags,
    rules.InAlbum: lambda test, directory: replace(test, albums=_each(test.albums, directory.album)),
    rules.Owner: lambda test, directory: replace(test, who=_each(test.who, directory.owner)),
}
