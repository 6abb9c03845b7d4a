"""Tells a rule in words: "photos of Anna and Ben together, without Carl, of the last 2 years". Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from sync.smart import rules
from sync.smart.rules import Named, Operator, Rule, Test, Type

_PLURALS = {Type.PHOTO: "photos", Type.VIDEO: "videos", Type.LIVE: "live photos", Type.PANORAMA: "panoramas"}
_NOTHING_SAID = "photos and videos"


def explain(rule: Rule) -> str:
    """One sentence without its full stop."""
    parts = list(rule.parts) if isinstance(rule, rules.All) else [rule]
    kinds = [part for part in parts if isinstance(part, rules.TypeIs)]
    head = _NOTHING_SAID
    if kinds:
        head = _either(_PLURALS[one] for one in kinds[0].types).replace(" or ", " and ")
        parts.remove(kinds[0])
    return " ".join([head, ", ".join(_said(part) for part in parts)]).strip()


def say(test: Test) -> str:
    """One test, as it stands behind "photos": "of Anna", "rated 4 stars"."""
    return _WORDS[type(test)](test)


def _said(rule: Rule) -> str:
    if isinstance(rule, rules.All):
        return "(" + ", ".join(_said(part) for part in rule.parts) + ")"
    if isinstance(rule, rules.Any_):
        inside = ", or ".join(_said(part) for part in rule.parts)
        return f"(either {inside})" if len(rule.parts) > 1 else inside
    if isinstance(rule, rules.None_):
        return " and ".join(_refused(part) for part in rule.parts)
    return say(rule)


def _refused(rule: Rule) -> str:
    if isinstance(rule, rules.People) and rule.operator is Operator.OR and rule.who is not None:
        return f"without {_either(_names(rule.who))}{_counted(rule)}"
    return f"but not {_said(rule)}"


def _people(test: rules.People) -> str:
    if test.who is None:
        said = "with somebody in them" if test.operator is Operator.NOT else "with nobody in them"
    else:
        names = _names(test.who)
        said = {
            Operator.OR: f"of {_either(names)}",
            Operator.AND: f"of {_both(names)}{' together' if len(names) > 1 else ''}",
            Operator.NOT: f"without {_either(names)}",
            Operator.ONLY: f"of exactly {_both(names)}, nobody else",
            Operator.ONLY_ANY: f"of nobody but {_either(names)}",
        }[test.operator]
    return said + _counted(test)


def _counted(test: rules.People) -> str:
    ignored = [word for word, counts in (("unnamed", test.unnamed), ("hidden", test.hidden)) if not counts]
    return f" ({' and '.join(ignored)} persons do not count)" if ignored else ""


def _taken(test: rules.Taken) -> str:
    if test.first and test.last:
        return f"taken from {test.first} to {test.last}"
    if test.first:
        return f"taken after {test.first - timedelta(days=1)}"
    return f"taken before {test.last + timedelta(days=1)}" if test.last else "taken at any time"


def _last(test: rules.Last) -> str:
    return f"of the last {test.count} {test.unit}" if test.count > 1 else f"of the last {test.unit[:-1]}"


def _this_day(test: rules.ThisDay) -> str:
    near = f", give or take {test.around_days} days" if test.around_days else ""
    return f"of this day in other years{near}"


def _rating(test: rules.Rating) -> str:
    if test.least is None and test.most is None:
        return "without a rating"
    if test.least == test.most:
        return f"rated {test.least} stars"
    return "rated " + _bounds(test.least, test.most, "stars")


def _bounds(least: float | None, most: float | None, unit: str) -> str:
    if least is not None and most is not None:
        return f"{least:g} to {most:g} {unit}"
    return f"{least:g} {unit} or more" if least is not None else f"at most {most:g} {unit}"


def _tags(test: rules.Tags) -> str:
    if test.tags is None:
        return "with any tag" if test.operator is Operator.NOT else "without a tag"
    return {Operator.AND: f"tagged {_both(_names(test.tags))}", Operator.NOT: f"not tagged {_either(_names(test.tags))}"
            }.get(test.operator, f"tagged {_either(_names(test.tags))}")  # fmt: skip


def _albums(test: rules.InAlbum) -> str:
    names = [f"{name!r}" for name in _names(test.albums)]
    if test.operator is Operator.NOT:
        return f"not in the album {_either(names)}"
    return f"in the album {_both(names) if test.operator is Operator.AND else _either(names)}"


_FIELDS = {
    "country": "in {}", "state": "in {}", "city": "in {}", "make": "by a camera of {}", "model": "by the camera {}",
    "lens": "through the lens {}", "file_name": "named {}", "path": "whose path is {}",
}  # fmt: skip


def _library(test: rules.InLibrary) -> str:
    return "of " + _either("the uploads" if not one else f"the library {one}" for one in test.ids)


def _key(test: rules.Key) -> str:
    if test.values is None:
        return f"with a {test.key}" if test.operator == Operator.NOT else f"without a {test.key}"
    said = _either(str(value).lower() if isinstance(value, bool) else str(value) for value in test.values)
    if test.operator in ("BEFORE", "AFTER"):
        return f"whose {test.key} is {test.operator.lower()} {said}"
    return f"whose {test.key} is {'not ' if test.operator == Operator.NOT else ''}{said}"


def _names(known: Iterable[Named]) -> list[str]:
    return [one.name for one in known]


def _either(words: Iterable[str]) -> str:
    return _joined(list(words), "or")


def _both(words: Iterable[str]) -> str:
    return _joined(list(words), "and")


def _joined(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


_WORDS: dict[type, Callable[[Any], str]] = {
    rules.People: _people,
    rules.Favourite: lambda test: "that are favourites" if test.wanted else "that are no favourites",
    rules.TypeIs: lambda test: "that are " + _either(_PLURALS[one] for one in test.types),
    rules.Taken: _taken,
    rules.Last: _last,
    rules.ThisDay: _this_day,
    rules.Birthday: lambda test: f"taken on {test.who.name}'s birthday",
    rules.Rating: _rating,
    rules.Tags: _tags,
    rules.InAlbum: _albums,
    rules.Text: lambda test: _FIELDS[test.field].format(_either(test.values)),
    rules.Near: lambda test: f"within {test.km:g} km of {test.latitude:g}, {test.longitude:g}",
    rules.Description: lambda test: f"whose description contains {test.text!r}",
    rules.Owner: lambda test: "owned by " + _either(_names(test.who)),
    rules.InLibrary: _library,
    rules.Orientation: lambda test: "in " + _either(test.shapes) + " format",
    rules.Megapixels: lambda test: "with " + _bounds(test.least, test.most, "megapixels"),
    rules.VisibilityIs: lambda test: "from " + _either({"timeline": "the timeline", "archive": "the archive",
                                                        "hidden": "what is hidden"}[one] for one in test.values),
    rules.LooksLike: lambda test: f"among the first {test.top} that look like {test.text!r}",
    rules.Key: _key,
}  # fmt: skip
