"""Reads a rule as an owner writes it in settings.toml (or JSON): `{ all = [ { people = ["Anna"] }, … ] }`.

A table with several keys means all of them. RuleError names what is not understood and the nearest known word; a rule
is understood whole or not at all, for one that is half understood would match far too much.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sync.errors import RuleError, did_you_mean
from sync.smart import rules
from sync.smart.rules import UNITS, Named, Operator, Rule, Test

Tree = Mapping[str, Any]
Word = TypeVar("Word", bound=StrEnum)
_VISIBLE = ("timeline", "archive", "hidden")
_MOST_DEPTH = 20


def parse(tree: object, *, depth: int = 0) -> Rule:
    """The rule of a tree. Raises RuleError."""
    if not isinstance(tree, Mapping) or not tree:
        raise RuleError(f"A rule is a table such as {{ people = [\"Anna\"] }}, not {tree!r}.")
    if depth > _MOST_DEPTH:
        raise RuleError("The rule is nested too deeply.")
    parts: list[Rule] = []
    for key, value in tree.items():
        if key in _GROUPS:
            parts.append(_GROUPS[key](_parts(key, value, depth)))
        elif key in _TESTS:
            parts.append(_TESTS[key](value, tree))
        elif key not in _QUALIFIERS:
            known = [*_GROUPS, *_TESTS, *_QUALIFIERS]
            raise RuleError(f"{key!r} is no test of a rule.{did_you_mean(str(key), known)}")
        elif not _QUALIFIERS[key] & tree.keys():
            raise RuleError(f"{key!r} belongs to {' or '.join(sorted(_QUALIFIERS[key]))}.")
    return all_of(parts)


def all_of(parts: list[Rule]) -> Rule:
    """All of them, without a group inside the group."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, rules.All) else (part,))]
    return flat[0] if len(flat) == 1 else rules.All(tuple(flat))


