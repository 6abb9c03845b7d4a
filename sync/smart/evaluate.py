"""Whether a photo matches a rule: the specification of every rule, pure. Searches only spare it work (narrow.py).

`predicate` makes a function of a rule once, so that 100,000 photos cost one call each. The rule must be tied to a
server first (bind.py): a name without an id raises ValueError here, for it would match everything or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import date, timedelta
from typing import Any

from sync.immich.choose import folded
from sync.immich.facts import Found, Kind, PersonInPhoto
from sync.smart import rules
from sync.smart.calendar import birthday_in, first_day, same_day_in
from sync.smart.compare import compares, km_between, one_of_texts
from sync.smart.rules import Named, Operator, Rule, Shape, Type
from sync.smart.surroundings import Surroundings

Predicate = Callable[[Found], bool]


def predicate(rule: Rule, around: Surroundings) -> Predicate:
    """The rule as a function. Raises ValueError for a rule that is not tied to a server."""
    if isinstance(rule, rules.All | rules.Any_ | rules.None_):
        return _group(rule, [predicate(part, around) for part in rule.parts])
    return _MAKERS[type(rule)](rule, around)


def _group(rule: rules.All | rules.Any_ | rules.None_, parts: list[Predicate]) -> Predicate:
    # Plain loops: `all(generator)` costs three times as much for a photo.
    stop, verdict = (False, True) if isinstance(rule, rules.All) else (True, isinstance(rule, rules.None_))

    def judge(found: Found) -> bool:
        for part in parts:
            if part(found) is stop:
                return not verdict
        return verdict

    return judge


def ids_of(known: Iterable[Named]) -> frozenset[str]:
    """Their ids. Raises ValueError where one is not known."""
    found = frozenset(one.id for one in known)
    if "" in found:
        raise ValueError("a rule is judged only when its names are tied to ids")
    return found


def _people(test: rules.People, _around: Surroundings) -> Predicate:
    operator = test.operator
    wanted = None if test.who is None else ids_of(test.who)

    def counts(person: PersonInPhoto) -> bool:
        if wanted is not None and person.id in wanted:
            return True
        return (test.unnamed or bool(person.name)) and (test.hidden or not person.hidden)

    everybody = test.unnamed and test.hidden

    def judge(found: Found) -> bool:
        people = found.asset.people
        have = {person.id for person in people if everybody or counts(person)}
        return compares(operator, have, wanted)

    return judge


def _type(test: rules.TypeIs, _around: Surroundings) -> Predicate:
    def one(found: Found, kind: Type) -> bool:
        image = found.asset.kind is Kind.IMAGE
        match kind:
            case Type.PHOTO:
                return image
            case Type.VIDEO:
                return found.asset.kind is Kind.VIDEO
            case Type.LIVE:
                return image and found.asset.live_video_id is not None
            case Type.PANORAMA:
                return image and found.panorama

    return lambda found: any(one(found, kind) for kind in test.types)


def _taken(first: date | None, last: date | None) -> Predicate:
    def judge(found: Found) -> bool:
        day = found.asset.local_time.date()
        return (first is None or first <= day) and (last is None or day <= last)

    return judge


def _this_day(test: rules.ThisDay, around: Surroundings) -> Predicate:
    today, width = around.today, timedelta(days=test.around_days)

    def judge(found: Found) -> bool:
        day = found.asset.local_time.date()
        # Around New Year the nearest anniversary may lie in the year before or after.
        near = any(abs(day - same_day_in(today, day.year + step)) <= width for step in (-1, 0, 1))
        if not near and (day.month, day.day) == (2, 29):
            # Else it would come up every fourth year alone.
            near = any(abs(today - birthday_in((2, 29), today.year + step)) <= width for step in (-1, 0, 1))
        return near and day < today - width

    return judge


def _birthday(test: rules.Birthday, _around: Surroundings) -> Predicate:
    if test.day is None:
        raise ValueError("a birthday is judged only when it is known")
    month_day = test.day
    return lambda found: found.asset.local_time.date() == birthday_in(month_day, found.asset.local_time.year)


def _rating(test: rules.Rating, _around: Surroundings) -> Predicate:
    least, most = test.least, test.most
    if least is None and most is None:
        return lambda found: not found.asset.rating

    def judge(found: Found) -> bool:
        stars = found.asset.rating
        return bool(stars) and (least is None or stars >= least) and (most is None or stars <= most)  # type: ignore[operator]

    return judge


def _tags(test: rules.Tags, around: Surroundings) -> Predicate:
    if test.tags is None:
        tagged = around.sets["tagged", ""]
        return lambda found: (found.asset.id in tagged) is (test.operator is Operator.NOT)
    return _in_sets(test.operator, [around.sets["tag", tag] for tag in sorted(ids_of(test.tags))])


def _in_album(test: rules.InAlbum, around: Surroundings) -> Predicate:
    return _in_sets(test.operator, [around.sets["album", album] for album in sorted(ids_of(test.albums))])


def _in_sets(operator: Operator, sets: list[Container[str]]) -> Predicate:
    match operator:
        case Operator.AND:
            return lambda found: all(found.asset.id in members for members in sets)
        case Operator.NOT:
            return lambda found: not any(found.asset.id in members for members in sets)
        case _:
            return lambda found: any(found.asset.id in members for members in sets)


_READERS: dict[str, Callable[[Found], str | None]] = {
    "country": lambda found: found.asset.country,
    "state": lambda found: found.asset.state,
    "city": lambda found: found.asset.city,
    "make": lambda found: found.asset.make,
    "model": lambda found: found.asset.model,
    "lens": lambda found: found.asset.lens,
    "file_name": lambda found: found.asset.file_name,
    "path": lambda found: found.asset.original_path,
}


def _text(test: rules.Text, _around: Surroundings) -> Predicate:
    read = _READERS[test.field]
    # Names of files are never told apart by letter case alone: the replaced tool did not, and no memory card does.
    fits = one_of_texts(test.values, loose=test.field in ("file_name", "path"))

    def judge(found: Found) -> bool:
        text = read(found)
        return text is not None and fits(text)

    return judge


def _near(test: rules.Near, _around: Surroundings) -> Predicate:
    def judge(found: Found) -> bool:
        latitude, longitude = found.asset.latitude, found.asset.longitude
        if latitude is None or longitude is None:
            return False
        return km_between(test.latitude, test.longitude, latitude, longitude) <= test.km

    return judge


def _description(test: rules.Description, _around: Surroundings) -> Predicate:
    wanted = folded(test.text)
    return lambda found: wanted in folded(found.asset.caption or "")


def _owner(test: rules.Owner, _around: Surroundings) -> Predicate:
    wanted = ids_of(test.who)
    return lambda found: found.asset.owner_id in wanted


def _orientation(test: rules.Orientation, _around: Surroundings) -> Predicate:
    def judge(found: Found) -> bool:
        width, height = found.width, found.height
        if not width or not height:
            return False
        shape = Shape.SQUARE if width == height else Shape.LANDSCAPE if width > height else Shape.PORTRAIT
        return shape in test.shapes

    return judge


def _megapixels(test: rules.Megapixels, _around: Surroundings) -> Predicate:
    def judge(found: Found) -> bool:
        if not found.width or not found.height:
            return False
        size = found.width * found.height / 1e6
        return (test.least is None or size >= test.least) and (test.most is None or size <= test.most)

    return judge


def _looks_like(test: rules.LooksLike, around: Surroundings) -> Predicate:
    members = around.sets["looks", f"{test.top} {test.text}"]
    return lambda found: found.asset.id in members


def _key(test: rules.Key, _around: Surroundings) -> Predicate:
    key = test.key
    if test.operator in ("BEFORE", "AFTER"):
        limit = str((test.values or ("",))[0])

        def dated(found: Found) -> bool:
            value = found.keys.get(key)
            day = value[:10] if isinstance(value, str) else None
            return day is not None and (day < limit if test.operator == "BEFORE" else day > limit)

        return dated
    operator, wanted = Operator(test.operator), None if test.values is None else frozenset(test.values)

    def judge(found: Found) -> bool:
        value = found.keys.get(key)
        return compares(operator, set() if value is None else {value}, wanted)

    return judge


_MAKERS: dict[type, Callable[[Any, Surroundings], Predicate]] = {
    rules.People: _people,
    rules.Favourite: lambda test, _: lambda found: found.asset.favourite is test.wanted,
    rules.TypeIs: _type,
    rules.Taken: lambda test, _: _taken(test.first, test.last),
    rules.Last: lambda test, around: _taken(first_day(test, around.today), around.today),
    rules.ThisDay: _this_day,
    rules.Birthday: _birthday,
    rules.Rating: _rating,
    rules.Tags: _tags,
    rules.InAlbum: _in_album,
    rules.Text: _text,
    rules.Near: _near,
    rules.Description: _description,
    rules.Owner: _owner,
    rules.InLibrary: lambda test, _: lambda found: (found.asset.library_id or "") in test.ids,
    rules.Orientation: _orientation,
    rules.Megapixels: _megapixels,
    rules.VisibilityIs: lambda test, _: lambda found: found.asset.visibility.value in test.values,
    rules.LooksLike: _looks_like,
    rules.Key: _key,
}
