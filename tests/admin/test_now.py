"""The page of now, with a real frame beside it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from html import unescape

import pytest

from admin.context import Context
from frame.control import ask
from sync.home import Home
from sync.library import jobs
from sync.library.database import Library
from sync.library.jobs import Lane, State
from tests.admin.phone import Phone
from tests.admin.wall import hanging
from tests.patience import until
from tests.sample_catalogues import make


@pytest.fixture
def wall(home: Home) -> Iterator[Home]:
    make(home, count=5)
    with hanging(home):
        until(lambda: ask(home, "now")["showing"] == "photo")
        yield home


def test_it_shows_what_hangs_there_and_why(phone: Phone, wall: Home) -> None:
    now = ask(wall, "now")
    page = phone.get("/").text
    assert f"/thumb/{now['object']}" in page
    assert "Vienna, Austria" in page
    assert "14 July 2017" in page
    assert "Anna" in page
    reason = page.partition('<p class="why">')[2].partition("</p>")[0]
    assert reason.count("Sample") == 1
    assert phone.get(f"/thumb/{now['object']}").headers["Cache-Control"] == "private, max-age=60", "it stands in"
    picture = phone.get(f"/picture/{now['object']}")
    assert picture.mimetype == "image/jpeg"
    assert "immutable" in picture.headers["Cache-Control"]


def test_the_reason_is_said_in_the_words_of_the_wall_in_the_readers_language(phone: Phone, wall: Home) -> None:
    now = ask(wall, "now")
    page = phone.get("/", **{"Accept-Language": "de"}).text
    reason = page.partition('<p class="why">')[2].partition("</p>")[0]
    assert unescape(reason).strip() == now["why_in"]["de"] != now["why"]


def test_next_back_pause_and_favourite_reach_the_wall(phone: Phone, wall: Home) -> None:
    first = ask(wall, "now")["key"]
    phone.get("/")
    assert phone.post("/wall/next").status_code == 303
    until(lambda: ask(wall, "now")["key"] != first)
    phone.post("/wall/back")
    until(lambda: ask(wall, "now")["key"] == first)
    phone.post("/wall/pause")
    assert ask(wall, "now")["paused"]
    phone.post("/wall/resume")
    assert not ask(wall, "now")["paused"]
    phone.post("/wall/favourite", {"key": first})
    assert ask(wall, "now")["favourite"]
    assert len(list(wall.intents.iterdir())) == 1, "it is written down for the server"


def test_the_screen_is_switched_off_and_on_and_the_page_says_how(phone: Phone, wall: Home) -> None:
    page = phone.get("/").text
    assert "Turn the screen off" in page
    page = phone.follow(phone.post("/wall/screen-off")).text
    assert "The screen is off. Somebody said so" in page
    until(lambda: ask(wall, "now")["screen"]["way"] == "")
    assert "No way was found to switch this panel off" in phone.get("/night").text
    phone.post("/wall/screen-auto")
    assert ask(wall, "now")["screen"]["level"] == 100


def test_a_hidden_photo_leaves_at_once_and_can_be_brought_back(phone: Phone, wall: Home) -> None:
    key = ask(wall, "now")["key"]
    phone.get("/")
    page = phone.follow(phone.post("/wall/hide", {"key": key, "next": f"/?hidden={key}"}))
    assert "will not come again" in page.text
    until(lambda: ask(wall, "now").get("key") not in (None, key))
    assert phone.post("/wall/unhide", {"key": key}).status_code == 303


def test_the_small_answer_is_silent_when_nothing_moved(phone: Phone, wall: Home) -> None:
    phone.get("/")
    phone.post("/wall/pause")
    first = phone.get("/now?parts=bar+wall+work", Accept="application/json")
    since = first.json["since"]
    again = phone.get(f"/now?parts=bar+wall+work&since={since}", Accept="application/json")
    assert again.status_code == 304
    assert not again.data
    phone.post("/wall/resume")
    assert phone.get(f"/now?parts=bar+wall+work&since={since}", Accept="application/json").status_code == 200
    assert len(first.data) < 8_000


def test_what_hung_there_before_is_listed_once_each(phone: Phone, wall: Home) -> None:
    seen = [ask(wall, "now")["object"]]
    for _ in range(3):
        before = ask(wall, "now")["key"]
        ask(wall, "next")
        until(lambda before=before: ask(wall, "now")["key"] != before)
        seen.append(ask(wall, "now")["object"])
    page = phone.get("/").text
    for name in set(seen[:-1]) - {seen[-1]}:
        assert page.count(f'src="/thumb/{name}"') == 1


def test_a_frame_that_is_slow_to_answer_is_none_that_does_not_run(phone: Phone, home: Home) -> None:
    make(home, count=5)
    with hanging(home) as process:
        until(lambda: ask(home, "now")["showing"] == "photo")
        before = phone.get("/").text
        process.send_signal(signal.SIGSTOP)
        try:
            page = phone.get("/").text
        finally:
            process.send_signal(signal.SIGCONT)
    assert "The wall is not running" not in before + page
    assert page.count("Vienna, Austria") == before.count("Vienna, Austria") > 0, "what it said last"


def test_without_a_frame_the_page_says_so(phone: Phone, context: Context) -> None:
    assert phone.get("/").status_code == 200
    answer = phone.post("/wall/next", Accept="application/json")
    assert answer.status_code == 503
    assert "The wall is not running" in answer.json["sentence"]


@pytest.mark.parametrize("name", ["x", "../../private/secrets.toml", "0" * 40 + ".html", "0" * 40 + ".svg", "0" * 40])
def test_only_pictures_are_given_out(phone: Phone, home: Home, name: str) -> None:
    assert phone.get(f"/picture/{name}").status_code == 404
    assert phone.get(f"/thumb/{name}").status_code == 404


def test_a_button_that_does_not_exist_is_not_pressed(phone: Phone) -> None:
    assert phone.post("/wall/quit").status_code == 404
    assert phone.post("/wall/welcome").status_code == 404


@pytest.mark.parametrize(
    ("progress", "told"),
    [
        ({"doing": "Fetching photos", "done": 10, "of": 100, "seconds": 20}, "about 3 minutes left"),
        ({"doing": "Fetching photos", "done": 90, "of": 100, "seconds": 20}, "under a minute left"),
        ({"doing": "Fetching photos", "done": 1, "of": 100, "seconds": 0.5}, "1 / 100"),
        ({"doing": "Fetching photos", "done": "x", "of": None, "seconds": "y"}, "Fetching photos"),
    ],
)
def test_a_job_says_how_long_it_still_takes(
    phone: Phone, home: Home, library: Library, progress: dict[str, object], told: str
) -> None:
    number = jobs.add(library, kind="sync", lane=Lane.BULK, resource="", arguments={}, asked_by="test")
    with library.transaction() as db:
        jobs.set_state(db, number, State.RUNNING)
    (home.progress / f"{number}.json").write_text(json.dumps(progress))
    page = phone.get("/jobs").text
    assert told in page
    assert ("left" in page) == ("left" in told)


def test_syncs_that_wait_are_told_apart_by_their_albums(phone: Phone, library: Library) -> None:
    for albums in (["Holidays", "Anna & Ben"], ["By the sea"], None):
        jobs.add(library, kind="sync", lane=Lane.BULK, resource="", arguments={"albums": albums}, asked_by="test")
    page = phone.get("/jobs").text
    assert "<strong>Sync</strong> Holidays, Anna &amp; Ben" in page
    assert "<strong>Sync</strong> By the sea" in page
    assert page.count("<strong>Sync</strong>") == 3


def test_one_of_those_shown_before_is_shown_once_more(phone: Phone, wall: Home) -> None:
    first = ask(wall, "now")["key"]
    ask(wall, "next")
    until(lambda: ask(wall, "now")["key"] != first)
    page = phone.get("/").text
    assert f'name="key" value="{first}"' in page
    phone.post("/wall/show", {"key": first})
    until(lambda: ask(wall, "now")["key"] == first)
    assert phone.post("/wall/show", {}).status_code == 503, "the frame says what it needs"
