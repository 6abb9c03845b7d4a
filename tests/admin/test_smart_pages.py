"""The pages of smart albums: what a form writes, what a confirmed plan asks for, and what is asked once more before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync.files import locked
from sync.home import Home
from sync.library import jobs
from sync.library import smart as rows
from sync.library.database import Library
from sync.library.jobs import State
from sync.library.smart import ChangeRow, SmartRow
from sync.settings.edit import add_smart
from sync.settings.reading import load
from sync.settings.tree import Mode, Smart
from tests.admin.phone import Phone, seen_on
from tests.admin.queue import ended, queued, the_only

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def anna(server: Home) -> Home:
    server.settings.write_text(server.settings.read_text() + '\n# ours\n[[smart]]\nname = "Anna"  # hers\n'
                               'server = "home"\nrule = { people = ["Anna"], camera = ["X100"] }\n')  # fmt: skip
    return server


def saved(home: Home) -> Smart:
    (smart,) = load(home.settings).settings.smart
    return smart


def test_a_new_one_rests_until_its_first_preview_is_confirmed(phone: Phone, server: Home, library: Library) -> None:
    phone.get("/smart/new")
    form = {"name": "Both", "people": "Anna, Ben", "people_how": "AND", "when": "last", "last": "2",
            "last_unit": "years", "mode": "own", "interval_minutes": "360", "viewers": "Carl"}  # fmt: skip
    answer = phone.post("/smart/save", form)
    one = saved(server)
    assert one.paused, "nothing on the server changes that nobody has seen"
    assert one.rule == {"all": [{"people": ["Anna", "Ben"], "operator": "AND"}, {"last": "2 years"}]}
    assert (one.mode, one.interval_minutes, one.viewers) == (Mode.OWN, 360, ("Carl",))
    assert queued(library) == [("smart-preview", {"album": "Both"})]
    number = the_only(library, "smart-preview")
    item = {"what": "<b>.jpg", "asset": "a-1", "do": "add", "fields": [], "why": "because"}
    ended(server, number, plan="3f9a", counts={"add": 1, "remove": 0}, items=[item], more=0, album="Both")
    page = phone.follow(answer).text
    assert "1 to add" in page
    assert "&lt;b&gt;.jpg" in page
    phone.post(f"/smart/confirm/{number}")
    assert ("smart-apply", {"albums": ["Both"], "plan": "3f9a"}) in queued(library), "exactly the plan that was shown"
    assert not saved(server).paused


def test_a_paused_one_stays_paused_when_a_plan_is_confirmed(phone: Phone, anna: Home, library: Library) -> None:
    phone.post("/smart/pause", {"name": "Anna", "value": "yes"})
    with library.transaction() as db:
        rows.put(db, SmartRow(name="Anna", rule="ran before"))
    phone.post("/smart/preview", {"name": "Anna"})
    number = the_only(library, "smart-preview")
    ended(anna, number, plan="3f9a", counts={"add": 1}, items=[], more=0)
    phone.post(f"/smart/confirm/{number}")
    assert saved(anna).paused


def test_only_a_preview_that_came_to_its_end_can_be_confirmed(phone: Phone, anna: Home, library: Library) -> None:
    phone.post("/smart/preview", {"name": "Anna"})
    number = the_only(library, "smart-preview")
    assert phone.post(f"/smart/confirm/{number}").status_code == 404
    ended(anna, number)  # its facts were too large for the library, and a reboot forgot them
    assert "too old to be confirmed" in phone.get(f"/smart/previewed/{number}").text
    assert phone.post(f"/smart/confirm/{number}").status_code == 404


def test_an_edit_keeps_what_it_does_not_concern(phone: Phone, anna: Home) -> None:
    page = phone.get("/smart/edit?name=Anna").text
    assert 'camera = [&#34;X100&#34;]' in page, "what has no field stands as text"
    before = saved(anna).rule
    typed = {"was": "Anna", "seen": seen_on(page), "people": "Anna", "rest": 'camera = ["X100"]', "description": "Her"}
    assert phone.post("/smart/save", typed).status_code == 303
    assert saved(anna).rule == before
    assert saved(anna).description == "Her"
    assert '# ours\n[[smart]]\nname = "Anna"  # hers' in anna.settings.read_text()


def test_what_makes_no_sense_is_told_beside_its_field_and_nothing_typed_is_lost(phone: Phone, server: Home) -> None:
    phone.get("/smart/new")
    before = server.settings.read_bytes()
    answer = phone.post("/smart/save", {"name": "Both", "people": "Anna", "rest": "peopel = ['Ben']",
                                        "interval_minutes": "60"})  # fmt: skip
    assert answer.status_code == 422
    assert "Did you mean &#39;people&#39;?" in answer.text
    assert "peopel = [&#39;Ben&#39;]" in answer.text
    assert 'value="Both"' in answer.text
    assert server.settings.read_bytes() == before


WRONG = {
    "no rule at all": ({"name": "Both"}, "at least one thing"),
    "no name": ({"people": "Anna"}, "Give it a name"),
    "no minutes": ({"name": "Both", "people": "Anna", "interval_minutes": "0"}, "A number from"),
    "an unknown server": ({"name": "Both", "people": "Anna", "server": "away"}, "not set up any more"),
}


@pytest.mark.parametrize(("typed", "sentence"), WRONG.values(), ids=WRONG)
def test_a_form_that_is_not_whole_is_refused(
    phone: Phone, server: Home, typed: dict[str, str], sentence: str
) -> None:  # fmt: skip
    phone.get("/smart/new")
    answer = phone.post("/smart/save", typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not load(server.settings).settings.smart


def test_a_name_is_given_once(phone: Phone, anna: Home) -> None:
    phone.get("/smart/new")
    assert "already" in phone.post("/smart/save", {"name": "ANNA", "people": "Anna"}).text


def test_two_phones_do_not_overwrite_each_others_rule(phone: Phone, anna: Home) -> None:
    seen = seen_on(phone.get("/smart/edit?name=Anna").text)
    assert phone.post("/smart/save", {"was": "Anna", "seen": seen, "people": "Ben"}).status_code == 303
    answer = phone.post("/smart/save", {"was": "Anna", "seen": seen, "people": "Carl"})
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile" in answer.text
    assert saved(anna).rule == {"people": ["Ben"]}


def test_a_run_is_taken_back_once_it_was_asked_for_twice(phone: Phone, anna: Home, library: Library) -> None:
    with library.transaction() as db:
        row = SmartRow(name="Anna", server="home", album="b-1", rule="x", total=1)
        rows.put(db, row)
        run = rows.begin(db, row, plan="p", created=True, now=NOW)
        rows.intend(db, run, [ChangeRow("a-1", "add", True, None)])
        rows.settle(db, run, ["a-1"], done=True)
    assert "1 added" in phone.get("/smart/album?name=Anna").text
    answer = phone.post("/smart/undo", {"name": "Anna", "run": str(run)})
    assert not queued(library)
    assert "Yes, take it back" in phone.follow(answer).text
    phone.post("/smart/undo", {"name": "Anna", "run": str(run), "sure": "yes"})
    assert queued(library) == [("smart-undo", {"album": "Anna", "run": run})]


def test_a_removed_one_leaves_the_settings_only(phone: Phone, anna: Home, library: Library) -> None:
    assert "stay as they are" in phone.follow(phone.post("/smart/remove", {"name": "Anna"})).text
    phone.post("/smart/remove", {"name": "Anna", "sure": "yes"})
    assert not load(anna.settings).settings.smart
    assert not queued(library)


def test_the_address_of_a_photo_names_it(phone: Phone, anna: Home, library: Library) -> None:
    phone.get("/smart/album?name=Anna")
    phone.post("/smart/why", {"name": "Anna", "asset": "https://immich.example/photos/0f1e?at=1"})
    assert queued(library) == [("smart-why", {"album": "Anna", "asset": "0f1e"})]
    assert phone.post("/smart/why", {"name": "Anna", "asset": " "}).status_code == 422


def test_a_preview_of_five_hundred_photos_is_a_page_at_a_time(phone: Phone, anna: Home, library: Library) -> None:
    phone.post("/smart/preview", {"name": "Anna"})
    number = the_only(library, "smart-preview")
    items = [{"what": f"{at}.jpg", "asset": None, "do": "add", "fields": [{"name": "title", "old": "a", "new": "b"}],
              "why": ""} for at in range(500)]  # fmt: skip
    ended(anna, number, plan="p", counts={"add": 700}, items=items, more=200)
    page = phone.get(f"/smart/previewed/{number}")
    assert len(page.data) < 60_000
    assert "1 to 60 of 700" in page.text
    assert "499.jpg" in phone.get(f"/smart/previewed/{number}?from=480").text
    assert "200 more are not listed" in phone.get(f"/smart/previewed/{number}?from=480").text


def test_a_rule_that_is_no_rule_is_told_in_the_list(phone: Phone, server: Home) -> None:
    add_smart(server, {"name": "Odd", "server": "home", "rule": {"people": ["Anna"]}})
    server.settings.write_text(server.settings.read_text().replace("people", "peopel"))
    assert "Did you mean &#39;people&#39;?" in phone.get("/smart").text
    assert "Did you mean &#39;people&#39;?" in phone.get("/smart/album?name=Odd").text
    assert "peopel" in phone.get("/smart/edit?name=Odd").text


def test_names_that_the_server_knows_are_ticked_and_others_typed(phone: Phone, anna: Home, library: Library) -> None:
    with locked(anna.locks / "daemon", "the sync service"):
        phone.get("/smart/edit?name=Anna")
        number = the_only(library, "names")
        assert queued(library) == [("names", {"server": "home"})]
        ended(anna, number, people=["Zoe", "Anna", "A, B", "<b>"], tags=[], users=["Grandma"])
        page = phone.get("/smart/edit?name=Anna").text
    assert 'name="people_ticked" value="Anna" checked' in page
    assert 'name="viewers_ticked" value="Grandma">' in page
    assert "&lt;b&gt;" in page
    assert "A, B" not in page, "a field with commas cannot hold it"
    assert 'name="tags_ticked"' not in page, "without any it is typed"
    assert [job.kind for job in jobs.in_state(library, State.WAITING)] == ["names"], "asked once"
    form = {"was": "Anna", "seen": seen_on(page), "people_ticked": ["Anna", "Zoe"], "people": "Carl, Anna",
            "people_how": "OR", "rest": 'camera = ["X100"]', "viewers_ticked": "Grandma"}  # fmt: skip
    asked = phone.post("/smart/look", form)
    assert 'value="Anna, Zoe, Carl"' in asked.text, "nothing typed is lost when the names are asked for"
    assert saved(anna).viewers == ()
    assert phone.post("/smart/save", form).status_code == 303
    assert saved(anna).rule == {"all": [{"people": ["Anna", "Zoe", "Carl"]}, {"camera": ["X100"]}]}
    assert saved(anna).viewers == ("Grandma",)


def test_a_new_one_that_finds_nothing_yet_can_begin_all_the_same(phone: Phone, server: Home, library: Library) -> None:
    phone.get("/smart/new")
    answer = phone.post("/smart/save", {"name": "Zoe", "people": "Zoe"})
    number = the_only(library, "smart-preview")
    ended(server, number, plan="0", counts={"add": 0}, items=[], more=0, album="Zoe")
    assert "From now on by itself" in phone.follow(answer).text
    phone.post(f"/smart/confirm/{number}")
    assert not saved(server).paused
    assert "From now on by itself" not in phone.get(f"/smart/previewed/{number}").text, "it goes on already"
