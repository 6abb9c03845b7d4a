"""A rule in the fields of a form: what is opened and saved means the same, and what makes no sense is told in place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from admin.rule_form import FIELDS, fields_of, rule_of
from sync.smart import rules
from sync.smart.flat import parse_flat
from sync.smart.parse import parse

RULES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "one person": ({"people": ["Anna"]}, {"people": "Anna", "people_how": "OR"}),
    "together, favourites": (
        {"all": [{"people": ["Anna", "Ben"], "operator": "AND"}, {"favourite": True}]},
        {"people": "Anna, Ben", "people_how": "AND", "favourite": "yes"},
    ),
    "without somebody": (
        {"people": "Anna", "none": [{"people": ["Carl"]}]},
        {"people": "Anna", "people_how": "OR", "without": "Carl"},
    ),
    "the last years": ({"last": "2 years"}, {"when": "last", "last": "2", "last_unit": "years"}),
    "between two days": (
        {"between": ["2024-01-01", "2024-12-31"]},
        {"when": "dates", "first": "2024-01-01", "last_day": "2024-12-31"},
    ),
    "after a day": ({"after": "2023-12-31"}, {"when": "dates", "first": "2024-01-01"}),
    "before a day": ({"before": "2024-01-01"}, {"when": "dates", "last_day": "2023-12-31"}),
    "this day": ({"this_day": True}, {"when": "this_day"}),
    "tags and stars": (
        {"tags": ["Trips/Sea"], "rating": {"min": 4}},
        {"tags": "Trips/Sea", "tags_how": "OR", "rating": "4"},
    ),
    "a place": ({"country": "Austria", "city": ["Graz", "Wien"]}, {"country": "Austria", "city": "Graz, Wien"}),
    "videos": ({"type": ["video"]}, {"type": "video"}),
    "what has no field": ({"any": [{"people": ["Anna"]}, {"camera": "X100"}]}, {}),
    "people with a comma": ({"people": ["Smith, Anna"]}, {}),
    "people of a kind the form does not know": ({"people": ["Anna"], "unnamed": False}, {}),
    "twice the same": ({"all": [{"people": ["Anna"]}, {"people": ["Ben"]}]}, {"people": "Anna", "people_how": "OR"}),
}


@pytest.mark.parametrize(("rule", "fields"), RULES.values(), ids=RULES)
def test_a_rule_that_is_opened_and_saved_means_the_same(rule: dict[str, Any], fields: dict[str, str]) -> None:
    shown = fields_of(rule)
    assert {key: value for key, value in shown.items() if key != "rest"} == fields
    assert shown.keys() <= set(FIELDS)
    said = rule_of(shown)
    assert not said.problems
    assert _meaning(parse(said.rule)) == _meaning(parse(rule))


NAMES = some.lists(some.text(min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=3)
DAYS = some.dates().map(str)
TESTS = some.one_of(
    some.fixed_dictionaries({"people": NAMES}, optional={"operator": some.sampled_from(["AND", "OR", "NOT", "ONLY"])}),
    some.fixed_dictionaries({"tags": NAMES}, optional={"operator": some.sampled_from(["AND", "OR", "NOT"])}),
    some.fixed_dictionaries({"none": some.lists(some.fixed_dictionaries({"people": NAMES}), min_size=1, max_size=2)}),
    some.fixed_dictionaries({"rating": some.one_of(some.just("none"), some.fixed_dictionaries({"min": some.just(3)}))}),
    some.fixed_dictionaries({"favourite": some.booleans()}),
    some.tuples(DAYS, DAYS).map(lambda days: {"between": sorted(days)}),
    DAYS.filter(lambda day: "0002" < day < "9998").flatmap(lambda d: some.sampled_from([{"after": d}, {"before": d}])),
    some.fixed_dictionaries({"city": NAMES}),
    some.fixed_dictionaries({"camera": NAMES}),
)


@given(some.lists(TESTS, min_size=1, max_size=5))
def test_no_rule_is_lost_on_its_way_through_the_form(tests: list[dict[str, Any]]) -> None:
    rule = {"all": tests}
    said = rule_of(fields_of(rule))
    assert not said.problems
    assert _meaning(parse(said.rule)) == _meaning(parse(rule))


WRONG = {
    "no number": ({"when": "last", "last": "many"}, "last", "'last' is written like"),
    "no day": ({"when": "dates", "first": "yesterday"}, "first", "needs a day such as"),
    "back in time": ({"when": "dates", "first": "2024-02-01", "last_day": "2024-01-01"}, "first", "goes from"),
    "no stars": ({"rating": "x"}, "rating", "rating"),
    "unknown type": ({"type": "film"}, "type", "not known"),
    "unknown how": ({"people": "Anna", "people_how": "XOR"}, "people", "not known"),
    "a word that is no test": ({"rest": 'peopel = ["Anna"]'}, "rest", "Did you mean 'people'?"),
    "torn TOML": ({"rest": "people = ["}, "rest", "not valid TOML"),
    "torn braces": ({"rest": "{ people = ["}, "rest", "not valid TOML"),
    "two tables": ({"rest": "{ people = [\"Anna\"] }\nmore = 1"}, "rest", "more than one table"),
    "torn JSON": ({"rest": '{"people": ['}, "rest", "not valid JSON"),
    "too long": ({"rest": "x" * 30_000}, "rest", "at most"),
    "deep": ({"rest": "[" * 20_000}, "rest", "not valid"),
    "filters beside tests": (
        {"people": "Anna", "rest": '[{"key": "people", "val": ["Ben"]}]'}, "rest", "Filters stand alone",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "where", "sentence"), WRONG.values(), ids=WRONG)
def test_what_makes_no_sense_is_told_beside_its_field(fields: dict[str, str], where: str, sentence: str) -> None:
    said = rule_of(fields)
    assert sentence in said.problems[where]
    assert (said.rule, said.filters) == ({}, [])


def test_json_is_understood_as_well_as_toml() -> None:
    assert rule_of({"rest": '{"people": ["Anna"]}'}).rule == rule_of({"rest": 'people = ["Anna"]'}).rule


def test_the_replaced_tools_filters_stay_what_they_are() -> None:
    filters = [{"key": "people", "val": ["Anna"], "operator": "AND"}]
    said = rule_of(fields_of({}, filters))
    assert said.filters == filters
    assert parse_flat(said.filters) == parse_flat(filters)


def test_an_empty_form_is_no_rule() -> None:
    assert rule_of({}) == rule_of({"rest": " \n"})
    assert rule_of({}).rule == {}


def _meaning(rule: rules.Rule) -> set[rules.Rule]:
    """All that must hold; in which order it is written says nothing."""
    return set(rule.parts) if isinstance(rule, rules.All) else {rule}
