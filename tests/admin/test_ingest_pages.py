"""The pages of ingest: what was typed is tried out, and what was tried becomes the inbox, which rests until a yes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.album_names import ENDS, row_of, rows_of, template_of
from sync.home import Home
from sync.ingest.templates import AlbumFacts, parse
from sync.library import ingest as rows
from sync.library.database import Library
from sync.settings.edit import add_inbox, add_root, add_smart
from sync.settings.ingest import After, Inbox, Size, Way
from sync.settings.reading import load
from tests.admin.phone import Phone, fields_of
from tests.admin.queue import ended, queued, the_only

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIBRARIES = [{"id": "lib-1", "name": "Phone", "import_paths": ["/ext"]}]
WELL: dict[str, Any] = {"inbox": "Phone", "ok": True, "problems": [], "notes": [], "libraries": LIBRARIES}


@pytest.fixture
def phones(server: Home) -> Home:
    add_inbox(server, {"name": "Phone", "server": "home", "folder": "/mnt/phone", "library": "lib-1", "landing": "/in"})
    return server


def saved(home: Home) -> Inbox:
    (inbox,) = load(home.settings).settings.inboxes
    return inbox


def test_what_was_tried_becomes_an_inbox_that_rests(phone: Phone, server: Home, library: Library) -> None:
    phone.get("/ingest/new")
    typed = {"name": "Phone", "way": "library", "folder": "/mnt/phone", "landing": "/in", "stack_top": "adjusted",
             "stack_behind": ["original", "adjusted"], "album_name": ["Phone", "All", ""], "album_by": ["year", "", ""],
             "favourite_rating": "5", "interval_minutes": "15"}  # fmt: skip
    answer = phone.post("/ingest/try", typed)
    number = the_only(library, "ingest-check")
    ended(server, number, **WELL | {"ok": False, "problems": ["None is chosen."]})
    assert "Which library?" in phone.follow(answer).text
    assert phone.post(f"/ingest/keep/{number}").status_code == 404, "it cannot work yet"
    phone.post(f"/ingest/library/{number}", {"library": "lib-1"})
    (again,) = [n for n in range(1, 10) if n != number and _is_check(library, n)]
    ended(server, again, **WELL)
    assert "It works" in phone.get(f"/ingest/tried/{again}").text
    phone.post(f"/ingest/keep/{again}")
    inbox = saved(server)
    assert (inbox.folder, inbox.landing, inbox.library, inbox.paused) == ("/mnt/phone", "/in", "lib-1", True)
    assert (inbox.stack, inbox.albums) == ((Size.ADJUSTED, Size.ORIGINAL), ("Phone/{:%Y}", "All"))
    assert "interval_minutes" not in server.settings.read_text(), "what is as it is by default stands in no file"


def _is_check(library: Library, number: int) -> bool:
    from sync.library import jobs

    job = jobs.get(library, number)
    return job is not None and job.kind == "ingest-check"


def test_an_edit_takes_out_what_is_as_by_default_and_keeps_the_rest(
    phone: Phone, phones: Home, library: Library
) -> None:
    phones.settings.write_text(phones.settings.read_text() + "quiet_seconds = 7  # ours\n")
    phone.get("/ingest/edit?name=Phone")
    phone.post("/ingest/try", {"was": "Phone", "way": "upload", "folder": "/mnt/phone", "after": "keep"})
    number = the_only(library, "ingest-check")
    ended(phones, number, **WELL)
    phone.get(f"/ingest/tried/{number}")
    phone.post(f"/ingest/keep/{number}")
    inbox = saved(phones)
    assert (inbox.way, inbox.landing, inbox.after, inbox.paused) == (Way.UPLOAD, "", After.KEEP, False)
    assert inbox.quiet_seconds == 7
    assert "# ours" in phones.settings.read_text()
    answer = phone.post(f"/ingest/keep/{number}")
    assert "Somebody changed this meanwhile" in answer.text, "what was tried was another inbox"


WRONG = {
    "no folder": ({"name": "P", "folder": ""}, "Write the whole path"),
    "no whole path": ({"name": "P", "folder": "photos"}, "Write the whole path"),
    "no name": ({"folder": "/p"}, "Give it a name"),
    "a stack of one": ({"name": "P", "folder": "/p", "stack_top": "original"}, "at least one more form"),
    "an album without end": (
        {"name": "P", "folder": "/p", "album_name": "x" * 300, "album_by": "year"}, "at most 250 characters",
    ),
    "minutes": ({"name": "P", "folder": "/p", "interval_minutes": "0"}, "A number from"),
}


@pytest.mark.parametrize(("typed", "sentence"), WRONG.values(), ids=WRONG)
def test_what_makes_no_sense_is_told_beside_its_field(
    phone: Phone, server: Home, library: Library, typed: dict[str, str], sentence: str
) -> None:
    phone.get("/ingest/new")
    answer = phone.post("/ingest/try", typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not queued(library)


def test_a_first_yes_ends_the_rest(phone: Phone, phones: Home, library: Library) -> None:
    phone.get("/ingest/inbox?name=Phone")
    phone.post("/ingest/pause", {"name": "Phone", "value": "yes"})
    phone.post("/ingest/preview", {"name": "Phone"})
    number = the_only(library, "ingest-preview")
    item = {"what": "2024/a.jpg", "asset": None, "do": "register", "fields": [], "why": "new: 1 file"}
    ended(phones, number, plan="3f9a", counts={"register": 1}, items=[item], more=0, waiting=0, known=0)
    assert "1 to take in" in phone.get(f"/ingest/previewed/{number}").text
    phone.post(f"/ingest/confirm/{number}")
    assert ("ingest-run", {"inboxes": ["Phone"], "plan": "3f9a"}) in queued(library)
    assert not saved(phones).paused


def test_history_problems_and_undo(phone: Phone, phones: Home, library: Library) -> None:
    with library.transaction() as db:
        run = rows.begin(db, "Phone", server="home", plan="p", now=NOW)
        rows.end(db, run, {"photos": 3})
        rows.put_groups(db, "Phone", [rows.GroupRow(key="a.jpg", members="", sidecars="", state=rows.State.PENDING,
                                                    problem="It is <torn>.")])  # fmt: skip
    page = phone.get("/ingest/inbox?name=Phone").text
    assert "3 photos" in page
    assert "It is &lt;torn&gt;." in page
    assert "Yes, take it back" in phone.follow(phone.post("/ingest/undo", {"name": "Phone", "run": str(run)})).text
    phone.post("/ingest/undo", {"name": "Phone", "run": str(run), "sure": "yes"})
    assert queued(library) == [("ingest-undo", {"inbox": "Phone", "run": run})]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_of_the_chores_opens_where_something_is_set_up(phone: Phone, phones: Home, language: str) -> None:
    add_root(phones, {"name": "Photos", "server": "home", "prefix": "/ext", "folder": "/mnt/photos"})
    add_smart(phones, {"name": "Anna", "server": "home", "rule": {"people": ["Anna"]}})
    for address in (
        "smart", "smart/new", "smart/edit?name=Anna", "smart/album?name=Anna", "smart/album?name=Anna&sure=1&leave=1",
        "writeback", "writeback/new", "writeback/root?name=Photos", "ingest", "ingest/new", "ingest/edit?name=Phone",
        "ingest/inbox?name=Phone", "ingest/inbox?name=Phone&leave=1", "more",
    ):  # fmt: skip
        answer = phone.get(f"/{address}", **{"Accept-Language": language})
        assert answer.status_code == 200, address
        assert f'lang="{language}"' in answer.text


def test_one_more_album_is_asked_for_and_nothing_is_tried_yet(phone: Phone, server: Home, library: Library) -> None:
    page = phone.get("/ingest/new").text
    assert page.count('name="album_name"') == 1
    typed = {"name": "Phone", "folder": "/mnt/phone", "album_name": ["A"], "album_by": ["month"], "more": "1"}
    page = phone.post("/ingest/try", typed).text
    assert page.count('name="album_name"') == 3
    assert "A/2026/11" in page, "an example without any script"
    assert 'value="/mnt/phone"' in page, "nothing typed is lost"
    assert not queued(library)


def test_a_template_of_ones_own_and_the_order_of_a_stack_stay(phone: Phone, server: Home, library: Library) -> None:
    albums = ["[adjusted]:iCloud", "iCloud/{taken:%Y}", "{camera}", "Al{{l}}/{:%Y/%m}"]
    add_inbox(server, {"name": "Phone", "server": "home", "folder": "/mnt/phone", "library": "l", "albums": albums,
                       "stack": ["adjusted", "thumb", "original"]})  # fmt: skip
    page = phone.get("/ingest/edit?name=Phone").text
    assert 'value="Al{l}"' in page
    sent = fields_of(page, "/ingest/try")
    phone.post("/ingest/try", sent.to_dict(flat=False))
    [(_, arguments)] = queued(library)
    assert arguments["values"]["albums"] == albums
    assert arguments["values"]["stack"] == ["adjusted", "thumb", "original"]


@given(template=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(str.strip).filter(bool))
def test_every_template_becomes_a_row_and_the_same_template_again(template: str) -> None:
    assert template_of(row_of(template)) == template


@given(
    name=st.text(st.characters(exclude_categories=("C", "Z")), max_size=20).map(str.strip).filter(str.isprintable),
    by=st.sampled_from([*ENDS]),
)
def test_every_name_that_is_typed_means_itself(name: str, by: str) -> None:
    rows = rows_of([name], [by])
    facts = AlbumFacts(created=NOW, taken=NOW, folder="Holidays", camera="Canon EOS R6")
    for row in rows:
        if not name.startswith("["):
            assert parse(template_of(row)).name(facts) == row.example.strip()


def test_what_was_tried_shows_the_albums_of_a_photo_taken_now(phone: Phone, server: Home, library: Library) -> None:
    phone.get("/ingest/new")
    phone.post("/ingest/try", {"name": "Phone", "folder": "/mnt/phone", "album_name": "A", "album_by": "year"})
    number = the_only(library, "ingest-check")
    ended(server, number, **WELL | {"examples": [{"template": "A/{:%Y}", "name": "A/2026"}]})
    page = phone.get(f"/ingest/tried/{number}").text
    assert "Albums of a photo taken now" in page
    assert "A/2026" in page
