"""The appliance over a day of its own time: no slide late, no memory lost, no file left over. `make soak` takes the
whole day with 5,000 photos; `make test` proves by seconds of it that the measures see what they are to see.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.day import Plan, faults_of, live

SHORT = {"photos": 40, "speed": 600.0, "hour_seconds": 300.0, "interval_seconds": 60.0, "sync_hours": 3}
DAY = {"photos": 5000, "speed": 100.0, "hour_seconds": 3600.0, "interval_seconds": 30.0}
LATE_SECONDS, GROWTH = 0.5, 0.05
LOADED_SECONDS, WARMING = 300.0, 0.5
"""What a short run on any machine may take: it is not measured, it only has to tell well from broken."""


def test_a_day_leaves_the_appliance_as_it_was(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    long = bool(request.config.getoption("--long"))
    plan = Plan(**(DAY if long else SHORT))  # type: ignore[arg-type]
    figures = live(plan, tmp_path)
    print(figures)
    late, growth = (LATE_SECONDS, GROWTH) if long else (LOADED_SECONDS, WARMING)
    assert faults_of(figures, late_seconds=late, growth=growth) == []
    assert {"sync", "frame", "admin", "decoder"} <= figures.pss.keys()


def test_a_build_that_is_late_leaks_and_litters_is_seen(tmp_path: Path) -> None:
    plan = Plan(**SHORT, broken="late leak litter", slides=8)  # type: ignore[arg-type]
    figures = live(plan, tmp_path)
    seen = faults_of(figures, late_seconds=1.0, growth=WARMING)
    assert [sentence.partition(":")[0] for sentence in seen] == ["late", "leak", "left over"]
