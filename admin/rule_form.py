"""A rule as the fields of a form, and back: the common tests each in a field of their own, everything else as text.

Pure. `fields_of` and `rule_of` are each other's reverse: a rule that is opened and saved means the same afterwards.
Every field is read by the parser of the rules themselves, so that the form allows what a rule allows, and no more.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sync.errors import RuleError, UsageError
from sync.settings.text import written
from sync.smart.flat import parse_flat
from sync.smart.parse import parse
from sync.smart.rules import UNITS

Tree = dict[str, Any]
Fields = dict[str, str]

FIELDS = (
    "people", "people_how", "without", "favourite", "type", "when", "first", "last_day", "last", "last_unit", "tags",
    "tags_how", "rating", "country", "state", "city", "rest",
)  # fmt: skip
PEOPLE_HOW = ("OR", "AND", "ONLY", "ONLY_ANY")
TAGS_HOW = ("OR", "AND", "NOT")
TYPES = ("", "photo", "video", "live", "panorama")
RATINGS = ("", "1", "2", "3", "4", "5")
FAVOURITES = ("", "yes", "no")
WHENS = ("", "last", "this_day", "dates")
LONGEST_RULE = 20_000
_SEPARATOR = re.compile(r"[,\n\r]+")
_LAST = re.compile(rf"(\d+) ({'|'.join(UNITS)})")


@dataclass(frozen=True)
class Understood:
    """What a form says; a sentence for each field that makes no sense."""

    rule: Tree = field(default_factory=dict)
    filters: list[Tree] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def fields_of(rule: Mapping[str, Any], filters: object = ()) -> Fields:
    """What the form shows of a rule, or of the replaced tool's filters."""
    found: Fields = {}
    if filters:
        found["rest"] = json.dumps(filters, indent=2, ensure_ascii=False, default=str)
        return found
    left: list[Tree] = []
    for part in _parts(rule):
        fresh = _typed(part)
        if fresh and not _taken(fresh) & _taken(found):
            found |= fresh
        else:
            left.append(part)
    if left:
        found["rest"] = written(left[0] if len(left) == 1 else {"all": left})
    return found


def rule_of(fields: Mapping[str, str]) -> Understood:
    """The rule, or the filters, that the fields say; nothing of it where a field makes no sense."""
    parts: list[Tree] = []
    problems: dict[str, str] = {}
    for key, part in _asked(fields):
        try:
            parse(part)
            parts.append(part)
        except RuleError as error:
            problems[key] = error.sentence
    rest: Tree | list[Tree] = {}
    try:
        rest = read_text(fields.get("rest", ""))
        if isinstance(rest, list):
            parse_flat(rest)
            if parts:
                raise RuleError("Filters stand alone: leave the other fields empty, or write tests in their place.")
        elif rest:
            parse(rest)
    except UsageError as error:
        problems["rest"] = error.sentence
    if problems:
        return Understood(problems=problems)
    if isinstance(rest, list):
        return Understood(filters=rest)
    parts += _parts(rest)
    return Understood(rule=(parts[0] if len(parts) == 1 else {"all": parts}) if parts else {})


def _parts(rule: Mapping[str, Any]) -> Iterator[Tree]:
    """Each test that must hold, with the words that belong to it."""
    words = {key: value for key, value in rule.items() if key in ("operator", "unnamed", "hidden", "top")}
    tests = [(key, value) for key, value in rule.items() if key not in words]
    for key, value in tests:
        if key == "all" and isinstance(value, list | tuple):
            for part in value:
                if isinstance(part, Mapping):
                    yield from _parts(part)
        else:
            belongs = {"people": ("operator", "unnamed", "hidden"), "tags": ("operator",), "in_album": ("operator",),
                       "nobody": ("unnamed", "hidden"), "looks_like": ("top",)}.get(key, ())  # fmt: skip
            yield {key: value} | {word: told for word, told in words.items() if word in belongs}


def _typed(part: Tree) -> Fields:
    """The fields that say exactly this; none where there are none that do."""
    key, *words = part
    value = part[key]
    if key in _SIMPLE and not words:
        return _SIMPLE[key](value)
    if key == "people" and set(words) <= {"operator"}:
        how = str(part.get("operator", "OR")).upper()
        return {"people": _listed(value), "people_how": how} if _listed(value) and how in PEOPLE_HOW else {}
    if key == "tags" and set(words) <= {"operator"}:
        how = str(part.get("operator", "OR")).upper()
        return {"tags": _listed(value), "tags_how": how} if _listed(value) and how in TAGS_HOW else {}
    return {}


def _without(value: Any) -> Fields:
    """`none` of one test of people, whoever of them it is."""
    if not isinstance(value, list | tuple) or len(value) != 1 or not isinstance(value[0], dict):
        return {}
    (part,) = value
    return {"without": _listed(part["people"])} if part.keys() == {"people"} and _listed(part["people"]) else {}


def _last(value: Any) -> Fields:
    found = _LAST.fullmatch(value) if isinstance(value, str) else None
    return {"when": "last", "last": found[1], "last_unit": found[2]} if found else {}


