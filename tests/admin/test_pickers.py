"""Pickers in a real browser, with a finger and without a script: night hours, albums of an inbox, moving in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.home import Home, find, prepare
from sync.library.database import Library
from sync.settings.edit import put_server, set_value
from sync.settings.reading import load
from tests.admin.chromium import PROGRAM, Browser, open_browser
from tests.admin.looks import look
from tests.admin.phone import PASSWORD
from tests.admin.served import answering

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason="needs chromium")]
RULES = '''SYNC_CONFIGS = [{"name": "Our Anna", "filters": [{"key": "people", "val": ["Anna"], "operator": "AND"}]}]'''


@pytest.fixture
def place(tmp_path: Path) -> Home:
    (tmp_path / "r").mkdir()
    home = find({"MANTELPIECE_HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(tmp_path / "r")})
    prepare(home)
    Library(home.library).close()
    put_server(home, "home", {"url": "http://127.0.0.1:9"})
    return home


@pytest.fixture
def signed_in(place: Home) -> Iterator[tuple[Browser, str]]:
    """A phone, and where the page is."""
    with answering(place) as (address, context), open_browser() as browser:
        browser.size(360, 780)
        browser.language("en")
        browser.open(address)
        browser.type("code", context.code.current())
        browser.type("password", PASSWORD)
        browser.type("again", PASSWORD)
        browser.press("Set up this frame")
        browser.until("document.querySelector('nav.tabs')")
        yield browser, address
        assert not browser.complaints


def go(browser: Browser, label: str) -> None:
    """Press something and wait for the page that it leads to. Without a script nothing of a page can be marked, so
    that the document itself tells whether it is another one."""
    before = browser.run("performance.timeOrigin")
    browser.press(label)
    browser.until(f"performance.timeOrigin !== {before} && document.readyState === 'complete'")
    browser.settle()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_night_hours_are_picked_with_a_finger(signed_in: tuple[Browser, str], place: Home, script: bool) -> None:
    browser, address = signed_in
    set_value(place, "power.latitude", "48.2")
    browser.script(allowed=script)
    browser.open(f"{address}/night")
    assert browser.run("document.body.innerText.includes('always on')")
    go(browser, "Add night hours")
    look(browser, f"night-added-{script}")
    browser.type("w0_from_time", "23:15")
    for day in ("Sat", "Sun"):
        browser.press(day)
    go(browser, "Add night hours")
    browser.run("document.querySelector('[name=w1_from]').value = 'sunset'")
    assert not browser.run("document.querySelector('[name=w1_from_time]').checkVisibility()")
    browser.type("w1_from_minutes", "-30")
    browser.run("document.querySelector('[name=w1_level]').value = '40'")
    go(browser, "Save")
    assert load(place.settings).settings.power.night == "Mo-Fr 23:15-06:30; sunset-30-06:30 40%"
    look(browser, f"night-saved-{script}")
    go(browser, "Remove these hours")
    assert load(place.settings).settings.power.night.startswith("Mo-Fr"), "nothing is saved before"
    go(browser, "Save")
    assert load(place.settings).settings.power.night == "sunset-30-06:30 40%"


def test_the_enter_key_saves_and_takes_nothing_away(signed_in: tuple[Browser, str], place: Home) -> None:
    browser, address = signed_in
    set_value(place, "power.night", "22:30-06:30")
    browser.open(f"{address}/night")
    browser.type("brightness", "70")
    before = browser.run("performance.timeOrigin")
    browser.run("document.querySelector('[name=brightness]').focus()")
    browser.key("Enter")
    browser.until(f"performance.timeOrigin !== {before} && document.readyState === 'complete'")
    power = load(place.settings).settings.power
    assert (power.night, power.brightness) == ("22:30-06:30", 70)


def test_an_album_shows_what_it_would_be_called_while_it_is_typed(signed_in: tuple[Browser, str]) -> None:
    browser, address = signed_in
    browser.open(f"{address}/ingest/new")
    browser.press("Albums, stacks")
    browser.run(
        """(() => {
            const row = document.querySelector('.album-row');
            row.querySelector('input').value = 'iCloud';
            row.querySelector('select').value = 'month';
            row.querySelector('select').dispatchEvent(new Event('input', {bubbles: true}));
        })()"""
    )
    assert browser.run("document.querySelector('.album-row output').textContent") == "iCloud/2026/11"
    look(browser, "ingest-albums")
    go(browser, "One more album")
    assert browser.run("document.querySelectorAll('.album-row').length") == 3
    assert browser.run("document.querySelector('.album-row output').textContent") == "iCloud/2026/11"


def test_old_rules_are_uploaded_looked_at_and_taken(
    signed_in: tuple[Browser, str], place: Home, tmp_path: Path
) -> None:
    browser, address = signed_in
    (tmp_path / "local_settings.py").write_text(RULES)
    browser.open(f"{address}/smart")
    go(browser, "Move in from another tool")
    look(browser, "moving")
    browser.choose_file("file", tmp_path / "local_settings.py")
    go(browser, "Read it")
    assert "photos and videos of Anna" in browser.run("document.body.innerText")
    look(browser, "moving-understood")
    go(browser, "Add these smart albums")
    assert "Our Anna" in browser.run("document.body.innerText")
    assert load(place.settings).settings.smart[0].paused, "it rests until somebody saw what it does"
