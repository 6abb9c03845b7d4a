"""Every test of a rule against a second opinion: the plainest words for it, written without a look at the first."""

from __future__ import annotations

import math
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from fnmatch import fnmatchcase
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.immich.facts import Found, Kind, Visibility
from sync.smart import rules
from sync.smart.evaluate import predicate
from sync.smart.parse import parse
from sync.smart.rules import Named, Rule
from sync.smart.surroundings import Surroundings
from tests.sync.smart.photos import ANNA, BEN, CARL, NAMES, SHY, STRANGER, photo

IDS = {name: person for person, name in NAMES.items() if name}
TAGGED, HUNG = {"t1": {1, 2, 3}, "t2": {3, 4}}, {"a1": {1, 5}, "a2": {5, 6}}
TODAYS = [date(2026, 11, 21), date(2024, 2, 29), date(2025, 2, 28), date(2026, 3, 31), date(2026, 1, 1)]



def several(*words: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)


how = st.sampled_from(("OR", "AND", "NOT"))
EDGES = [date(2024, 2, 29), date(2023, 2, 28), date(2025, 12, 31), date(2023, 1, 1), date(2026, 10, 22)]
DAYS = st.one_of(st.sampled_from(EDGES), st.dates(date(2022, 12, 1), date(2026, 12, 31)))
LEAVES: list[st.SearchStrategy[dict[str, Any]]] = [
    st.fixed_dictionaries({"people": several("Anna", "Ben", "Carl", "Shy"), "unnamed": st.booleans(),
                           "hidden": st.booleans(), "operator": st.sampled_from([*rules.Operator])}),
    st.fixed_dictionaries({"nobody": st.booleans(), "unnamed": st.booleans()}),
    st.fixed_dictionaries({"favourite": st.booleans()}),
    st.fixed_dictionaries({"type": several("photo", "video", "live", "panorama")}),
    st.fixed_dictionaries({"after": DAYS}), st.fixed_dictionaries({"before": DAYS}),
    st.fixed_dictionaries({"between": st.tuples(DAYS, DAYS).map(sorted)}),
    st.fixed_dictionaries({"last": st.sampled_from(("1 day", "6 weeks", "1 month", "13 months", "2 years"))}),
    st.fixed_dictionaries({"this_day": st.sampled_from((True, 0, 1, 30))}),
    st.fixed_dictionaries({"rating": st.sampled_from((1, -1, "none", {"min": 3}, {"max": 3}, {"min": -1, "max": 2}))}),
    st.fixed_dictionaries({"tags": several("t1", "t2"), "operator": how}),
    st.fixed_dictionaries({"untagged": st.booleans()}),
    st.fixed_dictionaries({"in_album": several("a1", "a2"), "operator": how}),
    st.fixed_dictionaries({"not_in_album": several("a1", "a2")}),
    st.fixed_dictionaries({"city": several("Graz", "g*", "?ien", "Wien [1]")}),
    st.fixed_dictionaries({"file_name": several("img_*", "\u00fcbung ?.*", "*[12].JPG", "sea [2023].jpg")}),
    st.fixed_dictionaries({"description": st.sampled_from(("SEA", "U\u0308BER", "100%"))}),
    st.fixed_dictionaries({"near": st.fixed_dictionaries({
        "latitude": st.sampled_from((47, 89)), "longitude": st.sampled_from((15, 179)), "km": st.just(600)})}),
    st.fixed_dictionaries({"orientation": several("landscape", "portrait", "square")}),
    st.fixed_dictionaries({"megapixels": st.sampled_from(({"min": 1}, {"max": 2}, {"min": 1, "max": 2}))}),
    st.fixed_dictionaries({"visibility": several("timeline", "archive")}),
]  # fmt: skip
TREES = st.recursive(
    st.one_of(LEAVES),
    lambda inner: st.dictionaries(
        st.sampled_from(("all", "any", "none")), st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=2
    ),
    max_leaves=6,
)
MOMENTS = st.builds(datetime.combine, DAYS, st.sampled_from((time(), time(12), time(23, 59, 59, 999999))))
PHOTOS = st.builds(
    lambda number, people, **facts: (number, photo(*people, **facts)),
    st.integers(1, 7),
    st.lists(st.sampled_from((ANNA, BEN, CARL, STRANGER, SHY)), max_size=3, unique=True),
    taken=MOMENTS, favourite=st.booleans(),
    kind=st.sampled_from((Kind.IMAGE, Kind.VIDEO)), live_video_id=st.sampled_from((None, "v")),
    panorama=st.booleans(), rating=st.sampled_from((None, 0, -1, 1, 3, 5)),
    city=st.sampled_from((None, "Graz", "Wien", "Wien [1]", "graz")),
    file_name=st.sampled_from(("IMG_1.JPG", "U\u0308bung 1.png", "Sea [2023].jpg", "sea 2.jpg")),
    caption=st.sampled_from((None, "by the sea", "\u00dcber", "100% sure")),
    latitude=st.sampled_from((None, 48.2, 89.5)), longitude=st.sampled_from((None, 16.4, -179.0)),
    width=st.sampled_from((0, 1000, 2000)), height=st.sampled_from((0, 1000, 1500)),
    visibility=st.sampled_from((Visibility.TIMELINE, Visibility.ARCHIVE)),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(tree=TREES, shot=PHOTOS, today=st.sampled_from(TODAYS))
def test_a_rule_means_what_its_plainest_words_say(tree: dict[str, Any], shot: tuple[int, Found], today: date) -> None:
    number, found = shot
    name = found.asset.id
    sets: dict[tuple[str, str], set[str]] = {("tagged", ""): {name} if number < 5 else set()}
    sets |= {("tag", tag): {name} if number in has else set() for tag, has in TAGGED.items()}
    sets |= {("album", album): {name} if number in has else set() for album, has in HUNG.items()}
    judge = predicate(tied(parse(tree)), Surroundings(today, "me", sets))
    assert judge(found) is Naive(number, found, today).all(tree)


def tied(rule: Rule) -> Rule:
    """With ids for names, as a server would give them."""
    if isinstance(rule, rules.All | rules.Any_ | rules.None_):
        return type(rule)(tuple(tied(part) for part in rule.parts))
    if isinstance(rule, rules.People) and rule.who is not None:
        who = tuple(Named(one.name, IDS[one.name]) for one in rule.who)
        return rules.People(rule.operator, who, rule.unnamed, rule.hidden)
    if isinstance(rule, rules.Tags) and rule.tags is not None:
        return rules.Tags(rule.operator, tuple(Named(one.name, one.name) for one in rule.tags))
    if isinstance(rule, rules.InAlbum):
        return rules.InAlbum(rule.operator, tuple(Named(one.name, one.name) for one in rule.albums))
    return rule


def letters(text: str) -> str:
    return unicodedata.normalize("NFC", text.lower())


def fits(pattern: str, text: str) -> bool:
    patterns = (letters(pattern), letters(pattern).replace("[", "[[]"))
    return any(fnmatchcase(letters(text), one) for one in patterns)


def on(year: int, month: int, day: int) -> date:
    """That day, or the last one of its month."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def back(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return on(year, month + 1, today.day)


class Naive:
    """What the words of a rule say of one photo."""

    def __init__(self, number: int, found: Found, today: date) -> None:
        self.number, self.found, self.asset, self.today = number, found, found.asset, today
        self.day = found.asset.local_time.date()

    def all(self, tree: dict[str, Any]) -> bool:
        words = {key: value for key, value in tree.items() if key not in ("operator", "unnamed", "hidden")}
        return all(self.one(key, value, tree) for key, value in words.items())

    def one(self, key: str, value: Any, tree: dict[str, Any]) -> bool:
        asset, found = self.asset, self.found
        sized = bool(found.width and found.height)
        says: dict[str, Callable[[], bool]] = {
            "all": lambda: all(self.all(part) for part in value),
            "any": lambda: any(self.all(part) for part in value),
            "none": lambda: not any(self.all(part) for part in value),
            "people": lambda: self.people({IDS[name] for name in value}, tree),
            "nobody": lambda: self.nobody(tree) is value,
            "favourite": lambda: asset.favourite is value,
            "type": lambda: any(self.type(one) for one in value),
            "after": lambda: self.day > value,
            "before": lambda: self.day < value,
            "between": lambda: value[0] <= self.day <= value[1],
            "last": lambda: self.last(*value.split()),
            "this_day": lambda: self.this_day(0 if value is True else value),
            "rating": lambda: self.rating(value),
            "tags": lambda: self.member([self.number in TAGGED[tag] for tag in value], tree),
            "untagged": lambda: (self.number >= 5) is value,
            "in_album": lambda: self.member([self.number in HUNG[album] for album in value], tree),
            "not_in_album": lambda: not any(self.number in HUNG[album] for album in value),
            "city": lambda: asset.city is not None and any(self.place(one, asset.city) for one in value),
            "file_name": lambda: any(fits(one, asset.file_name) for one in value),
            "description": lambda: letters(value) in letters(asset.caption or ""),
            "near": lambda: self.near(**value),
            "orientation": lambda: sized and self.shape() in value,
            "megapixels": lambda: sized and value.get("min", 0) <= self.pixels() <= value.get("max", math.inf),
            "visibility": lambda: asset.visibility.value in value,
        }
        return says[key]()

    def people(self, who: set[str], tree: dict[str, Any]) -> bool:
        have = self.seen(tree, who)
        return {
            "OR": bool(have & who), "AND": who <= have, "NOT": not have & who, "ONLY": have == who,
            "ONLY_ANY": bool(have) and have <= who,
        }[tree["operator"]]  # fmt: skip

    def nobody(self, tree: dict[str, Any]) -> bool:
        return not self.seen(tree, set())

    def seen(self, tree: dict[str, Any], who: set[str]) -> set[str]:
        left_out = set() if tree.get("unnamed", True) else {STRANGER}
        left_out |= set() if tree.get("hidden", True) else {SHY}
        return {person.id for person in self.asset.people} - (left_out - who)

    def type(self, kind: str) -> bool:
        image = self.asset.kind is Kind.IMAGE
        return {"photo": image, "video": not image, "live": image and bool(self.asset.live_video_id),
                "panorama": image and self.found.panorama}[kind]  # fmt: skip

    def last(self, count: str, unit: str) -> bool:
        months = {"month": 1, "year": 12}.get(unit.rstrip("s"))
        days = {"day": 1, "week": 7}.get(unit.rstrip("s"), 0)
        first = back(self.today, int(count) * months) if months else self.today - timedelta(days=int(count) * days)
        return first < self.day <= self.today

    def this_day(self, around: int) -> bool:
        years = range(self.day.year - 1, self.day.year + 2)
        apart = [abs(self.day - on(year, self.today.month, self.today.day)).days for year in years]
        if (self.day.month, self.day.day) == (2, 29):
            apart += [abs(self.today - on(self.today.year + step, 2, 29)).days for step in (-1, 0, 1)]
        return min(apart) <= around and self.day < self.today - timedelta(days=around)

    def rating(self, wanted: Any) -> bool:
        stars = self.asset.rating or None
        if isinstance(wanted, dict):
            return stars is not None and wanted.get("min", -5) <= stars <= wanted.get("max", 5)
        return stars == (None if wanted == "none" else wanted)

    def member(self, inside: list[bool], tree: dict[str, Any]) -> bool:
        return {"OR": any(inside), "AND": all(inside), "NOT": not any(inside)}[tree["operator"]]

    def place(self, wanted: str, city: str) -> bool:
        return fits(wanted, city) if set(wanted) & set("*?[") else wanted == city

    def near(self, latitude: float, longitude: float, km: float) -> bool:
        if self.asset.latitude is None or self.asset.longitude is None:
            return False
        a, b = math.radians(latitude), math.radians(self.asset.latitude)
        turn = math.radians(self.asset.longitude - longitude)
        cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn)
        return 6371.0088 * math.acos(max(-1.0, min(1.0, cosine))) <= km

    def shape(self) -> str:
        width, height = self.found.width, self.found.height
        return "square" if width == height else "landscape" if width > height else "portrait"

    def pixels(self) -> float:
        return self.found.width * self.found.height / 1e6
