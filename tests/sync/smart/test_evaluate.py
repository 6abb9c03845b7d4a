"""What each test of a rule lets in: the replaced tool's truth table, and one table for everything else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from sync.immich.facts import Found, Kind, Visibility
from sync.smart import rules
from sync.smart.compare import km_between
from sync.smart.evaluate import predicate
from sync.smart.parse import parse
from sync.smart.rules import Named, Operator, People
from sync.smart.surroundings import Surroundings
from tests.sync.smart.photos import ANNA, BEN, CARL, SHY, STRANGER, photo
from tests.sync.smart.truth import TRUTH

TODAY = date(2026, 11, 21)
AROUND = Surroundings(TODAY, "me")
PHOTOS = {
    "none": photo(), "A": photo(ANNA), "AB": photo(ANNA, BEN), "ABC": photo(ANNA, BEN, CARL),
    "A+unnamed": photo(ANNA, STRANGER), "C": photo(CARL),
}  # fmt: skip
IDS = {"A": ANNA, "B": BEN, "C": CARL}


def who(letters: str | None) -> tuple[Named, ...] | None:
    return None if letters is None else tuple(Named(letter, IDS[letter]) for letter in letters)


@pytest.mark.parametrize(("operator", "letters", "wanted"), TRUTH, ids=lambda value: str(value) or "nothing")
def test_the_operators_of_people_are_the_replaced_tools(operator: str, letters: str | None, wanted: str) -> None:
    judge = predicate(People(Operator(operator), who(letters)), AROUND)
    assert {name for name, found in PHOTOS.items() if judge(found)} == set(wanted.split())


@pytest.mark.parametrize(
    ("unnamed", "hidden", "let_in"),
    [(True, True, "A"), (False, True, "A A+unnamed"), (True, False, "A A+shy"),
     (False, False, "A A+unnamed A+shy A+unnamed+shy")],
)  # fmt: skip
def test_strangers_and_hidden_persons_count_or_do_not(unnamed: bool, hidden: bool, let_in: str) -> None:
    photos = {"A": photo(ANNA), "A+unnamed": photo(ANNA, STRANGER), "A+shy": photo(ANNA, SHY),
              "A+unnamed+shy": photo(ANNA, STRANGER, SHY)}  # fmt: skip
    judge = predicate(People(Operator.ONLY, who("A"), unnamed, hidden), AROUND)
    assert {name for name, found in photos.items() if judge(found)} == set(let_in.split())


def test_a_hidden_person_that_is_asked_for_counts() -> None:
    assert predicate(People(Operator.ONLY, (Named("Shy", SHY),), hidden=False), AROUND)(photo(SHY))


VIENNA = {"latitude": 48.2085, "longitude": 16.3721, "city": "Vienna", "country": "Austria"}
CASES: dict[str, tuple[dict[str, Any], Found, Found]] = {
    "favourite": ({"favourite": True}, photo(favourite=True), photo()),
    "no favourite": ({"favourite": False}, photo(), photo(favourite=True)),
    "the replaced tool's alias": ({"is_favorite": True}, photo(favourite=True), photo()),
    "video": ({"type": "video"}, photo(kind=Kind.VIDEO), photo()),
    "live": ({"type": "live"}, photo(live_video_id="x"), photo()),
    "panorama": ({"type": "panorama"}, photo(panorama=True), photo()),
    "after, without the day itself": (
        {"after": "2024-05-06"},
        photo(taken=datetime(2024, 5, 7)),
        photo(taken=datetime(2024, 5, 6, 23, 59)),
    ),
    "before, without the day itself": (
        {"before": "2024-05-06"},
        photo(taken=datetime(2024, 5, 5, 23, 59)),
        photo(taken=datetime(2024, 5, 6)),
    ),
    "between, with both days": (
        {"between": ["2024-05-05", date(2024, 5, 6)]},
        photo(),
        photo(taken=datetime(2024, 5, 7)),
    ),
    "last 30 days": (
        {"last": "30 days"},
        photo(taken=datetime(2026, 10, 23)),
        photo(taken=datetime(2026, 10, 22, 23, 59)),
    ),
    "last 2 years": (
        {"last": "2 years"},
        photo(taken=datetime(2024, 11, 22)),
        photo(taken=datetime(2024, 11, 21, 23, 59)),
    ),
    "the last days end today": (
        {"last": "1 day"},
        photo(taken=datetime(2026, 11, 21)),
        photo(taken=datetime(2026, 11, 22)),
    ),
    "this day": ({"this_day": True}, photo(taken=datetime(2020, 11, 21)), photo(taken=datetime(2020, 11, 22))),
    "this day is not today": (
        {"this_day": True},
        photo(taken=datetime(2020, 11, 21)),
        photo(taken=datetime(2026, 11, 21)),
    ),
    "around this day": ({"this_day": 3}, photo(taken=datetime(2020, 11, 24)), photo(taken=datetime(2020, 11, 25))),
    "rating": ({"rating": 4}, photo(rating=4), photo(rating=5)),
    "rating from": ({"rating": {"min": 4}}, photo(rating=5), photo(rating=3)),
    "rating up to": ({"rating": {"max": 2}}, photo(rating=1), photo()),
    "unrated": ({"rating": "none"}, photo(), photo(rating=1)),
    "city": ({"city": ["Graz", "Vienna"]}, photo(**VIENNA), photo(city="vienna")),
    "city by pattern": ({"city": "vie*"}, photo(**VIENNA), photo(city="Graz")),
    "country": ({"country": "Austria"}, photo(**VIENNA), photo()),
    "near": (
        {"near": {"latitude": 48.2, "longitude": 16.37, "km": 2}},
        photo(**VIENNA),
        photo(latitude=48.3, longitude=16.37),
    ),
    "near the date line": (
        {"near": {"latitude": 0, "longitude": 179.99, "km": 5}},
        photo(latitude=0.0, longitude=-179.99),
        photo(latitude=0.0, longitude=179.0),
    ),
    "camera": ({"camera": "EOS*"}, photo(model="EOS R6"), photo(model="Pixel")),
    "lens": ({"lens": "RF24-105mm"}, photo(lens="RF24-105mm"), photo()),
    "file name": ({"file_name": "img_*.jpg"}, photo(), photo(file_name="DSC1.JPG")),
    "path": ({"path": "*/2024/*"}, photo(), photo(original_path="/data/2023/x.jpg")),
    "path with brackets": (
        {"path": "/photos/Sea [2023]/*"},
        photo(original_path="/photos/Sea [2023]/x.jpg"),
        photo(original_path="/photos/Sea [2024]/x.jpg"),
    ),
    "file name with brackets": (
        {"file_name": "scan[1].jpg"}, photo(file_name="Scan[1].jpg"), photo(file_name="scan[2].jpg")),
    "a choice of letters": ({"file_name": "img_000[13].*"}, photo(), photo(file_name="IMG_0002.JPG")),
    "a file of a Mac": (
        {"file_name": "\u00dcbung*"}, photo(file_name="U\u0308bung 1.jpg"), photo(file_name="Ubung 1.jpg")),
    "a path of a Mac": (
        {"path": "*/fu\u0308r/*"}, photo(original_path="/data/F\u00dcR/x.jpg"), photo(original_path="/data/fur/x.jpg")),
    "a city typed on a Mac": ({"city": "Zu\u0308rich"}, photo(city="Z\u00fcrich"), photo(city="Zurich")),
    "a caption of a Mac": ({"description": "\u00fcber"}, photo(caption="U\u0308ber uns"), photo(caption="Uber")),
    "description": ({"description": "BEACH"}, photo(caption="At the beach"), photo()),
    "library": ({"library": "uploads"}, photo(), photo(library_id="x")),
    "orientation": ({"orientation": "portrait"}, photo(width=3, height=4), photo(width=4, height=3)),
    "orientation unknown": ({"orientation": "portrait"}, photo(width=3, height=4), photo()),
    "megapixels": ({"megapixels": {"min": 12}}, photo(width=4000, height=3000), photo(width=3000, height=2000)),
    "visibility": ({"visibility": "archive"}, photo(visibility=Visibility.ARCHIVE), photo()),
    "all": ({"all": [{"favourite": True}, {"rating": 5}]}, photo(favourite=True, rating=5), photo(favourite=True)),
    "two keys are all": ({"favourite": True, "rating": 5}, photo(favourite=True, rating=5), photo(rating=5)),
    "any": ({"any": [{"favourite": True}, {"rating": 5}]}, photo(rating=5), photo()),
    "none": ({"none": [{"favourite": True}, {"rating": 5}]}, photo(), photo(rating=5)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_test_lets_in_and_keeps_out(name: str) -> None:
    written, inside, outside = CASES[name]
    judge = predicate(parse(written), AROUND)
    assert judge(inside)
    assert not judge(outside)


def test_a_birthday_on_29_february_is_the_28th_in_other_years() -> None:
    judge = predicate(rules.Birthday(Named("Anna", ANNA), (2, 29)), AROUND)
    taken = [datetime(2024, 2, 29), datetime(2023, 2, 28), datetime(2024, 2, 28), datetime(2023, 3, 1)]
    assert [judge(photo(taken=one)) for one in taken] == [True, True, False, False]


@pytest.mark.parametrize(
    ("today", "matches"),
    [("2026-02-28", True), ("2026-03-01", False), ("2028-02-28", False), ("2028-02-29", True), ("2026-02-27", False)],
)
def test_a_photo_of_29_february_comes_up_every_year(today: str, matches: bool) -> None:
    judge = predicate(rules.ThisDay(), Surroundings(date.fromisoformat(today)))
    assert judge(photo(taken=datetime(2024, 2, 29, 12))) is matches


def test_this_day_reaches_over_new_year() -> None:
    judge = predicate(rules.ThisDay(3), Surroundings(date(2026, 1, 2)))
    assert judge(photo(taken=datetime(2019, 12, 31)))
    assert not judge(photo(taken=datetime(2025, 12, 31))), "the days before this one are no other year"


def test_sets_are_asked_by_id() -> None:
    around = Surroundings(TODAY, "me", {("tag", "t"): {photo().asset.id}, ("album", "a"): set(), ("tagged", ""): set()})
    asked = {
        rules.Tags(Operator.OR, (Named("x", "t"),)): True, rules.Tags(Operator.NOT, (Named("x", "t"),)): False,
        rules.Tags(Operator.OR, None): True, rules.Tags(Operator.NOT, None): False,
        rules.InAlbum(Operator.OR, (Named("x", "a"),)): False, rules.InAlbum(Operator.NOT, (Named("x", "a"),)): True,
    }  # fmt: skip
    assert {test: predicate(test, around)(photo()) for test in asked} == asked


def test_a_name_without_an_id_is_never_judged() -> None:
    for operator in Operator:
        with pytest.raises(ValueError, match="tied to ids"):
            predicate(People(operator, (Named("Anna"),)), AROUND)


KEYS = [
    (("OR", "a"), "a"), (("OR", ("a", "b")), "a b"), (("OR", None), "none"), (("NOT", "a"), "b none"),
    (("NOT", None), "a b"), (("AND", ("a", "b")), ""), (("ONLY", "a"), "a"), (("ONLY_ANY", ("a", "b")), "a b"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "wanted"), KEYS, ids=str)
def test_any_other_key_is_a_set_of_one(asked: tuple[str, Any], wanted: str) -> None:
    operator, values = asked
    values = None if values is None else tuple(values)
    photos = {"a": photo(keys={"deviceId": "a"}), "b": photo(keys={"deviceId": "b"}), "none": photo()}
    judge = predicate(rules.Key("deviceId", operator, values), AROUND)
    assert {name for name, found in photos.items() if judge(found)} == set(wanted.split())


def test_keys_are_compared_by_the_day_of_their_text() -> None:
    found = photo(keys={"fileCreatedAt": "2024-05-06T23:30:00.000Z", "isArchived": True})
    asked = [("fileCreatedAt", "AFTER", "2024-05-05"), ("fileCreatedAt", "AFTER", "2024-05-06"),
             ("fileCreatedAt", "BEFORE", "2024-05-07"), ("isArchived", "AFTER", "2024-01-01")]  # fmt: skip
    told = [predicate(rules.Key(key, operator, (day,)), AROUND)(found) for key, operator, day in asked]
    assert told == [True, False, True, False]


def test_distances_are_those_of_the_globe() -> None:
    assert km_between(48.2082, 16.3738, 47.0707, 15.4395) == pytest.approx(144.6, abs=1)