def _between(value: Any) -> Fields:
    ends = [_moved(end, 0) for end in value] if isinstance(value, list | tuple) else []
    return {"when": "dates", "first": ends[0], "last_day": ends[1]} if len(ends) == 2 and all(ends) else {}


def _open(name: str, days: int) -> Callable[[Any], Fields]:
    return lambda value: {"when": "dates", name: day} if (day := _moved(value, days)) else {}


def _moved(day: Any, days: int) -> str:
    """The day that many days later; empty where there is none."""
    try:
        return (date.fromisoformat(str(day)) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return ""


def _one(name: str, known: tuple[str, ...]) -> Callable[[Any], Fields]:
    def read(value: Any) -> Fields:
        value = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
        return {name: value} if isinstance(value, str) and value in known else {}

    return read


def _place(name: str) -> Callable[[Any], Fields]:
    return lambda value: {name: _listed(value)} if _listed(value) else {}


def _rating(value: Any) -> Fields:
    least = value.get("min") if isinstance(value, dict) and value.keys() == {"min"} else None
    return {"rating": str(least)} if str(least) in RATINGS[1:] and isinstance(least, int) else {}


_SIMPLE: dict[str, Callable[[Any], Fields]] = {
    "none": _without,
    "favourite": lambda value: {"favourite": "yes" if value else "no"} if isinstance(value, bool) else {},
    "type": _one("type", TYPES[1:]),
    "last": _last,
    "this_day": lambda value: {"when": "this_day"} if value is True else {},
    "between": _between,
    "after": _open("first", 1),
    "before": _open("last_day", -1),
    "rating": _rating,
    "country": _place("country"),
    "state": _place("state"),
    "city": _place("city"),
}


def _asked(fields: Mapping[str, str]) -> Iterator[tuple[str, Tree]]:
    """The test of each field that was filled in, with the field's name."""
    people, without, tags = (names_in(fields.get(key, "")) for key in ("people", "without", "tags"))
    if people:
        yield "people", {"people": people} | _how(fields.get("people_how", "OR"))
    if without:
        yield "without", {"none": [{"people": without}]}
    if fields.get("favourite"):
        yield "favourite", {"favourite": fields["favourite"] == "yes"}
    if fields.get("type"):
        yield "type", {"type": fields["type"]}
    yield from _asked_when(fields)
    if tags:
        yield "tags", {"tags": tags} | _how(fields.get("tags_how", "OR"))
    if fields.get("rating"):
        stars = fields["rating"]
        yield "rating", {"rating": {"min": int(stars) if stars in RATINGS else stars}}
    for place in ("country", "state", "city"):
        if names := names_in(fields.get(place, "")):
            yield place, {place: names}


def _asked_when(fields: Mapping[str, str]) -> Iterator[tuple[str, Tree]]:
    kind, first, last = fields.get("when", ""), fields.get("first", ""), fields.get("last_day", "")
    if kind == "last":
        yield "last", {"last": f"{fields.get('last', '')} {fields.get('last_unit', 'days')}"}
    elif kind == "this_day":
        yield "when", {"this_day": True}
    elif kind == "dates" and first and last:
        yield "first", {"between": [first, last]}
    elif kind == "dates" and first:
        # A rule's "after" leaves the day itself out; the form's "from" does not.
        yield "first", {"after": _moved(first, -1) or first}
    elif kind == "dates" and last:
        yield "last_day", {"before": _moved(last, 1) or last}


def _how(operator: str) -> Tree:
    return {} if operator == "OR" else {"operator": operator}


def names_in(text: str) -> list[str]:
    """Names with commas or line ends between them."""
    return [name.strip() for name in _SEPARATOR.split(text) if name.strip()]


def _listed(value: Any) -> str:
    """Names as the form writes them; empty where a name could not be read back."""
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    sound = names and all(isinstance(name, str) and names_in(name) == [name] for name in names)
    return ", ".join(names) if sound else ""


def _taken(fields: Fields) -> set[str]:
    return set(fields) - {"rest"}


def read_text(text: str) -> Tree | list[Tree]:
    """TOML (with or without the outer braces), JSON, or the replaced tool's JSON list. Raises UsageError that says
    where it ends to make sense."""
    text = text.strip()
    if len(text) > LONGEST_RULE:
        raise UsageError(f"A rule has at most {LONGEST_RULE} characters.")
    if not text:
        return {}
    if text[0] in "{[" and not text.startswith("[["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            if _is_json(text):
                raise UsageError(f"This is not valid JSON: {error}.") from None
            return _braced(text)
        return found if isinstance(found, list) else dict(found)
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"This is not valid TOML: {error}.") from None


def _is_json(text: str) -> bool:
    """Whether its writer meant JSON: a list, or a table whose first name is quoted."""
    return text.startswith("[") or text[1:].lstrip().startswith('"')


def _braced(text: str) -> Tree:
    """A table as it stands behind `rule =` in the settings."""
    try:
        found = tomllib.loads(f"rule = {text}")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # Without its place, which would count the `rule =`.
        raise UsageError(f"This is not valid TOML: {str(error).split(' (at')[0]}.") from None
    rule = found["rule"]
    if not isinstance(rule, dict) or len(found) != 1:
        raise UsageError("This is not valid TOML: there is more than one table.")
    return rule
