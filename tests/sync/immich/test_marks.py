"""The mark of a listing: the same answers are not read again, and any other answer is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.immich.facts import Wanted
from sync.settings.tree import Source
from tests.fakes.immich import FakeImmich, sample_library
from tests.sync.immich.conftest import Connect


@pytest.fixture(params=[1, 2, 3])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeImmich]:
    """A server that a test may change."""
    library = sample_library(tmp_path)
    library.add_stack(list(library.assets.values())[:2])
    with FakeImmich(version=request.param, library=library) as server:
        yield server


SOURCES: dict[str, Callable[[FakeImmich], Wanted]] = {
    "album": lambda server: Wanted(source=Source.ALBUM, id=server.albums["Holidays"]),
    "everything": lambda _: Wanted(source=Source.ALL),
    "archived too": lambda _: Wanted(source=Source.ALL, archived=True),
    "person": lambda server: Wanted(source=Source.PERSON, id=next(iter(server.library.people.values())).id),
}


def _mark(connect: Connect, server: FakeImmich, wanted: Wanted) -> str:
    listing = connect(server).listing(wanted)
    assert list(listing)
    assert listing.complete
    assert listing.mark is not None
    return listing.mark


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_listing_hands_nothing_out_and_says_so(source: str, own: FakeImmich, connect: Connect) -> None:
    wanted = SOURCES[source](own)
    again = connect(own).listing(wanted, known=_mark(connect, own, wanted))
    assert list(again) == []
    assert again.same


def _one(server: FakeImmich) -> str:
    return list(server.library.assets.values())[4].id


CHANGES: dict[str, Callable[[FakeImmich], None]] = {
    "described": lambda server: server.edits.describe(_one(server), "A new caption"),
    "favourite": lambda server: server.edits.favourite(_one(server)),
    "trashed": lambda server: server.edits.trash(_one(server)),
    "person renamed": lambda server: server.edits.rename_person(next(iter(server.library.people.values())).id, "New"),
    "stack broken": lambda server: server.library.stacks.clear(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_read_in_full_though_a_mark_was_given(change: str, own: FakeImmich, connect: Connect) -> None:
    wanted = Wanted(source=Source.ALL, archived=True)
    mark = _mark(connect, own, wanted)
    CHANGES[change](own)
    changed = connect(own).listing(wanted, known=mark)
    found = list(changed)
    assert not changed.same
    assert changed.complete
    assert found == list(connect(own).listing(wanted))
    assert changed.mark != mark


def test_another_sources_mark_proves_nothing(own: FakeImmich, connect: Connect) -> None:
    mark = _mark(connect, own, SOURCES["everything"](own))
    other = connect(own).listing(SOURCES["archived too"](own), known=mark)
    assert list(other)
    assert not other.same


def test_a_listing_that_is_not_complete_has_no_mark(own: FakeImmich, connect: Connect) -> None:
    own.faults.add("json", path="/search/statistics", key="total", op="set", value=1)
    listing = connect(own).listing(Wanted(source=Source.ALL))
    assert list(listing)
    assert not listing.complete
    assert listing.mark is None


def test_a_count_that_moves_while_the_same_answers_come_is_not_called_the_same(
    own: FakeImmich, connect: Connect
) -> None:
    wanted = Wanted(source=Source.ALL)
    mark = _mark(connect, own, wanted)
    own.faults.add("json", path="/search/statistics", nth=2, key="total", op="set", value=1)
    again = connect(own).listing(wanted, known=mark)
    assert list(again)
    assert not again.same
    assert not again.complete
