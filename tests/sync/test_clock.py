"""Whether the wall clock may be believed, and when it jumped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.clock import BUILT, StepDetector, SystemClock, zone_of
from sync.home import Home
from sync.jobs import believed
from sync.library import meta
from sync.library.database import Library
from tests.manual_clock import ManualClock


def test_a_clock_is_believed_from_the_last_good_time_on_or_when_the_system_says_so(tmp_path: Path) -> None:
    sign = tmp_path / "synchronized"
    future = datetime.now(UTC) + timedelta(days=365)
    assert not SystemClock(last_good=future, synchronized=sign).trusted()
    assert SystemClock(last_good=BUILT - timedelta(days=9999), synchronized=sign).trusted() == (
        datetime.now(UTC) >= BUILT
    )
    sign.touch()
    assert SystemClock(last_good=future, synchronized=sign).trusted()


STEPS = {"back three months": -7776000.0, "on five years": 157680000.0, "a minute and more": 61.0, "slow": 30.0}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_a_step_is_told_once_and_slowness_never(step: float) -> None:
    clock = ManualClock()
    steps = StepDetector(clock)
    assert steps.stepped_seconds() == 0.0
    clock.advance(3600)
    assert steps.stepped_seconds() == 0.0
    clock.step(step)
    clock.advance(5)
    assert steps.stepped_seconds() == pytest.approx(step if abs(step) > 60 else 0.0)
    clock.advance(5)
    assert steps.stepped_seconds() == 0.0


def test_a_believed_time_is_kept_across_boots_and_a_disbelieved_one_is_not(home: Home) -> None:
    library = Library(home.library)
    clock = ManualClock(wall=BUILT + timedelta(days=40), believed=False)
    believed.note(library, clock)
    assert meta.get(library, believed.KEY) == ""
    clock.believed = True
    believed.note(library, clock)
    assert believed.clock(library, SystemClock()).last_good == clock.wall  # type: ignore[attr-defined]
    clock.advance(60)
    believed.note(library, clock)
    assert meta.get(library, believed.KEY) == (BUILT + timedelta(days=40)).isoformat()
    library.close()


def test_a_clock_that_once_ran_years_ahead_is_believed_again_once_it_is_synchronised(
    home: Home, tmp_path: Path
) -> None:
    library = Library(home.library)
    ahead = ManualClock(wall=datetime.now(UTC) + timedelta(days=5 * 365))
    believed.note(library, ahead)
    sign = tmp_path / "synchronized"
    sign.touch()
    clock = believed.clock(library, SystemClock(synchronized=sign))
    believed.note(library, clock)
    sign.unlink()
    assert believed.clock(library, clock).trusted() is (datetime.now(UTC) >= BUILT)
    library.close()


def test_a_zone_that_nobody_knows_leaves_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Asia/Tokyo")
    assert str(zone_of("Europe/Vienna")) == "Europe/Vienna"
    assert str(zone_of("")) == str(zone_of("Mars/Olympus")) == str(zone_of("../etc/passwd")) == "Asia/Tokyo"
    monkeypatch.setenv("TZ", "Nowhere/Land")
    assert datetime.now(zone_of("")).utcoffset() is not None
