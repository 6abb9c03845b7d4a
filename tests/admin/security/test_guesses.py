"""Passwords, the set-up code, the throttle and sessions, each with a clock set by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from admin.security import passwords
from admin.security.sessions import Sessions
from admin.security.setup_code import SetupCode
from admin.security.throttle import (
    FREE,
    LONGEST_SECONDS,
    REFILL_SECONDS,
    STRANGERS,
    Throttle,
    TooManyGuesses,
    client_of,
)
from sync.home import Home
from tests.manual_clock import ManualClock

DAY = 86_400.0


def test_a_password_matches_its_own_hash_alone() -> None:
    kept = passwords.hashed("correct horse")
    assert passwords.matches("correct horse", kept)
    assert not passwords.matches("correct horse ", kept)
    assert "correct" not in kept
    assert kept != passwords.hashed("correct horse")


@pytest.mark.parametrize("kept", ["", "x", "scrypt$1$2$3", "scrypt$a$8$1$AA==$AA==", "md5$16384$8$1$AA==$AA==",
                                  "scrypt$3$8$1$AA==$AA==", "scrypt$16384$8$1$§$§"])  # fmt: skip
def test_a_damaged_hash_matches_nothing(kept: str) -> None:
    assert not passwords.matches("", kept)
    assert not passwords.matches("anything", kept)


def test_five_guesses_are_free_and_each_more_costs_twice_the_wait(clock: ManualClock) -> None:
    throttle = Throttle(clock)
    waits = []
    for _ in range(FREE):
        throttle.take("10.0.0.7")
    for _ in range(12):
        with pytest.raises(TooManyGuesses) as refused:
            throttle.take("10.0.0.7")
        seconds = float(str(refused.value.facts["seconds"]))
        waits.append(seconds)
        clock.advance(seconds)
        throttle.take("10.0.0.7")
    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) == LONGEST_SECONDS


def test_a_stepped_clock_shortens_no_wait(clock: ManualClock) -> None:
    throttle = Throttle(clock)
    for _ in range(FREE):
        throttle.take("10.0.0.7")
    clock.step(400 * DAY)
    with pytest.raises(TooManyGuesses):
        throttle.take("10.0.0.7")


def test_a_right_guess_clears_the_count(clock: ManualClock) -> None:
    throttle = Throttle(clock)
    for _ in range(100):
        throttle.take("10.0.0.7")
        throttle.succeeded("10.0.0.7")


def test_guesses_at_the_same_time_count_each(clock: ManualClock) -> None:
    throttle = Throttle(clock)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: took(throttle, "10.0.0.7"), range(40))) == FREE


def took(throttle: Throttle, client: str, *, known: bool = False) -> bool:
    try:
        throttle.take(client, known=known)
    except TooManyGuesses:
        return False
    return True


@pytest.mark.parametrize("pause", [1.0, 60.0, 900.0, 3600.0, 4000.0, DAY], ids=lambda pause: f"every {pause:g} s")
def test_whoever_guesses_from_one_address_never_keeps_another_out(clock: ManualClock, pause: float) -> None:
    throttle = Throttle(clock)
    for _ in range(min(5000, int(40 * DAY / pause))):
        # As many at once as are let through: the worst that a patient stranger can do.
        while took(throttle, "10.0.0.66"):
            pass
        clock.advance(pause)
    throttle.take("10.0.0.7")


def test_whoever_owns_many_addresses_guesses_a_bounded_number_of_times_and_known_browsers_pass(
    clock: ManualClock,
) -> None:
    throttle = Throttle(clock)
    days, right = 10, 0
    for number in range(days * 24 * 60):
        right += sum(took(throttle, f"fd00::{number}:{each}") for each in range(3))
        clock.advance(60)
    assert right <= STRANGERS + days * DAY / REFILL_SECONDS + 1
    with pytest.raises(TooManyGuesses) as refused:
        for each in range(STRANGERS + 1):
            throttle.take(f"10.0.1.{each}")
    assert (refused.value.facts["crowd"], refused.value.facts["ipv6"]) == (True, False)
    assert [took(throttle, "device a", known=True) for _ in range(FREE + 1)] == [True] * FREE + [False]
    assert took(throttle, "device b", known=True)


def test_who_uses_up_the_guesses_of_ipv6_keeps_no_phone_with_ipv4_out(clock: ManualClock) -> None:
    throttle = Throttle(clock)
    with pytest.raises(TooManyGuesses) as refused:
        for number in range(STRANGERS + 1):
            throttle.take(f"fd00::{number}")
    assert (refused.value.facts["crowd"], refused.value.facts["ipv6"]) == (True, True)
    throttle.take("192.168.1.7")


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.168.1.7", "192.168.1.7"), ("::ffff:192.168.1.7", "192.168.1.7"), ("fe80::1%wlan0", "fe80::1"),
        ("FD00:0:0::1", "fd00::1"), (None, ""), ("", ""), ("unix:", "unix:"),
    ],
)  # fmt: skip
def test_a_client_is_one_address_however_it_is_written(address: str | None, client: str) -> None:
    assert client_of(address) == client


def test_the_code_matches_with_blanks_and_dashes(clock: ManualClock) -> None:
    code = SetupCode(clock)
    shown = code.current()
    assert len(shown) == 8
    assert code.matches(f" {shown[:4]}-{shown[4:]} ")


def test_the_code_is_another_one_after_five_tries(clock: ManualClock) -> None:
    code = SetupCode(clock)
    shown = code.current()
    wrong = f"{(int(shown) + 1) % 10**8:08d}"
    assert not any(code.matches(wrong) for _ in range(5))
    assert not code.matches(shown)
    assert code.current() != shown


def test_the_code_lives_for_ten_minutes(clock: ManualClock) -> None:
    code = SetupCode(clock)
    shown = code.current()
    clock.advance(599)
    assert code.current() == shown
    clock.advance(1)
    assert code.current() != shown
    assert not code.matches(shown)


def test_the_code_survives_text_that_is_no_number(clock: ManualClock) -> None:
    code = SetupCode(clock)
    assert not code.matches("１２３４５６７８")
    assert not code.matches("\udcff")


def test_a_session_is_open_until_it_is_ended(home: Home, clock: ManualClock) -> None:
    sessions = Sessions(home.private / "sessions.json", clock)
    one, other = sessions.begin(), sessions.begin()
    assert sessions.is_open(one)
    sessions.end(one)
    assert not sessions.is_open(one)
    assert sessions.is_open(other)
    sessions.end_all()
    assert not sessions.is_open(other)


def test_the_file_of_sessions_holds_no_secret(home: Home, clock: ManualClock) -> None:
    path = home.private / "sessions.json"
    secret = Sessions(path, clock).begin()
    assert secret not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert Sessions(path, clock).is_open(secret)


def test_a_session_ends_after_two_weeks_unused_and_after_a_month_in_any_case(home: Home, clock: ManualClock) -> None:
    sessions = Sessions(home.private / "sessions.json", clock)
    unused, used = sessions.begin(), sessions.begin()
    for _ in range(29):
        clock.advance(DAY)
        assert sessions.is_open(used)
    assert not sessions.is_open(unused)
    clock.advance(1.01 * DAY)
    assert not sessions.is_open(used)


def test_a_stepped_wall_clock_signs_nobody_out(home: Home, clock: ManualClock) -> None:
    sessions = Sessions(home.private / "sessions.json", clock)
    secret = sessions.begin()
    clock.step(5 * 365 * DAY)
    assert sessions.is_open(secret)
    clock.step(-9 * 365 * DAY)
    assert sessions.is_open(secret)


@pytest.mark.parametrize("content", [b"", b"{", b'[{"hash": 3}]', b"\xff\xfe", b"[[[["])
def test_a_damaged_file_of_sessions_signs_everybody_out(home: Home, clock: ManualClock, content: bytes) -> None:
    path = home.private / "sessions.json"
    path.write_bytes(content)
    sessions = Sessions(path, clock)
    assert not sessions.is_open("")
    assert sessions.is_open(sessions.begin())


def test_using_the_page_writes_next_to_nothing(home: Home, clock: ManualClock) -> None:
    path = home.private / "sessions.json"
    sessions = Sessions(path, clock)
    secret = sessions.begin()
    before = path.stat().st_mtime_ns
    for _ in range(100):
        clock.advance(10)
        sessions.is_open(secret)
    assert path.stat().st_mtime_ns == before
