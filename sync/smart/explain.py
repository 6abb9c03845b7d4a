"""Tells a rule in words: "photos of Anna and Ben together, without Carl, of the last 2 years". Pure.

Every word of its own goes through `phrase`, which may put another language in its place (PHRASES are all there are);
names and texts of the rule stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sync.smart import rules
from sync.smart.rules import Named, Operator, Rule, Test, Type

Phrase = Callable[[str], str]

_PLURALS = {Type.PHOTO: "photos", Type.VIDEO: "videos", Type.LIVE: "live photos", Type.PANORAMA: "panoramas"}
_NOTHING_SAID = "photos and videos"
_PEOPLE = {
    Operator.OR: "of {either}", Operator.AND: "of {both} together", Operator.NOT: "without {either}",
    Operator.ONLY: "of exactly {both}, nobody else", Operator.ONLY_ANY: "of nobody but {either}",
}  # fmt: skip
_TAGS = {Operator.OR: "tagged {either}", Operator.AND: "tagged {both}", Operator.NOT: "not tagged {either}"}
_ALBUMS = {Operator.OR: "in the album {either}", Operator.AND: "in the album {both}",
           Operator.NOT: "not in the album {either}"}  # fmt: skip
_FIELDS = {
    "country": "in {either}", "state": "in {either}", "city": "in {either}", "make": "by a camera of {either}",
    "model": "by the camera {either}", "lens": "through the lens {either}", "file_name": "named {either}",
    "path": "whose path is {either}",
}  # fmt: skip
_LAST = {
    "days": ("of the last day", "of the last {count} days"),
    "weeks": ("of the last week", "of the last {count} weeks"),
    "months": ("of the last month", "of the last {count} months"),
    "years": ("of the last year", "of the last {count} years"),
}
_BOUNDS = {
    "stars": ("rated {least} to {most} stars", "rated {least} stars or more", "rated at most {most} stars"),
    "megapixels": ("with {least} to {most} megapixels", "with {least} megapixels or more",
                   "with at most {most} megapixels"),
}  # fmt: skip
_SHAPES = {"landscape": "landscape", "portrait": "portrait", "square": "square"}
_PLACES = {"timeline": "the timeline", "archive": "the archive", "hidden": "what is hidden"}
_SINGLE = (
    "{words} or {last}", "{words} and {last}", ", or ", "either", "without {either}", "but not those {test}",
    "with somebody in them", "with nobody in them", "of {either}", "(unnamed persons do not count)",
    "(hidden persons do not count)", "(unnamed and hidden persons do not count)", "taken from {first} to {last}",
    "taken after {first}", "taken before {last}", "taken at any time", "of this day in other years",
    "of this day in other years, give or take {days} days", "taken on {name}'s birthday", "without a rating",
    "rated {least} stars", "with any tag", "without a tag", "that are favourites", "that are no favourites",
    "that are {either}", "the uploads", "the library {id}", "in {either} format", "from {either}",
    "within {km} km of {latitude}, {longitude}", "whose description contains {text}", "owned by {either}",
    "among the first {top} that look like {text}", "with a {key}", "without a {key}", "whose {key} is {either}",
    "whose {key} is not {either}", "whose {key} is before {either}", "whose {key} is after {either}",
)  # fmt: skip
PHRASES = frozenset(
    [_NOTHING_SAID, *_PLURALS.values(), *_PEOPLE.values(), *_TAGS.values(), *_ALBUMS.values(), *_FIELDS.values(),
     *_SHAPES.values(), *_PLACES.values(), *_SINGLE, *(one for pair in _LAST.values() for one in pair),
     *(one for three in _BOUNDS.values() for one in three)]
)  # fmt: skip


def _english(phrase: str) -> str:
    return phrase


def explain(rule: Rule, phrase: Phrase = _english) -> str:
    """One sentence without its full stop."""
    return _Teller(phrase).whole(rule)


def say(test: Test, phrase: Phrase = _english) -> str:
    """One test, as it stands behind "photos": "of Anna", "rated 4 stars"."""
    return _Teller(phrase).test(test)


@dataclass(frozen=True)
class _Teller:
    phrase: Phrase

    def whole(self, rule: Rule) -> str:
        parts = list(rule.parts) if isinstance(rule, rules.All) else [rule]
        kinds = [part for part in parts if isinstance(part, rules.TypeIs)]
        head = self.phrase(_NOTHING_SAID)
        if kinds:
            head = self._both(self.phrase(_PLURALS[one]) for one in kinds[0].types)
            parts.remove(kinds[0])
        return " ".join([head, ", ".join(self._said(part) for part in parts)]).strip()

    def test(self, test: Test) -> str:
        return _TELLERS[type(test)](self, test)

    def _said(self, rule: Rule) -> str:
        if isinstance(rule, rules.All):
            return "(" + ", ".join(self._said(part) for part in rule.parts) + ")"
        if isinstance(rule, rules.Any_):
            inside = self.phrase(", or ").join(self._said(part) for part in rule.parts)
            return f"({self.phrase('either')} {inside})" if len(rule.parts) > 1 else inside
        if isinstance(rule, rules.None_):
            return ", ".join(self._refused(part) for part in rule.parts)
        return self.test(rule)

    def _refused(self, rule: Rule) -> str:
        if isinstance(rule, rules.People) and rule.operator is Operator.OR and rule.who is not None:
            return self._named("without {either}", rule.who) + self._counted(rule)
        return self._filled("but not those {test}", test=self._said(rule))

    def people(self, test: rules.People) -> str:
        if test.who is None:
            said = self.phrase("with somebody in them" if test.operator is Operator.NOT else "with nobody in them")
        elif test.operator is Operator.AND and len(test.who) == 1:
            said = self._named(_PEOPLE[Operator.OR], test.who)
        else:
            said = self._named(_PEOPLE[test.operator], test.who)
        return said + self._counted(test)

    def _counted(self, test: rules.People) -> str:
        ignored = [word for word, counts in (("unnamed", test.unnamed), ("hidden", test.hidden)) if not counts]
        return " " + self.phrase(f"({' and '.join(ignored)} persons do not count)") if ignored else ""

    def favourite(self, test: rules.Favourite) -> str:
        return self.phrase("that are favourites" if test.wanted else "that are no favourites")

    def kinds(self, test: rules.TypeIs) -> str:
        return self._filled("that are {either}", either=self._either(self.phrase(_PLURALS[one]) for one in test.types))

    def taken(self, test: rules.Taken) -> str:
        if test.first and test.last:
            return self._filled("taken from {first} to {last}", first=test.first, last=test.last)
        if test.first:
            return self._filled("taken after {first}", first=test.first - timedelta(days=1))
        if test.last:
            return self._filled("taken before {last}", last=test.last + timedelta(days=1))
        return self.phrase("taken at any time")

    def last(self, test: rules.Last) -> str:
        return self._filled(_LAST[test.unit][test.count > 1], count=test.count)

    def this_day(self, test: rules.ThisDay) -> str:
        if not test.around_days:
            return self.phrase("of this day in other years")
        return self._filled("of this day in other years, give or take {days} days", days=test.around_days)

    def birthday(self, test: rules.Birthday) -> str:
        return self._filled("taken on {name}'s birthday", name=test.who.name)

    def rating(self, test: rules.Rating) -> str:
        if test.least is None and test.most is None:
            return self.phrase("without a rating")
        if test.least == test.most:
            return self._filled("rated {least} stars", least=test.least)
        return self._bounds("stars", test.least, test.most)

    def _bounds(self, what: str, least: float | None, most: float | None) -> str:
        both, over, under = _BOUNDS[what]
        chosen = under if least is None else over if most is None else both
        return self._filled(chosen, least=f"{least or 0:g}", most=f"{most or 0:g}")

    def tags(self, test: rules.Tags) -> str:
        if test.tags is None:
            return self.phrase("with any tag" if test.operator is Operator.NOT else "without a tag")
        return self._named(_TAGS.get(test.operator, _TAGS[Operator.OR]), test.tags)

    def albums(self, test: rules.InAlbum) -> str:
        names = [f"{one.name!r}" for one in test.albums]
        wanted = _ALBUMS.get(test.operator, _ALBUMS[Operator.OR])
        return self._filled(wanted, either=self._either(names), both=self._both(names))

    def text(self, test: rules.Text) -> str:
        return self._filled(_FIELDS[test.field], either=self._either(test.values))

    def near(self, test: rules.Near) -> str:
        return self._filled("within {km} km of {latitude}, {longitude}", km=f"{test.km:g}",
                            latitude=f"{test.latitude:g}", longitude=f"{test.longitude:g}")  # fmt: skip

    def description(self, test: rules.Description) -> str:
        return self._filled("whose description contains {text}", text=repr(test.text))

    def owner(self, test: rules.Owner) -> str:
        return self._named("owned by {either}", test.who)

    def library(self, test: rules.InLibrary) -> str:
        named = (self._filled("the library {id}", id=one) if one else self.phrase("the uploads") for one in test.ids)
        return self._filled("of {either}", either=self._either(named))

    def orientation(self, test: rules.Orientation) -> str:
        shapes = self._either(self.phrase(_SHAPES[shape]) for shape in test.shapes)
        return self._filled("in {either} format", either=shapes)

    def megapixels(self, test: rules.Megapixels) -> str:
        return self._bounds("megapixels", test.least, test.most)

    def visibility(self, test: rules.VisibilityIs) -> str:
        return self._filled("from {either}", either=self._either(self.phrase(_PLACES[one]) for one in test.values))

    def looks_like(self, test: rules.LooksLike) -> str:
        return self._filled("among the first {top} that look like {text}", top=test.top, text=repr(test.text))

    def key(self, test: rules.Key) -> str:
        if test.values is None:
            return self._filled("with a {key}" if test.operator == Operator.NOT else "without a {key}", key=test.key)
        said = self._either(str(value).lower() if isinstance(value, bool) else str(value) for value in test.values)
        how = {"BEFORE": "before ", "AFTER": "after ", Operator.NOT.value: "not "}.get(str(test.operator), "")
        return self._filled(f"whose {{key}} is {how}{{either}}", key=test.key, either=said)

    def _named(self, phrase: str, known: Iterable[Named]) -> str:
        names = [one.name for one in known]
        return self._filled(phrase, either=self._either(names), both=self._both(names))

    def _filled(self, phrase: str, **values: object) -> str:
        return self.phrase(phrase).format_map(values)

    def _either(self, words: Iterable[str]) -> str:
        return self._joined(list(words), "{words} or {last}")

    def _both(self, words: Iterable[str]) -> str:
        return self._joined(list(words), "{words} and {last}")

    def _joined(self, words: list[str], phrase: str) -> str:
        return words[0] if len(words) == 1 else self._filled(phrase, words=", ".join(words[:-1]), last=words[-1])


_TELLERS: dict[type, Callable[[_Teller, Any], str]] = {
    rules.People: _Teller.people,
    rules.Favourite: _Teller.favourite,
    rules.TypeIs: _Teller.kinds,
    rules.Taken: _Teller.taken,
    rules.Last: _Teller.last,
    rules.ThisDay: _Teller.this_day,
    rules.Birthday: _Teller.birthday,
    rules.Rating: _Teller.rating,
    rules.Tags: _Teller.tags,
    rules.InAlbum: _Teller.albums,
    rules.Text: _Teller.text,
    rules.Near: _Teller.near,
    rules.Description: _Teller.description,
    rules.Owner: _Teller.owner,
    rules.InLibrary: _Teller.library,
    rules.Orientation: _Teller.orientation,
    rules.Megapixels: _Teller.megapixels,
    rules.VisibilityIs: _Teller.visibility,
    rules.LooksLike: _Teller.looks_like,
    rules.Key: _Teller.key,
}
