"""Pages that change settings: the wall, an album, servers. Real files, real library, no sync: jobs only wait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from admin.pages.albums import in_step
from admin.pages.wall_fields import FIELDS
from sync import secrets
from sync.home import Home
from sync.jobs.wake import Bell
from sync.library import albums, held, jobs, memberships, objects, photos, runs
from sync.library.albums import AlbumRow
from sync.library.database import Library
from sync.library.held import HeldRow
from sync.library.jobs import Lane, State
from sync.library.objects import ObjectRow
from sync.library.runs import Outcome
from sync.settings.edit import add_album, change_album, put_server
from sync.settings.reading import load
from sync.settings.tree import Source
from sync.settings.wall import Choosing, Wall, Words
from tests.admin.phone import Phone, fields_of, seen_on
from tests.admin.queue import queued

TOP = Path(__file__).parents[2]


@pytest.fixture
def furnished(home: Home, library: Library) -> Home:
    put_server(home, "home", {"url": "http://192.0.2.1:2283"})
    add_album(home, {"name": "Holidays", "source": "album", "server": "home", "id": "a-1"})
    return home


def test_every_setting_of_the_wall_has_its_field_and_is_read_by_the_frame(phone: Phone) -> None:
    keys = [*Wall.__struct_fields__, *(f"words.{name}" for name in Words.__struct_fields__)]
    keys += [f"choosing.{name}" for name in Choosing.__struct_fields__]
    assert sorted(FIELDS) == sorted(keys)
    page = phone.get("/wall").text
    assert [key for key in keys if f'name="{key}"' not in page] == []
    assert phone.post("/wall/change", {"seen": seen_on(page), "pairs": "false"}).status_code == 303
    assert 'name="pairs" value="true" checked' not in phone.get("/wall").text
    code = "".join(path.read_text(encoding="utf-8") for path in (TOP / "frame").rglob("*.py"))
    assert [key for key in keys if f"{key if '.' in key else 'wall.' + key}" not in code] == []


def test_a_change_of_the_wall_is_written_and_can_be_taken_back(phone: Phone, home: Home) -> None:
    home.settings.write_text("# mine\n[wall]\nlayout = 'fit'  # as it should be\n")
    page = phone.get("/wall").text
    answer = phone.post("/wall/change", {"seen": seen_on(page), "layout": "fill", "interval_seconds": "60"})
    assert load(home.settings).settings.wall.layout == "fill"
    assert load(home.settings).settings.wall.interval_seconds == 60
    assert "# mine" in home.settings.read_text()
    page = phone.follow(answer).text
    assert "Take it back" in page
    undo = {"seen": seen_on(page), "layout": "fit", "interval_seconds": "30"}
    phone.post("/wall/change", undo)
    assert load(home.settings).settings.wall.layout == "fit"


def test_two_phones_do_not_overwrite_each_other(phone: Phone, home: Home) -> None:
    one = seen_on(phone.get("/wall").text)
    assert phone.post("/wall/change", {"seen": one, "layout": "fill"}).status_code == 303
    answer = phone.post("/wall/change", {"seen": one, "layout": "fit"})
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile" in answer.text
    assert load(home.settings).settings.wall.layout == "fill"


def test_an_edit_by_hand_is_not_overwritten(phone: Phone, furnished: Home) -> None:
    page = phone.get("/album?name=Holidays").text
    furnished.settings.write_text(furnished.settings.read_text().replace('id = "a-1"', 'id = "a-1"\nlimit = 7'))
    form = {"name": "Holidays", "seen": seen_on(page), "limit": "9", "interval_hours": "6", "weight": "1"}
    assert phone.post("/album/edit", form).status_code == 409
    assert load(furnished.settings).settings.albums[0].limit == 7


@pytest.mark.parametrize(
    ("field", "value"), [("interval_seconds", "-1"), ("interval_seconds", "soon"), ("size", "0x0"), ("layout", "<b>")]
)
def test_a_wrong_value_gets_a_sentence_and_loses_nothing(phone: Phone, home: Home, field: str, value: str) -> None:
    page = phone.get("/wall").text
    answer = phone.post("/wall/change", {"seen": seen_on(page), "selection": "newest", field: value})
    assert answer.status_code == 422
    assert "wrong-text" in answer.text
    assert '<option value="newest" selected>' in answer.text
    assert "<b>" not in answer.text
    assert not home.settings.exists()


def test_what_the_environment_decides_is_locked(phone: Phone, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANTELPIECE_WALL_LAYOUT", "fill")
    home.settings.write_text("[wall]\nlayout = 'fit'\n")
    page = phone.get("/wall").text
    assert '<fieldset class="segments" disabled>' in page
    assert phone.post("/wall/change", {"seen": seen_on(page), "layout": "blur"}).status_code == 422


def test_an_album_is_edited_in_place(phone: Phone, furnished: Home, library: Library) -> None:
    page = phone.get("/album?name=Holidays").text
    form = {"name": "Holidays", "seen": seen_on(page), "limit": "50", "interval_hours": "2,5", "weight": "3",
            "pick": "random", "keep": "display", "archived": "yes"}  # fmt: skip
    assert phone.post("/album/edit", form).status_code == 303
    album = load(furnished.settings).settings.albums[0]
    assert (album.limit, album.interval_hours, album.weight, album.pick) == (50, 2.5, 3, "random")
    assert (album.kept, album.archived) == ("display", True)
    assert queued(library) == [("sync", {"albums": ["Holidays"]})]


def test_a_wrong_number_of_an_album_loses_nothing_typed(phone: Phone, furnished: Home) -> None:
    page = phone.get("/album?name=Holidays").text
    form = {"name": "Holidays", "seen": seen_on(page), "limit": "many", "interval_hours": "3", "weight": "1"}
    answer = phone.post("/album/edit", form)
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert 'value="3"' in answer.text


def test_an_album_is_removed_only_after_a_second_yes(phone: Phone, furnished: Home, library: Library) -> None:
    phone.get("/album?name=Holidays")
    page = phone.follow(phone.post("/album/remove", {"name": "Holidays"}))
    assert "Yes, remove" in page.text
    assert load(furnished.settings).settings.albums
    phone.post("/album/remove", {"name": "Holidays", "sure": "yes"})
    assert not load(furnished.settings).settings.albums
    assert ("sync", {"albums": None}) in queued(library)


def test_albums_of_a_server_are_added_by_ticking_them(phone: Phone, furnished: Home, library: Library) -> None:
    from sync.jobs.progress import Ended, put_ended

    phone.get("/albums/add")
    where = phone.post("/albums/offer", {"server": "home"}).headers["Location"]
    number = int(where.rpartition("/")[2])
    assert 'http-equiv="refresh"' in phone.get(where).text, "it waits without a script"
    listed = [{"id": "a-1", "name": "Holidays", "owned": True, "photos": 3},
              {"id": "b-2", "name": "Holidays", "owned": False, "photos": 5},
              {"id": "c-3", "name": "</script><b>", "owned": True, "photos": 0}]  # fmt: skip
    put_ended(furnished, Ended(job=number, outcome="done", exit_code=0, sentence="", facts={"albums": listed}))
    page = phone.get(where).text
    assert "<b>" not in page
    assert phone.post(where, {"album": ["b-2", "c-3", "not-offered"]}).status_code == 303
    names = [(album.name, album.id) for album in load(furnished.settings).settings.albums]
    assert names == [("Holidays", "a-1"), ("Holidays (2)", "b-2"), ("</script><b>", "c-3")]
    assert ("sync", {"albums": ["Holidays (2)", "</script><b>"]}) in queued(library)


def test_a_server_is_tried_before_it_is_kept(phone: Phone, home: Home, library: Library) -> None:
    from sync.jobs.progress import Ended, put_ended

    phone.get("/servers/new")
    where = phone.post("/servers/new", {"url": "192.0.2.7:2283", "key": "KEY0123456789"}).headers["Location"]
    number = int(where.rpartition("/")[2])
    job = jobs.get(library, number)
    assert job is not None
    assert job.arguments["settings"] == {"url": "http://192.0.2.7:2283"}
    assert "KEY0123456789" not in str(job)
    assert phone.post(where + "/keep").status_code == 404, "nothing is kept before it was tried"
    facts = {"version": "3.1.0", "user": "Anna", "permissions": ["all"], "missing": []}
    put_ended(home, Ended(job=number, outcome="done", exit_code=0, sentence="", facts=facts))
    assert "Immich 3.1.0" in phone.get(where).text
    assert phone.post(where + "/keep").status_code == 303
    assert load(home.settings).settings.servers["home"].url == "http://192.0.2.7:2283"
    assert secrets.of_server(home.secrets, "home").key.reveal() == "KEY0123456789"
    assert "candidates" not in home.secrets.read_text() or "trial-" not in home.secrets.read_text()


@pytest.mark.parametrize(("url", "stay"), [("http://192.0.2.66", False), ("http://192.0.2.1:2283", True)])
def test_what_was_entered_for_one_address_goes_to_no_other(
    phone: Phone, furnished: Home, library: Library, url: str, stay: bool
) -> None:
    from sync.jobs.progress import Ended, put_ended

    secrets.put(furnished.secrets, "servers", "home", key="OLDKEY0123456", headers={"X-Gate": "CANARYgate"})
    phone.get("/servers/new")
    where = phone.post("/servers/new", {"url": url, "key": "NEWKEY0123456", "name": "home"}).headers["Location"]
    put_ended(furnished, Ended(job=int(where.rpartition("/")[2]), outcome="done", exit_code=0, sentence="", facts={}))
    assert phone.post(where + "/keep").status_code == 303
    assert load(furnished.settings).settings.servers["home"].url == url
    kept = secrets.of_server(furnished.secrets, "home")
    assert (kept.key.reveal(), bool(kept.headers)) == ("NEWKEY0123456", stay)


def test_a_link_that_is_removed_leaves_no_key_for_the_next_of_its_name(
    phone: Phone, furnished: Home, library: Library
) -> None:
    add_album(furnished, {"name": "Wedding", "source": "link", "server": "home", "id": "l-1"})
    secrets.put(furnished.secrets, "links", "Wedding", key="LINKKEY0123456789", password="CANARYpass")
    phone.get("/album?name=Wedding")
    phone.post("/album/remove", {"name": "Wedding", "sure": "yes"})
    assert "CANARY" not in furnished.secrets.read_text()
    assert not secrets.of_link(furnished.secrets, "Wedding").key


def test_a_server_that_fails_is_forgotten_and_typed_again(phone: Phone, home: Home, library: Library) -> None:
    from sync.jobs.progress import Ended, put_ended

    phone.get("/servers/new")
    where = phone.post("/servers/new", {"url": "photos.example.org", "key": "KEY0123456789"}).headers["Location"]
    number = int(where.rpartition("/")[2])
    failure = Ended(job=number, outcome="failed", exit_code=3, sentence="No answer.", advice="Look at the cable.")
    put_ended(home, failure)
    assert "Look at the cable." in phone.get(where).text
    page = phone.follow(phone.post(where + "/drop"))
    assert 'value="https://photos.example.org"' in page.text
    assert "KEY0123456789" not in home.secrets.read_text()
    assert not load(home.settings).settings.servers


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "http://a b", "http://u:p@x", "http://x/?a=b", "http://x#y",
                                 "http://x:99999", "javascript:alert(1)", "http://[::1"])  # fmt: skip
def test_an_address_that_is_none_gets_a_sentence(phone: Phone, library: Library, home: Home, url: str) -> None:
    phone.get("/servers/new")
    answer = phone.post("/servers/new", {"url": url, "key": "KEY0123456789"})
    assert answer.status_code == 422, url
    assert "wrong-text" in answer.text
    assert "KEY0123456789" not in answer.text
    assert not queued(library)


def test_what_is_held_asks_and_decides_what_was_looked_at(phone: Phone, furnished: Home, library: Library) -> None:
    row = HeldRow(album="Holidays", plan="p1", reason="More than half of the album is gone.", photos=("x", "y"),
                  since="2026-11-20T10:00:00+00:00")  # fmt: skip
    with library.transaction() as db:
        held.put(db, row)
    assert "1 album" in phone.get("/").text or "One album waits" in phone.get("/").text
    page = phone.get("/held").text
    assert "2 photos are gone" in page
    assert "More than half" in page
    phone.post("/held", {"album": "Holidays", "plan": "p0", "decision": "remove"})
    assert not queued(library), "another plan than the one that was looked at decides nothing"
    phone.post("/held", {"album": "Holidays", "plan": "p1", "decision": "keep"})
    assert queued(library)[0][0] == "held"
    assert queued(library)[0][1]["decision"] == "keep"


def test_what_was_kept_is_named_and_can_be_asked_about_again(
    phone: Phone, furnished: Home, library: Library
) -> None:
    assert "Kept by your word" not in phone.get("/held").text
    with library.transaction() as db:
        number = photos.upsert(db, server="home", asset="a", facts=b"", content=b"", added="2026-11-20T10:00:00+00:00")
        memberships.put(db, album="Holidays", photo=number, position=0, fingerprint=None)
        memberships.keep_by_hand(db, album="Holidays", assets=("a",))
    page = phone.get("/held").text
    assert "1 photo stays, though the server lists it no more." in page
    phone.post("/held", {"album": "Holidays", "decision": "ask"})
    assert queued(library) == [("held", {"album": "Holidays", "decision": "ask"})]


def test_albums_say_what_is_wrong_with_them(phone: Phone, furnished: Home, library: Library) -> None:
    with library.transaction() as db:
        albums.put(db, AlbumRow(name="Holidays", problem="Not found or no album.read access.",
                                problem_since="2026-11-20T10:00:00+00:00"))  # fmt: skip
    for address in ("/albums", "/album?name=Holidays"):
        assert "no album.read access" in phone.get(address).text


@pytest.mark.parametrize(
    ("of_run", "problem", "moved"),
    [
        ({"Holidays": {"complete": True}}, None, True),
        ({"Other": {"complete": True}}, None, False),
        ({"Holidays": {"complete": False}}, None, False),
        (None, None, False),
        ({"Holidays": {"complete": True}}, "It is gone.", False),
    ],
    ids=["compared", "paused, and another was", "in a form that nobody knows", "too much to keep", "in trouble"],
)
def test_an_album_is_in_step_since_the_last_sync_that_compared_it(
    library: Library, of_run: dict[str, Any] | None, problem: str | None, moved: bool
) -> None:
    listed = "2026-01-01T00:00:00.123456+00:00"
    row = AlbumRow(name="Holidays", listed_at=listed, problem=problem)
    number = jobs.add(library, kind="sync", lane=Lane.BULK, resource="", arguments={}, asked_by="schedule")
    job = jobs.get(library, number)
    assert job is not None
    assert in_step(row, runs.synced_at(library)) == listed
    result = None if of_run is None else {"facts": {"albums": of_run}, "problems": [], "advice": ""}
    with library.transaction() as db:
        albums.put(db, row)
        run = runs.start(db, job, boot="b")
        runs.end(db, run, outcome=Outcome.DONE, exit_code=0, sentence="", result=result, seconds=1.0)
    ended = runs.history(library)[0].ended_at
    assert in_step(row, runs.synced_at(library)) == (ended if moved else listed)
    assert in_step(AlbumRow(name="Holidays"), runs.synced_at(library)) is None


def test_both_pages_of_an_album_say_when_it_was_in_step(phone: Phone, furnished: Home, library: Library) -> None:
    with library.transaction() as db:
        albums.put(db, AlbumRow(name="Holidays", listed_at="2026-01-01T00:00:00+00:00"))
    assert "in step 1 January" in phone.get("/albums").text
    assert "1 January" in phone.get("/album?name=Holidays").text


def test_runs_are_shown_and_exported(phone: Phone, library: Library) -> None:
    number = jobs.add(library, kind="sync", lane=Lane.BULK, resource="", arguments={}, asked_by="phone")
    job = jobs.get(library, number)
    assert job is not None
    with library.transaction() as db:
        run = runs.start(db, job, boot="b")
        jobs.set_state(db, number, State.ENDED)
        runs.end(db, run, outcome=Outcome.FAILED, exit_code=3, sentence="=cmd()", seconds=61.0,
                 result={"facts": {}, "problems": ["<i>one</i>"], "advice": "Wait."})  # fmt: skip
    assert "failed" in phone.get("/jobs").text
    page = phone.get(f"/runs/{run}").text
    assert "Wait." in page
    assert "<i>" not in page
    assert phone.get("/jobs/history.json").json[0]["sentence"] == "=cmd()"
    assert "'=cmd()" in phone.get("/jobs/history.csv").text, "a spreadsheet takes it for text"


def test_a_waiting_job_can_be_cancelled(phone: Phone, library: Library) -> None:
    phone.get("/jobs")
    phone.post("/jobs/verify")
    number = jobs.in_state(library, State.WAITING)[0].id
    phone.post(f"/jobs/{number}/cancel", {"next": "//evil.com"})
    assert not jobs.in_state(library, State.WAITING)


def test_a_shared_link_becomes_an_album_without_any_key(phone: Phone, home: Home, library: Library) -> None:
    from sync.jobs.progress import Ended, put_ended

    phone.get("/link")
    sent = {"link": "https://photos.example.org/share/LINKKEY0123456789", "password": "sesame-open"}
    where = phone.post("/link", sent).headers["Location"]
    number = int(where.rpartition("/")[2])
    assert "LINKKEY" not in str(jobs.get(library, number)), "the queue holds no key"
    facts = {"id": "l-1", "name": "Wedding\n", "photos": 40}
    put_ended(home, Ended(job=number, outcome="done", exit_code=0, sentence="", facts=facts))
    assert "40 photos" in phone.get(where).text
    assert phone.post(where).status_code == 303
    album = load(home.settings).settings.albums[0]
    assert (album.name, album.source, album.id) == ("Wedding", "link", "l-1")
    kept = secrets.of_link(home.secrets, "Wedding")
    assert (kept.key.reveal(), kept.password.reveal()) == ("LINKKEY0123456789", "sesame-open")
    assert "trial-" not in home.secrets.read_text()
    assert "LINKKEY" not in home.settings.read_text()


@pytest.mark.parametrize(
    "link",
    ["", "https://x/s/name", "https://x/share/", "https://u@x/share/abcdefgh1", "ftp://x/share/abcdefgh1",
     "https://x/share/abc defgh", "javascript:x/share/abcdefgh1"],
)  # fmt: skip
def test_what_is_no_shared_link_gets_a_sentence(phone: Phone, library: Library, link: str) -> None:
    phone.get("/link")
    answer = phone.post("/link", {"link": link})
    assert answer.status_code == 422
    assert "Paste the whole link" in answer.text


def test_many_albums_stay_a_small_page(phone: Phone, furnished: Home) -> None:
    with furnished.settings.open("a") as file:
        for number in range(200):
            file.write(f'\n[[albums]]\nname = "Album {number}"\nserver = "home"\nid = "{number}"\n')
    sizes = [len(phone.get(path).data) for path in ("/albums", "/static/page.css", "/static/page.js")]
    assert sum(sizes) <= 100_000


def test_an_album_says_how_much_of_it_is_here(phone: Phone, library: Library, home: Home) -> None:
    add_album(home, {"name": "Holidays", "source": "folder", "folder": "/nowhere"})
    with library.transaction() as db:
        albums.put(db, AlbumRow(name="Holidays", listed=4, listed_at="2026-05-01T10:00:00+00:00", complete=True,
                                left_out={"videos": 2, "in the trash": 1}))  # fmt: skip
        number = photos.upsert(db, server="folder", asset="a", facts=b"", content=b"1", added="2026-05-01")
        memberships.put(db, album="Holidays", photo=number, position=1, fingerprint=None)
        name = "0" * 40 + ".jpg"
        photos.set_display(db, number, name=name, content=b"1", size=(4, 3), proof="rendered", etag=None)
        photos.set_original(db, number, name="1" * 40 + ".jpg", content=b"1", proof="checksum", etag=None)
        for each, size in ((name, 1_500_000), ("1" * 40 + ".jpg", 3_000_000)):
            objects.put(db, ObjectRow(name=each, bytes=size, mtime_ns=0, proof="decoded", checked_at=""))
    with library.transaction() as db:
        objects.keep_counts(db, objects.count_albums(library))
    page = " ".join(phone.get("/album?name=Holidays").text.split())
    assert "<dd>1 photo, 4.5 MB</dd>" in page
    assert f'src="/thumb/{name}"' in phone.get("/albums").text
    assert "<dd>4 photos and videos</dd>" in page
    assert "2 videos, 1 in Immich&#39;s trash" in page
    assert "1 photo, 3 left out" in " ".join(phone.get("/albums").text.split())


def test_an_album_gets_another_name_and_a_link_keeps_its_key(phone: Phone, furnished: Home, library: Library) -> None:
    add_album(furnished, {"name": "Wedding", "source": "link", "server": "home", "id": "w-1"})
    secrets.put(furnished.secrets, "links", "Wedding", key="LINKKEY0123456789", password="pass word")
    seen = seen_on(phone.get("/album?name=Wedding").text)
    form = {"name": "Wedding", "seen": seen, "called": "Anna & Ben", "interval_hours": "6", "limit": "0", "weight": "1"}
    taken = phone.post("/album/edit", form | {"called": "HOLIDAYS"})
    assert (taken.status_code, "no other album has" in taken.text) == (422, True)
    assert phone.post("/album/edit", form).status_code == 303
    names = [album.name for album in load(furnished.settings).settings.albums]
    assert names == ["Holidays", "Anna & Ben"]
    kept = secrets.of_link(furnished.secrets, "Anna & Ben")
    assert (kept.key.reveal(), kept.password.reveal()) == ("LINKKEY0123456789", "pass word")
    assert not secrets.of_link(furnished.secrets, "Wedding").key
    assert ("sync", {"albums": ["Anna & Ben"]}) in queued(library)


def test_a_folder_becomes_an_album(phone: Phone, home: Home, library: Library, tmp_path: Path) -> None:
    (tmp_path / "Summer").mkdir()
    phone.get("/albums/add")
    phone.post("/albums/add-folder", {"folder": str(tmp_path / "Summer")})
    (album,) = load(home.settings).settings.albums
    assert (album.name, album.source, album.folder) == ("Summer", Source.FOLDER, str(tmp_path / "Summer"))
    assert queued(library) == [("sync", {"albums": ["Summer"]})]


NO_FOLDERS = ("", "Summer", "/nothing/there", "/etc/hostname", "OURS", "/tmp\0x", "/" + "x" * 999)


@pytest.mark.parametrize("folder", NO_FOLDERS)
def test_what_is_no_folder_is_refused(phone: Phone, home: Home, library: Library, folder: str) -> None:
    phone.get("/albums/add")
    typed = str(home.objects) if folder == "OURS" else folder
    answer = phone.post("/albums/add-folder", {"folder": typed})
    assert answer.status_code == 422
    assert "wrong-text" in answer.text
    assert not load(home.settings).settings.albums


def test_a_restart_is_asked_for_once_more(phone: Phone, home: Home, library: Library) -> None:
    bell = Bell(home)
    try:
        page = phone.follow(phone.post("/restart/sync"))
        assert "interrupted and begun again later" in page.text
        assert bell.drain() is False
        phone.post("/restart/sync", {"sure": "yes"})
        assert bell.drain() is True
    finally:
        bell.close()
    assert phone.post("/restart/frame", {"sure": "yes"}).status_code == 503, "it does not run"
    assert phone.post("/restart/sync", {"sure": "yes"}).status_code == 503
    assert phone.post("/restart/everything", {"sure": "yes"}).status_code == 404


def test_a_person_is_left_out_with_one_tap_and_let_in_again(phone: Phone, home: Home) -> None:
    assert phone.post("/wall/leave-out", {"kind": "people", "name": "Anna, the elder"}).status_code == 303
    phone.post("/wall/leave-out", {"kind": "people", "name": "Ben"})
    phone.post("/wall/leave-out", {"kind": "tags", "name": "Work/Receipts"})
    choosing = load(home.settings).settings.choosing
    assert (choosing.people_out, choosing.tags_out) == ("Anna, the elder; Ben", "Work/Receipts")
    page = phone.get("/wall/turns").text
    assert "Work/Receipts" in page
    phone.post("/wall/leave-out", {"kind": "people", "name": "ben", "value": "no"})
    assert load(home.settings).settings.choosing.people_out == "Anna, the elder"
    assert phone.post("/wall/leave-out", {"kind": "servers", "name": "x"}).status_code == 400


def edited(phone: Phone, page: str, **more: object) -> TestResponse:
    """Send the album's form as the page shows it, but for these."""
    return phone.post("/album/edit", fields_of(page, "/album/edit").to_dict(flat=False) | more)


