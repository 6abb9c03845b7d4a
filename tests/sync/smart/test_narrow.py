"""Searches find at least what a rule matches: the listing that is pushed down to the server, judged by the predicate,
is the predicate over the whole library, on every version; and a narrow rule costs a narrow listing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.immich.server import Immich
from sync.secrets import Secret, ServerSecrets
from sync.settings.tree import Server
from sync.smart import rules
from sync.smart.bind import Directory, bind
from sync.smart.evaluate import predicate
from sync.smart.gather import Asked, gather, searches, sets_of
from sync.smart.narrow import covers, narrow
from sync.smart.parse import parse
from sync.smart.surroundings import Surroundings
from tests.fakes.immich import FakeImmich
from tests.manual_clock import ManualClock
from tests.sync.smart.libraries import ALBUMS, PEOPLE, TAGS, random_library

TODAY = date(2026, 11, 21)


def immich_of(server: FakeImmich, locks: Path) -> Immich:
    locks.mkdir(exist_ok=True)
    secrets = ServerSecrets(key=Secret(server.api_key))
    return Immich("home", Server(url=server.url), secrets, locks=locks, clock=ManualClock())


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of a version with the library of a seed, made once."""
    root = tmp_path_factory.mktemp("smart")
    running: list[FakeImmich] = []

    @cache
    def at(version: int, seed: int) -> FakeImmich:
        server = FakeImmich(version=version, library=random_library(root / f"{version}-{seed}", seed))
        running.append(server.__enter__())
        return server

    yield at, root / "locks"
    for server in running:
        server.stop()


def lists(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)


