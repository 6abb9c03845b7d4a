"""Whether the wall clock may be believed, and when it jumped."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frame.power.panel import Panel
from frame.power.screen import Screen
from sync.clock import BUILT, StepDetector, SystemClock, leave_sign, zone_of
from sync.home import Home
from sync.jobs import believed
from sync.library import meta
from sync.library.database import Library
from sync.settings.tree import Settings
from sync.settings.wall import Power
from tests.manual_clock import ManualClock

FUTURE = timedelta(days=365)
SURE, UNSURE = 40_000, 16_000_000
# does systemd run the machine, timesyncd's sign, the kernel's own error, what a hardware clock says, what was believed
BELIEVED = {
    "synchronised by timesyncd": ((True, True, UNSURE, None, BUILT), True),
    "synchronised by chrony": ((True, False, SURE, None, BUILT), True),
    "synchronised, and a clock ran years ahead before": ((True, True, UNSURE, None, FUTURE), True),
    "no clock, no network: the last shutdown's time": ((True, False, UNSURE, None, BUILT), False),
    "a hardware clock that says the same": ((True, False, UNSURE, timedelta(minutes=5), BUILT), True),
    "a hardware clock without a battery": ((True, False, UNSURE, -timedelta(days=20000), BUILT), False),
    "a hardware clock, but earlier than what was believed": ((True, False, UNSURE, timedelta(0), FUTURE), False),
    "kept by somebody else": ((False, False, UNSURE, None, BUILT), True),
    "kept by somebody else, but earlier than what was believed": ((False, False, UNSURE, None, FUTURE), False),
}


@pytest.mark.parametrize(("given", "expected"), BELIEVED.values(), ids=BELIEVED)
def test_a_clock_is_believed_when_it_is_synchronised_or_a_hardware_clock_says_the_same(
    tmp_path: Path, given: tuple, expected: bool
) -> None:
    systemd, synchronised, error_us, hardware, before = given
    now = datetime.now(UTC)
    if systemd:
        (tmp_path / "system").mkdir()
    if synchronised:
        (tmp_path / "synchronized").touch()
    if hardware is not None:
        (tmp_path / "rtc" / "rtc0").mkdir(parents=True)
        (tmp_path / "rtc" / "rtc0" / "since_epoch").write_text(f"{int((now + hardware).timestamp())}\n")
    last_good = now + before if isinstance(before, timedelta) else before
    assert clock_of(tmp_path, error_us, last_good).trusted() is expected


def clock_of(folder: Path, error_us: int = UNSURE, last_good: datetime = BUILT) -> SystemClock:
    """A machine's clock whose signs lie in `folder`."""
    return SystemClock(last_good, (folder / "synchronized",), folder / "rtc", folder / "system", lambda: error_us)


def test_the_sign_is_left_once_the_time_is_certain_and_not_before(tmp_path: Path) -> None:
    errors, sign = iter([UNSURE, UNSURE, SURE]), tmp_path / "sign"
    clock = clock_of(tmp_path)
    clock.error_us = lambda: next(errors)
    slept: list[bool] = []
    clock.sleep = lambda _seconds: slept.append(sign.exists())  # type: ignore[method-assign]
    leave_sign(clock, sign)
    assert (slept, sign.exists(), next(errors, None)) == ([False, False], True, None)


def test_the_kernel_says_how_sure_it_is_of_the_time() -> None:
    error_us = SystemClock().error_us()
    told = subprocess.run([sys.executable, "-c", KERNEL], capture_output=True, text=True, check=True).stdout.split()
    assert (error_us < UNSURE) is (int(told[0]) < UNSURE)
    assert told[1] == "0", "it was only asked"


KERNEL = """
import ctypes, struct
room = ctypes.create_string_buffer(512)
ctypes.CDLL(None, use_errno=True).ntp_adjtime(room)
modes, _, _, error = struct.unpack_from("@Illl", room)
print(error, modes)
"""


def test_night_hours_wait_until_a_clock_without_battery_was_synchronised(tmp_path: Path) -> None:
    (tmp_path / "system").mkdir()
    clock = clock_of(tmp_path)
    screen = Screen(tmp_path / "screen.json", clock, Panel(lambda *_: ([], []), clock))
    screen.use(Settings(power=Power(night="00:00-24:00")))
    assert screen.decide().level == 100
    (tmp_path / "synchronized").touch()
    assert screen.decide().level == 0


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
    believed.note(library, believed.clock(library, clock_of(tmp_path, SURE)))
    assert believed.clock(library, clock_of(tmp_path)).trusted()
    library.close()


def test_a_zone_that_nobody_knows_leaves_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Asia/Tokyo")
    assert str(zone_of("Europe/Vienna")) == "Europe/Vienna"
    assert str(zone_of("")) == str(zone_of("Mars/Olympus")) == str(zone_of("../etc/passwd")) == "Asia/Tokyo"
    monkeypatch.setenv("TZ", "Nowhere/Land")
    assert datetime.now(zone_of("")).utcoffset() is not None
