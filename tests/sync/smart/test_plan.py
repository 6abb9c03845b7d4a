"""The plan of a smart album, whatever is where: pure rules that always hold, and when a person is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.jobs.entries import entries
from sync.settings.tree import Mode, Server, Settings, Smart
from sync.smart.plan import Ledger, make, too_much

SETS = st.sets(st.sampled_from("abcdefghij"))


@given(matched=SETS, members=SETS, ours=SETS, out=SETS, unsure=SETS, mode=st.sampled_from(Mode), only_add=st.booleans())
def test_only_what_we_added_and_no_longer_matches_leaves(
    matched: set[str], members: set[str], ours: set[str], out: set[str], unsure: set[str], mode: Mode, only_add: bool
) -> None:
    ledger = Ledger(ours - out - unsure, unsure - out, out)
    plan = make(matched=matched, members=members, ledger=ledger, mode=mode, only_add=only_add)
    leaving = {one.asset for one in (*plan.remove, *plan.hold)}
    assert leaving.isdisjoint(matched) and leaving <= members
    assert set(plan.add) <= matched - members
    if mode is Mode.ADD or only_add:
        assert not leaving
    if mode is Mode.STEP:
        assert leaving <= ledger.ours | ledger.unsure
    if mode is not Mode.OWN:
        assert set(plan.add).isdisjoint(out | ledger.ours), "what a person took out stays out"
    confirmed = make(matched=matched, members=members, ledger=ledger, mode=mode, only_add=only_add, confirmed=plan.id)
    assert confirmed.id == plan.id and not confirmed.hold
    assert {one.asset for one in confirmed.remove} == leaving


@pytest.mark.parametrize(
    ("gone", "live", "remaining", "asks"),
    [(0, 0, 0, False), (1, 1, 0, True), (5, 10, 5, False), (6, 10, 4, True), (10, 30, 20, False), (11, 30, 19, True),
     (20, 100, 80, False), (21, 100, 79, True), (1, 1, 5, True)],
)  # fmt: skip
def test_much_at_once_is_asked_about(gone: int, live: int, remaining: int, asks: bool) -> None:
    assert bool(too_much(gone, live=live, remaining=remaining)) is asks


def test_albums_of_one_server_and_rhythm_run_together() -> None:
    def one(name: str, minutes: float = 60, **values: object) -> Smart:
        return Smart(name=name, server="home", interval_minutes=minutes, **values)  # type: ignore[arg-type]

    smart = (one("a"), one("b"), one("c", 1), one("d", paused=True))
    settings = Settings(servers={"home": Server(url="http://x")}, smart=smart)
    found = [entry for entry in entries(settings, secrets_state="") if entry.kind == "smart-apply"]
    assert [(entry.every_seconds, entry.arguments["albums"]) for entry in found] == [(3600, ["a", "b"]), (60, ["c"])]