def _parts(key: str, value: object, depth: int) -> tuple[Rule, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise RuleError(f"{key!r} needs a list of rules with at least one in it.")
    return tuple(parse(part, depth=depth + 1) for part in value)


def texts(key: str, value: object) -> tuple[str, ...]:
    """One text or several. Raises RuleError for none."""
    listed = list(value) if isinstance(value, list | tuple) else [value]
    found = tuple(text for text in listed if isinstance(text, str) and text.strip())
    if not found or len(found) < len(listed):
        raise RuleError(f"{key!r} needs a text or a list of texts, not {value!r}.")
    return found


def named(key: str, value: object) -> tuple[Named, ...]:
    """Persons, tags or albums as they are written, not yet looked up."""
    return tuple(Named(text) for text in texts(key, value))


def one_of(key: str, value: object, words: type[Word]) -> Word:
    """The word of that kind. Raises RuleError with the nearest one."""
    for word in words:
        if word.value == value:
            return word
    known = [word.value for word in words]
    hint = did_you_mean(str(value), known) or f" It is one of {', '.join(known)}."
    raise RuleError(f"{value!r} is not known for {key!r}.{hint}")


def day(key: str, value: object) -> date:
    """A day of TOML, or its text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise RuleError(f"{key!r} needs a day such as 2024-12-31, not {value!r}.") from None


def yes(key: str, value: object) -> bool:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise RuleError(f"{key!r} is true or false, not {value!r}.")
    return value


def number(key: str, value: object) -> float:
    """A number, whole or not."""
    # TOML knows nan and inf: beside them every comparison is false, and a rule matches nothing.
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RuleError(f"{key!r} needs a number, not {value!r}.")
    return value


def _operator(tree: Tree, *, known: tuple[Operator, ...]) -> Operator:
    given = tree.get("operator", "OR")
    found = one_of("operator", str(given).upper(), Operator)
    if found not in known:
        raise RuleError(f"{given!r} is not known here; it is one of {', '.join(known)}.")
    return found


def _people(value: object, tree: Tree) -> Test:
    who = named("people", value)
    return rules.People(_operator(tree, known=tuple(Operator)), who, *_counted(tree))


def _counted(tree: Tree) -> tuple[bool, bool]:
    return yes("unnamed", tree.get("unnamed", True)), yes("hidden", tree.get("hidden", True))


def _nobody(value: object, tree: Tree) -> Test:
    operator = Operator.OR if yes("nobody", value) else Operator.NOT
    return rules.People(operator, None, *_counted(tree))


def _tags(value: object, tree: Tree) -> Test:
    return rules.Tags(_operator(tree, known=(Operator.OR, Operator.AND, Operator.NOT)), named("tags", value))


def _albums(value: object, tree: Tree) -> Test:
    return rules.InAlbum(_operator(tree, known=(Operator.OR, Operator.AND, Operator.NOT)), named("in_album", value))


def _untagged(value: object, _tree: Tree) -> Test:
    return rules.Tags(Operator.OR if yes("untagged", value) else Operator.NOT, None)


def _types(value: object, _tree: Tree) -> Test:
    return rules.TypeIs(tuple(one_of("type", text.lower(), rules.Type) for text in texts("type", value)))


def _between(value: object, _tree: Tree) -> Test:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise RuleError("'between' needs two days.")
    first, last = day("between", value[0]), day("between", value[1])
    if first > last:
        raise RuleError(f"'between' goes from {first} back to {last}.")
    return rules.Taken(first, last)


def after(value: date) -> rules.Taken:
    """Later than that day, which does not belong to it. Raises RuleError."""
    if value == date.max:
        raise RuleError(f"No day comes after {value}.")
    return rules.Taken(first=value + timedelta(days=1))


def before(value: date) -> rules.Taken:
    """Earlier than that day. Raises RuleError."""
    if value == date.min:
        raise RuleError(f"No day comes before {value}.")
    return rules.Taken(last=value - timedelta(days=1))


def _last(value: object, _tree: Tree) -> Test:
    count, _, unit = value.strip().partition(" ") if isinstance(value, str) else ("", "", "")
    unit = unit.strip().lower()
    unit = unit if unit.endswith("s") else unit + "s"
    if not (count.isascii() and count.isdigit()) or not 0 < int(count) < 40_000 or unit not in UNITS:
        raise RuleError(f"'last' is written like \"30 days\" (or {', '.join(UNITS[1:])}), not {value!r}.")
    return rules.Last(int(count), unit)


def _this_day(value: object, _tree: Tree) -> Test:
    if value is True:
        return rules.ThisDay()
    around = number("this_day", value)
    if not isinstance(around, int) or not 0 <= around <= 30:
        raise RuleError("'this_day' is true, or how many days around it belong to it (at most 30).")
    return rules.ThisDay(around)


def _birthday(value: object, _tree: Tree) -> Test:
    return rules.Birthday(named("birthday", value)[0])


def _rating(value: object, _tree: Tree) -> Test:
    if value in ("none", "unrated"):
        return rules.Rating()
    least, most = _range("rating", value, _stars) if isinstance(value, Mapping) else (_stars(value), _stars(value))
    return rules.Rating(least, most)


def _stars(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -1 <= value <= 5 or value == 0:
        raise RuleError(f"'rating' is 1 to 5 stars, {{ min = … }} or \"none\", not {value!r}.")
    return value


def _range(key: str, value: Tree, kind: Callable[[object], Any]) -> tuple[Any, Any]:
    if not value or not value.keys() <= {"min", "max"}:
        raise RuleError(f"{key!r} needs {{ min = … }}, {{ max = … }} or both.")
    least, most = (None if value.get(end) is None else kind(value[end]) for end in ("min", "max"))
    if least is not None and most is not None and least > most:
        raise RuleError(f"{key!r} has a minimum above its maximum.")
    return least, most


def _megapixels(value: object, _tree: Tree) -> Test:
    if not isinstance(value, Mapping):
        raise RuleError("'megapixels' needs { min = … }, { max = … } or both.")
    return rules.Megapixels(*_range("megapixels", value, lambda size: float(number("megapixels", size))))


def _text(field: str, key: str) -> Callable[[object, Tree], Test]:
    # Immich writes letters composed; some keyboards and files do not.
    return lambda value, _tree: rules.Text(field, tuple(unicodedata.normalize("NFC", one) for one in texts(key, value)))


def _near(value: object, _tree: Tree) -> Test:
    if not isinstance(value, Mapping) or value.keys() != {"latitude", "longitude", "km"}:
        raise RuleError("'near' needs { latitude = …, longitude = …, km = … }.")
    place = rules.Near(*(float(number(f"near.{key}", value[key])) for key in ("latitude", "longitude", "km")))
    if not -90 <= place.latitude <= 90 or not -180 <= place.longitude <= 180 or place.km <= 0:
        raise RuleError("'near' lies outside of the Earth, or within no distance.")
    return place


def _library(value: object, _tree: Tree) -> Test:
    return rules.InLibrary(tuple("" if text == "uploads" else text for text in texts("library", value)))


def _orientation(value: object, _tree: Tree) -> Test:
    return rules.Orientation(tuple(one_of("orientation", t, rules.Shape) for t in texts("orientation", value)))


def visibility(value: object, _tree: Tree) -> Test:
    """Immich's own words, but for `locked`, which no key ever sees."""
    values = texts("visibility", value)
    for one in values:
        if one not in _VISIBLE:
            raise RuleError(f"{one!r} is not known for 'visibility'; it is one of {', '.join(_VISIBLE)}.")
    return rules.VisibilityIs(values)


def _looks_like(value: object, tree: Tree) -> Test:
    top = number("top", tree.get("top", 100))
    if not isinstance(top, int) or not 1 <= top <= 1000:
        raise RuleError("'top' is a whole number from 1 to 1000.")
    return rules.LooksLike(texts("looks_like", value)[0], top)


_GROUPS: dict[str, Callable[[tuple[Rule, ...]], Rule]] = {"all": rules.All, "any": rules.Any_, "none": rules.None_}
_TESTS: dict[str, Callable[[object, Tree], Test]] = {
    "people": _people,
    "nobody": _nobody,
    "favourite": lambda value, _: rules.Favourite(yes("favourite", value)),
    "favorite": lambda value, _: rules.Favourite(yes("favorite", value)),
    "is_favorite": lambda value, _: rules.Favourite(yes("is_favorite", value)),
    "type": _types,
    "asset_type": _types,
    "after": lambda value, _: after(day("after", value)),
    "before": lambda value, _: before(day("before", value)),
    "between": _between,
    "last": _last,
    "this_day": _this_day,
    "birthday": _birthday,
    "rating": _rating,
    "tags": _tags,
    "untagged": _untagged,
    "in_album": _albums,
    "not_in_album": lambda value, _: rules.InAlbum(Operator.NOT, named("not_in_album", value)),
    "country": _text("country", "country"),
    "state": _text("state", "state"),
    "city": _text("city", "city"),
    "near": _near,
    "make": _text("make", "make"),
    "camera": _text("model", "camera"),
    "lens": _text("lens", "lens"),
    "file_name": _text("file_name", "file_name"),
    "path": _text("path", "path"),
    "description": lambda value, _: rules.Description(texts("description", value)[0]),
    "owner": lambda value, _: rules.Owner(named("owner", value)),
    "library": _library,
    "orientation": _orientation,
    "megapixels": _megapixels,
    "visibility": visibility,
    "looks_like": _looks_like,
}
_QUALIFIERS = {
    "operator": {"people", "tags", "in_album"},
    "unnamed": {"people", "nobody"},
    "hidden": {"people", "nobody"},
    "top": {"looks_like"},
}