def hours_of(home: Home) -> str:
    return load(home.settings).settings.albums[0].hours


def test_an_album_is_given_its_hours_by_picking_them(phone: Phone, furnished: Home) -> None:
    page = edited(phone, phone.get("/album?name=Holidays").text, add="1", weight="3", archived="yes").text
    assert "Nothing is saved yet" in page
    assert hours_of(furnished) == ""
    answer = edited(phone, page, w0_days=["5", "6"], w0_from_time="08:00", w0_to_time="23:00")
    assert answer.status_code == 303
    album = load(furnished.settings).settings.albums[0]
    assert (album.hours, album.weight, album.archived) == ("Sa,Su 08:00-23:00", 3, True), "nothing ticked is lost"
    page = edited(phone, phone.get("/album?name=Holidays").text, remove="0").text
    assert hours_of(furnished), "not before save"
    assert edited(phone, page).status_code == 303
    assert hours_of(furnished) == ""


HOURS_SLIPS = {
    "no day": ({"w0_days": []}, "Tick at least one day"),
    "no time": ({"w0_from_time": "soon"}, "Something is missing here"),
    "the sun of nowhere": ({"w0_from": "sunset"}, "under Night and brightness"),
}


@pytest.mark.parametrize(("slip", "sentence"), HOURS_SLIPS.values(), ids=HOURS_SLIPS)
def test_a_slip_in_an_albums_hours_loses_nothing_typed(
    phone: Phone, furnished: Home, slip: dict[str, object], sentence: str
) -> None:
    page = edited(phone, phone.get("/album?name=Holidays").text, add="1").text
    answer = edited(phone, page, w0_to_time="05:55", limit="7", **slip)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="05:55"' in answer.text
    assert 'name="limit" type="text" value="7"' in answer.text
    assert hours_of(furnished) == ""


@pytest.mark.parametrize("hours", ["Mo-Fr 17:00-22:00; Sa,Su 08:00-24:00", "17:00-22:00 40%", "Mo 24:00-06:00"])
def test_an_albums_hours_stay_as_written_where_nobody_touched_them(phone: Phone, furnished: Home, hours: str) -> None:
    change_album(furnished, "Holidays", {"hours": hours})
    before = furnished.settings.read_bytes()
    assert edited(phone, phone.get("/album?name=Holidays").text).status_code == 303
    assert furnished.settings.read_bytes() == before

