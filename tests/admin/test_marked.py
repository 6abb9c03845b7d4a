"""What people did to single photos, as the page tells it; and which small pictures it asks for."""

from __future__ import annotations

from admin.cli.status import _from_library
from admin.context import Context
from admin.thumbs import want
from sync.files import locked
from sync.home import Home
from sync.library import intents, jobs
from sync.library.database import Library
from sync.library.intents import FAVOURITE, HIDE, IntentRow, State
from sync.settings.tree import Settings
from tests.admin.phone import Phone
from tests.admin.wall import hanging
from tests.patience import until
from tests.sample_catalogues import make

WHY = "The key lacks the permission asset.update for favourite of asset a."


def note(library: Library, kind: str, key: str, **more: object) -> None:
    fields = {"value": True, "at": 1_700_000_000, "file": "x", "state": State.DONE if kind == HIDE else State.WAITING}
    with library.transaction() as db:
        intents.put(db, IntentRow(kind=kind, key=key, **fields | more))


def waiting_jobs(library: Library) -> list[jobs.Job]:
    return jobs.in_state(library, jobs.State.WAITING)


def test_a_favourite_that_waits_is_told_with_its_reason_on_every_page_and_by_status(
    phone: Phone, library: Library, home: Home
) -> None:
    note(library, FAVOURITE, "home:a")
    assert "waits for Immich" not in phone.get("/albums").text, "one that was not refused yet is no news"
    note(library, FAVOURITE, "home:a", sentence=WHY)
    assert "One favourite waits for Immich." in phone.get("/albums").text
    assert "asset.update" in phone.get("/marked").text
    told = _from_library(home, Settings())["favourites"]
    assert told == [{"photo": "home:a", "value": True, "at": 1_700_000_000, "problem": WHY}]


def test_it_can_be_tried_now(phone: Phone, library: Library) -> None:
    note(library, FAVOURITE, "home:a", sentence=WHY)
    phone.get("/marked")
    assert "It is being tried." in phone.follow(phone.post("/marked/send")).text
    (job,) = waiting_jobs(library)
    assert (job.kind, job.asked_by) == ("favourites", "phone")


def test_what_is_hidden_here_is_listed_and_comes_back(phone: Phone, library: Library, home: Home) -> None:
    make(home, count=3)
    with hanging(home):
        until(lambda: phone.get("/now?parts=wall").status_code == 200)
        until(lambda: phone_house(phone).frame("now")["showing"] == "photo")
        key = str(phone_house(phone).frame("now")["key"])
        phone.get("/")
        phone.post("/wall/hide", {"key": key})
        assert key.partition(":")[2] in phone.get("/marked").text
        assert phone.post("/wall/unhide", {"key": key, "next": "/marked"}).headers["Location"] == "/marked"
        assert len(list(home.intents.iterdir())) == 2
        note(library, HIDE, key)
        assert "Nothing is hidden." in phone.get("/marked").text, "the wall knows best"
    assert key.partition(":")[2] in phone.get("/marked").text, "what sync noted stands in for it"


def phone_house(phone: Phone) -> Context:
    found = phone.client.application.extensions["mantelpiece"]
    assert isinstance(found, Context)
    return found


def test_small_pictures_that_are_missing_are_asked_for_once(context: Context, library: Library) -> None:
    names = [f"{number:040x}.jpg" for number in range(3)]
    (context.home.thumbs / f"{0:040x}.jpg").write_bytes(b"x")
    want(context, names)
    assert waiting_jobs(library) == [], "nobody is there to make them"
    with locked(context.home.locks / "daemon", "the sync service"):
        want(context, names)
        want(context, names)
        (job,) = waiting_jobs(library)
        assert (job.kind, job.arguments) == ("thumbs", {"objects": names[1:]})
        context.clock.advance(3601)  # type: ignore[attr-defined]
        with library.transaction() as db:
            jobs.set_state(db, job.id, jobs.State.ENDED)
        want(context, names)
        assert len(waiting_jobs(library)) == 1
