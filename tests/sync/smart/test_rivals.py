"""Two rules for one album: only such as add may share it; else the one would take out what the other put in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.settings.tree import Mode
from tests.fakes.immich import FakeImmich
from tests.fakes.smart import Keeper, keeper_of, smart
from tests.sync.smart.libraries import add, empty_library

ANNA, BEN = {"people": ["Anna"]}, {"people": ["Ben"]}


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    library = empty_library(tmp_path / "server")
    add(library, "a.jpg", "Anna")
    add(library, "b.jpg", "Ben")
    with FakeImmich(version=3, library=library) as server:
        yield keeper_of(server, tmp_path)


def test_rules_that_only_add_share_an_album(keeper: Keeper) -> None:
    keeper.set(*(smart(name, rule, album="Us", mode=Mode.ADD) for name, rule in (("A", ANNA), ("B", BEN))))
    keeper.run()
    assert keeper.names("Us") == {"a.jpg", "b.jpg"}


@pytest.mark.parametrize("modes", [(Mode.STEP, Mode.STEP), (Mode.ADD, Mode.STEP), (Mode.OWN, Mode.ADD)], ids=str)
def test_others_are_refused_and_neither_undoes_the_other(keeper: Keeper, modes: tuple[Mode, Mode]) -> None:
    keeper.set(smart("A", ANNA, album="Us", mode=modes[0]))
    keeper.run()
    by_id = keeper.album("Us").id
    keeper.set(smart("A", ANNA, album="Us", mode=modes[0]), smart("B", BEN, album=by_id, mode=modes[1]))
    for asked in ({"asked": True}, {"asked": False}):
        for names in ((), ("A",), ("B",)):
            told: dict[str, Any] = keeper.run(*names, **asked).facts["albums"]
            for name, other in (("A", "B"), ("B", "A")):
                assert name not in told or f"also kept by the smart album '{other}'" in told[name]["problems"][0]
    assert keeper.names("Us") == {"a.jpg"}


def test_two_that_would_make_the_same_album_are_refused(keeper: Keeper) -> None:
    keeper.set(smart("A", ANNA, album="Us"), smart("Us", BEN))
    told = keeper.run().facts["albums"]
    assert all("also kept by" in one["problems"][0] for one in told.values())
    assert "Us" not in {album.name for album in keeper.server.library.albums.values()}


def test_one_that_is_paused_is_no_rival(keeper: Keeper) -> None:
    keeper.set(smart("A", ANNA, album="Us"), smart("B", BEN, album="Us", paused=True))
    assert keeper.facts("A")["added"] == 1