DAYS = st.dates(date(2018, 1, 1), date(2026, 12, 1))
TESTS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(
        lambda who, operator, unnamed, hidden: {"people": who, "operator": operator, "unnamed": unnamed,
                                                "hidden": hidden},
        lists((*PEOPLE, "Shy")), st.sampled_from(list(rules.Operator)), st.booleans(), st.booleans(),
    ),
    st.builds(lambda value: {"nobody": value}, st.booleans()),
    st.builds(lambda value: {"favourite": value}, st.booleans()),
    st.builds(lambda value: {"type": value}, lists(("photo", "video", "live", "panorama"))),
    st.builds(lambda value: {"after": value}, DAYS),
    st.builds(lambda value: {"before": value}, DAYS),
    st.builds(lambda a, b: {"between": sorted((a, b))}, DAYS, DAYS),
    st.builds(lambda value: {"last": value}, st.sampled_from(("3 days", "6 weeks", "2 months", "3 years"))),
    st.builds(lambda value: {"this_day": value}, st.sampled_from((True, 3))),
    st.builds(lambda value: {"birthday": value}, st.sampled_from(PEOPLE)),
    st.builds(lambda value: {"rating": value}, st.sampled_from((1, 4, "none", {"min": 3}, {"max": 3}))),
    st.builds(lambda tags, how: {"tags": tags, "operator": how}, lists(TAGS), st.sampled_from(("OR", "AND", "NOT"))),
    st.builds(lambda value: {"untagged": value}, st.booleans()),
    st.builds(lambda value, how: {"in_album": value, "operator": how}, lists(ALBUMS),
              st.sampled_from(("OR", "AND", "NOT"))),
    st.builds(lambda key, value: {key: value}, st.sampled_from(("country", "city")), lists(("Austria", "Graz", "L*"))),
    st.builds(lambda value: {"camera": value}, lists(("EOS R6", "iPhone*"))),
    st.builds(lambda value: {"near": {"latitude": 48, "longitude": 16, "km": value}}, st.sampled_from((50, 500))),
    st.builds(lambda value: {"file_name": value}, lists(("img_*", "DSC_0001.jpg"))),
    st.builds(lambda value: {"description": value}, st.sampled_from(("BEACH", "über"))),
    st.builds(lambda value: {"orientation": value}, lists(("landscape", "portrait", "square"))),
    st.just({"megapixels": {"min": 11.5}}),
    st.builds(lambda value: {"visibility": value}, lists(("timeline", "archive", "hidden"))),
    st.just({"library": "uploads"}),
)  # fmt: skip
RULES = st.recursive(
    TESTS,
    lambda inner: st.builds(
        lambda key, parts: {key: parts}, st.sampled_from(("all", "all", "any", "none")),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip


@pytest.mark.parametrize("version", [1, 2, 3])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.lists(RULES, min_size=1, max_size=3), seed=st.sampled_from([1, 2]))
def test_both_faces_of_a_rule_agree(servers: Any, version: int, written: list[dict[str, Any]], seed: int) -> None:
    at, locks = servers
    immich = immich_of(at(version, seed), locks)
    directory = Directory(immich)
    asked = [Asked(str(number), bind(parse(tree), directory)) for number, tree in enumerate(written)]
    gather(immich, directory, asked, today=TODAY, check=lambda: None)
    for one in asked:
        assert one.problem is None
        assert one.matched == over_everything(at(version, seed), immich, directory, one.rule)


def test_a_video_of_a_live_photo_is_in_an_album_where_the_server_lists_it_there(servers: Any) -> None:
    at, locks = servers
    tree = {"all": [{"in_album": ["Screens"]}, {"visibility": ["hidden"]}]}
    for version in (1, 2, 3):
        immich = immich_of(at(version, 1), locks)
        directory = Directory(immich)
        one = Asked("0", bind(parse(tree), directory))
        gather(immich, directory, [one], today=TODAY, check=lambda: None)
        assert one.matched == over_everything(at(version, 1), immich, directory, one.rule)
        assert bool(one.matched) == (version == 3)


def over_everything(server: FakeImmich, immich: Immich, directory: Directory, rule: rules.Rule) -> set[str]:
    """The predicate over the whole library, with its sets read off the stand-in's own records."""
    records = server.library
    families = {tag.id: {other.id for other in records.tags.values()
                         if other.value == tag.value or other.value.startswith(tag.value + "/")}
                for tag in records.tags.values()}  # fmt: skip
    sets: dict[Any, set[str]] = {}
    for kind, what in sets_of(rule):
        if kind == "album":
            # 1.x and 2.x do not list the videos of live photos as members of an album.
            sets[kind, what] = {one for one in records.albums[what].asset_ids
                                if server.version > 2 or records.assets[one].visibility != "hidden"}  # fmt: skip
        else:
            wanted = families[what] if kind == "tag" else set(records.tags)
            sets[kind, what] = {asset.id for asset in records.assets.values() if wanted & set(asset.tag_ids)}
    judge = predicate(rule, Surroundings(TODAY, directory.me, sets))
    measured = [found for value in rules.visibilities(rule)
                for page in immich.find({"visibility": value}, measured=True) for found in page]  # fmt: skip
    return {found.asset.id for found in measured if judge(found)}


NARROW: list[tuple[dict[str, Any], list[dict[str, Any]] | None]] = [
    ({"people": ["Anna"], "favourite": True}, [{"personIds": ["Anna"], "isFavorite": True}]),
    ({"people": ["Anna", "Ben"]}, [{"personIds": ["Anna"]}, {"personIds": ["Ben"]}]),
    ({"people": ["Anna", "Ben"], "operator": "AND"}, [{"personIds": ["Anna", "Ben"]}]),
    ({"people": ["Anna"], "operator": "NOT"}, None),
    ({"nobody": True}, None),
    ({"none": [{"favourite": True}]}, None),
    ({"any": [{"favourite": True}, {"nobody": True}]}, None),
    ({"any": [{"favourite": True}, {"favourite": True, "rating": 5}]}, [{"isFavorite": True}]),
    ({"all": [{"people": ["Anna"]}, {"people": ["Ben"]}]}, [{"personIds": ["Anna", "Ben"]}]),
    ({"rating": {"min": 4}, "people": ["Anna", "Ben", "Carl"]},
     [{"personIds": ["Anna"]}, {"personIds": ["Ben"]}, {"personIds": ["Carl"]}]),
    ({"after": "2024-01-01"}, [{"takenAfter": "2023-12-31T00:00:00.000Z"}]),
    ({"last": "3 days"}, [{"takenAfter": "2026-11-17T00:00:00.000Z", "takenBefore": "2026-11-24T00:00:00.000Z"}]),
    ({"file_name": "IMG*"}, None),
    ({"city": ["Vienna", "V*"]}, None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "wanted"), NARROW, ids=lambda value: str(value)[:40])
def test_a_rule_is_narrowed_to_searches(written: dict[str, Any], wanted: list[dict[str, Any]] | None) -> None:
    assert narrow(named_as_ids(parse(written)), TODAY) == wanted


def named_as_ids(rule: rules.Rule) -> rules.Rule:
    if isinstance(rule, rules.All | rules.Any_ | rules.None_):
        return type(rule)(tuple(named_as_ids(part) for part in rule.parts))
    if isinstance(rule, rules.People) and rule.who is not None:
        return rules.People(rule.operator, tuple(rules.Named(one.name, one.name) for one in rule.who))
    return rule


def test_one_search_serves_every_rule_that_it_covers() -> None:
    anna = Asked("a", named_as_ids(parse({"people": ["Anna"]})))
    stars = Asked("b", named_as_ids(parse({"people": ["Anna"], "rating": 5})))
    other = Asked("c", named_as_ids(parse({"people": ["Ben"], "visibility": ["archive"]})))
    made = searches([stars, anna, other], TODAY)
    assert [(search.question, {one.name for one in search.asked}) for search in made] == [
        ({"personIds": ["Anna"], "visibility": "timeline"}, {"a", "b"}),
        ({"personIds": ["Ben"], "visibility": "timeline"}, {"c"}),
        ({"personIds": ["Ben"], "visibility": "archive"}, {"c"}),
    ]


def test_a_wider_search_covers_a_narrower_one() -> None:
    late, early = "2024-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"
    assert covers({}, {"rating": 5})
    assert covers({"takenAfter": early}, {"takenAfter": late})
    assert not covers({"takenAfter": late}, {"takenAfter": early})
    assert covers({"takenBefore": late}, {"takenBefore": early})
    assert covers({"personIds": ["a"]}, {"personIds": ["a", "b"]})
    assert not covers({"personIds": ["a", "b"]}, {"personIds": ["a"]})
    assert not covers({"rating": 5}, {"rating": 4})


@pytest.mark.parametrize("version", [1, 2, 3])
def test_one_persons_favourites_cost_pages_of_them_only(servers: Any, version: int) -> None:
    at, locks = servers
    server = at(version, 1)
    immich = immich_of(server, locks)
    directory = Directory(immich)
    rule = bind(parse({"people": ["Anna"], "favourite": True}), directory)
    immich.version(), directory.me
    server.clear_log()
    gather(immich, directory, [Asked("x", rule)], today=TODAY, check=lambda: None)
    assert [entry.path for entry in server.log] == [
        "/api/search/statistics", "/api/search/metadata", "/api/search/statistics",
    ]  # fmt: skip
