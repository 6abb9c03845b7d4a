"""What a rule is: a tree of all, any and none over tests, as plain frozen data.

Made by parse.py (what an owner writes) and flat.py (what the replaced tool wrote), tied to a server's ids by bind.py,
told in words by explain.py, judged by evaluate.py, turned into searches by narrow.py. Nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

UNITS = ("days", "weeks", "months", "years")
"""Of what `last` counts."""


class Operator(StrEnum):
    """How what a photo has is compared with what is asked for; the replaced tool's words."""

    OR = "OR"
    AND = "AND"
    NOT = "NOT"
    ONLY = "ONLY"
    """Exactly these, all of them."""
    ONLY_ANY = "ONLY_ANY"
    """One or more of these, nobody else."""


class Type(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    LIVE = "live"
    PANORAMA = "panorama"


class Shape(StrEnum):
    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"


@dataclass(frozen=True)
class Named:
    """Somebody or something on the server as an owner writes it: a name or an id; `id` once it is known."""

    name: str
    id: str = ""


@dataclass(frozen=True)
class All:
    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class Any_:  # noqa: N801 - `Any` is typing's
    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class None_:  # noqa: N801
    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class People:
    """`who` None is nobody at all. Persons that are left out of the count are as if they were not in the photo."""

    operator: Operator
    who: tuple[Named, ...] | None
    unnamed: bool = True
    """Whether persons without a name count."""
    hidden: bool = True
    """Whether persons that are hidden in Immich count."""


@dataclass(frozen=True)
class Favourite:
    wanted: bool


@dataclass(frozen=True)
class TypeIs:
    types: tuple[Type, ...]


@dataclass(frozen=True)
class Taken:
    """On the calendar of the place where it was taken; both days belong to it."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Last:
    """The days up to today; moves on with the calendar."""

    count: int
    unit: str
    """One of UNITS."""


@dataclass(frozen=True)
class ThisDay:
    """Today's day and month in earlier years; moves on with the calendar."""

    around_days: int = 0


@dataclass(frozen=True)
class Birthday:
    """Taken on that person's birthday, in any year."""

    who: Named
    day: tuple[int, int] | None = None
    """Month and day, once they are known."""


@dataclass(frozen=True)
class Rating:
    """Both None: not rated."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Tags:
    """A tag stands for its children too. `tags` None is untagged."""

    operator: Operator
    tags: tuple[Named, ...] | None


@dataclass(frozen=True)
class InAlbum:
    operator: Operator
    albums: tuple[Named, ...]


@dataclass(frozen=True)
class Text:
    """One of these values, as Immich writes it; `*` and `?` stand for anything, and then letter case is ignored, as it
    always is in names and paths of files. `[ab]` is a letter of these, and itself."""

    field: str
    """country, state, city, make, model, lens, file_name or path."""
    values: tuple[str, ...]


@dataclass(frozen=True)
class Near:
    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True)
class Description:
    """Contains this text, whatever its letter case."""

    text: str


@dataclass(frozen=True)
class Owner:
    """`me` is whose key it is."""

    who: tuple[Named, ...]


@dataclass(frozen=True)
class InLibrary:
    """External libraries by id; the empty id is what was uploaded."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Orientation:
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Megapixels:
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class VisibilityIs:
    values: tuple[str, ...]


@dataclass(frozen=True)
class LooksLike:
    """Among the first `top` that the server's smart search finds for this text."""

    text: str
    top: int


@dataclass(frozen=True)
class Key:
    """A top-level key of Immich's own asset, compared as the replaced tool did. `values` None: the key has none."""

    key: str
    operator: str
    """One of Operator, BEFORE or AFTER."""
    values: tuple[Any, ...] | None


Test = (
    People | Favourite | TypeIs | Taken | Last | ThisDay | Birthday | Rating | Tags | InAlbum | Text | Near
    | Description | Owner | InLibrary | Orientation | Megapixels | VisibilityIs | LooksLike | Key
)  # fmt: skip
Rule = All | Any_ | None_ | Test


def tests_of(rule: Rule) -> Iterator[Test]:
    """Every test in the tree, from the left."""
    if isinstance(rule, All | Any_ | None_):
        for part in rule.parts:
            yield from tests_of(part)
    else:
        yield rule


def moves(rule: Rule) -> bool:
    """Whether what it matches changes with the calendar alone."""
    return any(isinstance(test, Last | ThisDay) for test in tests_of(rule))


def visibilities(rule: Rule) -> tuple[str, ...]:
    """What must be looked at: the timeline, and whatever a test of visibility names."""
    named = {value for test in tests_of(rule) if isinstance(test, VisibilityIs) for value in test.values}
    return tuple(sorted(named | {"timeline"}, reverse=True))
