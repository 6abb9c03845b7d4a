"""What the tests of a rule compare by: sets under an operator, texts with wildcards, distances. Pure."""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Callable, Iterable, Iterator, Set
from typing import Any

from sync.immich.choose import folded
from sync.smart.rules import Operator

_GLOB = re.compile(r"[*?\[]")
_EARTH_KM = 6371.0088


def compares(operator: Operator, have: Set[Any], wanted: Set[Any] | None) -> bool:
    """The replaced tool's truth table; `wanted` None is "has none", an empty one matches nothing."""
    if wanted is None:
        return bool(have) if operator is Operator.NOT else not have
    if not wanted:
        return False
    match operator:
        case Operator.OR:
            return not wanted.isdisjoint(have)
        case Operator.AND:
            return wanted <= have
        case Operator.NOT:
            return wanted.isdisjoint(have)
        case Operator.ONLY:
            return have == wanted
        case Operator.ONLY_ANY:
            return bool(have) and have <= wanted


def is_glob(text: str) -> bool:
    return _GLOB.search(text) is not None


def one_of_texts(values: Iterable[str], *, loose: bool) -> Callable[[str], bool]:
    """Whether a text is one of these, some with wildcards; `loose` minds no letter case, as wildcards never do."""
    exact = {value for value in values if not loose and not is_glob(value)}
    globs = [glob for value in values if value not in exact for glob in _globs(folded(value))]
    return lambda text: text in exact or any(glob.match(folded(text)) for glob in globs)


def _globs(value: str) -> Iterator[re.Pattern[str]]:
    yield re.compile(fnmatch.translate(value))
    if "[" in value:
        # The replaced tool read a choice of letters in it; a folder called "Sea [2023]" is meant as it is written.
        yield re.compile(fnmatch.translate(value.replace("[", "[[]")))


def km_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Along a great circle."""
    a, b = math.radians(latitude), math.radians(other_latitude)
    turn = math.radians(other_longitude - longitude)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
