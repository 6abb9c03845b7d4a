"""Rules as they are written: what is understood, how it reads back, and one sentence for everything that is not."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from sync.errors import RuleError
from sync.smart.explain import explain
from sync.smart.flat import parse_flat
from sync.smart.parse import parse

SENTENCES = [
    (
        '{ all = [{ people = ["Anna", "Ben"], operator = "AND" }, { none = [{ people = "Carl" }] }], last = "2 years"}',
        "photos and videos of Anna and Ben together, without Carl, of the last 2 years",
    ),
    ('{ type = "photo", people = "Anna", favourite = true }', "photos of Anna, that are favourites"),
    ('{ type = "live", rating = { min = 4 } }', "live photos rated 4 stars or more"),
    (
        '{ any = [{ city = "Vienna" }, { tags = ["Trips", "Sea"] }] }',
        "photos and videos (either in Vienna, or tagged Trips or Sea)",
    ),
    (
        '{ people = ["Anna", "Ben"], operator = "ONLY_ANY", unnamed = false }',
        "photos and videos of nobody but Anna or Ben (unnamed persons do not count)",
    ),
    (
        '{ nobody = true, not_in_album = ["Screens"] }',
        "photos and videos with nobody in them, not in the album 'Screens'",
    ),
    (
        "{ after = 2019-12-31, before = 2021-01-01 }",
        "photos and videos taken after 2019-12-31, taken before 2021-01-01",
    ),
    ("{ this_day = 2 }", "photos and videos of this day in other years, give or take 2 days"),
    ('{ birthday = "Anna" }', "photos and videos taken on Anna's birthday"),
    ('{ looks_like = "a cat", top = 50 }', "photos and videos among the first 50 that look like 'a cat'"),
    ("{ near = { latitude = 48.2, longitude = 16.4, km = 5 } }", "photos and videos within 5 km of 48.2, 16.4"),
    ("{ none = [{ favourite = true }] }", "photos and videos but not those that are favourites"),
]


@pytest.mark.parametrize(("written", "sentence"), SENTENCES, ids=lambda text: text[:40])
def test_a_rule_reads_back_as_a_sentence(written: str, sentence: str) -> None:
    assert explain(parse(tomllib.loads(f"rule = {written}")["rule"])) == sentence


REFUSED: dict[str, tuple[object, str]] = {
    "no table": ("Anna", "is a table such as"),
    "nothing": ({}, "is a table such as"),
    "a mistyped test": ({"poeple": ["Anna"]}, "Did you mean 'people'?"),
    "a mistyped operator": ({"people": ["Anna"], "operator": "ONYL"}, "Did you mean 'ONLY'?"),
    "an operator of nothing": ({"favourite": True, "operator": "OR"}, "belongs to in_album or people or tags"),
    "an operator that tags lack": ({"tags": ["x"], "operator": "ONLY"}, "OR, AND, NOT"),
    "nobody to look for": ({"people": []}, "needs a text or a list of texts"),
    "an empty name": ({"people": ["Anna", " "]}, "needs a text or a list of texts"),
    "an empty group": ({"all": []}, "at least one"),
    "a number for a yes": ({"favourite": 1}, "true or false"),
    "no type": ({"type": "vidoe"}, "Did you mean 'video'?"),
    "no day": ({"after": "31.12.2024"}, "such as 2024-12-31"),
    "from late to early": ({"between": ["2024-02-01", "2024-01-01"]}, "back to"),
    "no unit": ({"last": "30"}, '"30 days"'),
    "no stars": ({"rating": 6}, "1 to 5 stars"),
    "more stars than there are": ({"rating": {"min": 6}}, "1 to 5 stars"),
    "half a star": ({"rating": {"min": 1.5}}, "1 to 5 stars"),
    "no number of stars": ({"rating": {"max": float("nan")}}, "1 to 5 stars"),
    "no number of pixels": ({"megapixels": {"min": float("nan")}}, "needs a number"),
    "no distance": ({"near": {"latitude": 1, "longitude": 0, "km": float("nan")}}, "needs a number"),
    "a figure of another kind": ({"last": "\u00b3 days"}, '"30 days"'),
    "after all days": ({"after": "9999-12-31"}, "No day comes after"),
    "before all days": ({"before": "0001-01-01"}, "No day comes before"),
    "turned ends": ({"rating": {"min": 4, "max": 2}}, "minimum above"),
    "off the Earth": ({"near": {"latitude": 99, "longitude": 0, "km": 1}}, "outside of the Earth"),
    "locked photos": ({"visibility": "locked"}, "one of timeline, archive, hidden"),
    "deep inside": ({"all": [{"any": [{"citi": "x"}]}]}, "Did you mean 'city'?"),
    "endless": ({"all": [{"none": [{"favourite": True}]}], "top": 3}, "belongs to looks_like"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_understood_is_refused_whole(name: str) -> None:
    tree, said = REFUSED[name]
    with pytest.raises(RuleError) as caught:
        parse(tree)
    assert said in caught.value.sentence


FLAT: list[tuple[list[dict[str, Any]], str]] = [
    ([{"key": "people", "val": ["Anna", "Ben"], "operator": "AND"}, {"key": "isFavorite", "val": True}],
     "photos and videos of Anna and Ben together, that are favourites"),
    ([{"key": "people", "val": None}], "photos and videos with nobody in them"),
    ([{"key": "people", "operator": "NOT"}], "photos and videos with somebody in them"),
    ([{"key": "is_favorite", "val": True}, {"key": "asset_type", "val": "video"}], "videos that are favourites"),
    ([{"key": "type", "val": ["IMAGE", "VIDEO"]}], "photos and videos"),
    ([{"key": "fileCreatedAt", "val": "2020-01-01", "operator": "BEFORE"}],
     "photos and videos whose fileCreatedAt is before 2020-01-01"),
    ([{"key": "deviceId", "val": "cam"}], "photos and videos whose deviceId is cam"),
    ([{"key": "isArchived", "val": True}], "photos and videos from the archive"),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "sentence"), FLAT, ids=lambda value: str(value)[:50])
def test_the_replaced_tools_filters_are_rules_too(filters: list[dict[str, Any]], sentence: str) -> None:
    assert explain(parse_flat(filters)) == sentence


FLAT_REFUSED: dict[str, tuple[object, str]] = {
    "none": ([], "at least one"),
    "an unknown key": ([{"key": "isFavourite", "val": True}], "Did you mean 'isFavorite'?"),
    "a nested key": ([{"key": "exifInfo", "val": "x"}], "no key 'exifInfo'"),
    "a mistyped word": ([{"key": "type", "value": "IMAGE"}], "Did you mean 'val'?"),
    "an unknown operator": ([{"key": "people", "val": ["A"], "operator": "XOR"}], "is no operator"),
    "nobody": ([{"key": "people", "val": []}], "needs a text"),
    "no day": ([{"key": "fileCreatedAt", "val": 2020, "operator": "AFTER"}], "needs a day"),
    "the trash": ([{"key": "isTrashed", "val": True}], "never in a list of photos"),
}


@pytest.mark.parametrize("name", FLAT_REFUSED)
def test_a_filter_that_is_not_understood_is_refused(name: str) -> None:
    filters, said = FLAT_REFUSED[name]
    with pytest.raises(RuleError) as caught:
        parse_flat(filters)
    assert said in caught.value.sentence
