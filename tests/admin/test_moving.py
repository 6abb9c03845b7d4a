"""Moving in on the page: a file is brought, read line by line, and only a yes writes anything."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from admin import drafts
from sync import secrets
from sync.home import Home
from sync.ingest.move_in import read_old
from sync.library.database import Library
from sync.settings.edit import add_inbox, put_server
from sync.settings.reading import load
from sync.work import Work
from tests.admin.phone import Phone
from tests.admin.queue import ROOT_TRIED, ended, queued, the_only
from tests.manual_clock import ManualClock

KEY = "CANARY0123456789abcdef"
RULES = f"""
IMMICH_BASE_URL = "http://192.0.2.1:2283/api"
API_KEY = "{KEY}"
EMAIL_TO = "anna@example.org"
EMAIL_SMTP_SERVER = "smtp.example.org"
EMAIL_PASSWORD = "{KEY}mail"
SYNC_CONFIGS = [
    {{"name": "Our Anna", "filters": [{{"key": "people", "val": ["Anna"], "operator": "AND"}}]}},
    {{"name": "<b>torn</b>", "filters": "no"}},
]
"""
ULTRA = f"[immich]\nIMMICH_INSTANCE_URL = http://192.0.2.1:2283\nIMMICH_API_KEY = {KEY}\nIMMICH_PHOTO_DIR = /mnt/photos\nCAPTION_MAX_LEN = 500\n"  # noqa: E501
COMMAND = (
    "icloudpd --username anna@example.org --password hunter2hunter2 --directory /mnt/photos/icloud "
    "--immich-server-url http://192.0.2.1:2283 --immich-api-key " + KEY + " --immich-library-id lib-1"
)


def kept(home: Home) -> list[Path]:
    folder = home.private / "drafts"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_rules_are_uploaded_read_line_by_line_and_taken_with_a_yes(phone: Phone, server: Home) -> None:
    before = server.settings.read_bytes()
    phone.get("/moving?tool=smart")
    file = (io.BytesIO(RULES.encode()), "local_settings.py")
    answer = phone.post("/moving/read", {"tool": "smart", "file": file})
    address = answer.headers["Location"]
    page = phone.follow(answer).text
    assert "album &#39;Our Anna&#39;" in page
    assert "&lt;b&gt;torn&lt;/b&gt;" in page
    assert "keys are given with" in page
    assert KEY not in page
    assert server.settings.read_bytes() == before, "nothing is written before the yes"
    [path] = kept(server)
    assert (path.stat().st_mode & 0o777, path.suffix) == (0o600, ".py")
    phone.post(address.partition("?")[0].replace("/understood/", "/take/"))
    settings = load(server.settings).settings
    assert [one.name for one in settings.smart] == ["Our Anna"]
    assert (settings.smart[0].server, settings.notices.mail_to) == ("home", "anna@example.org")
    assert secrets.of_notices(server.secrets).mail_password.reveal() == KEY + "mail"
    assert not secrets.of_server(server.secrets, "home").key, "a key is never taken"
    assert not kept(server)
    assert phone.get(address).status_code == 404


def test_a_configuration_of_write_back_leads_to_the_trial_of_its_folder(
    phone: Phone, server: Home, library: Library
) -> None:
    phone.get("/moving")
    answer = phone.post("/moving/read", {"tool": "writeback", "text": ULTRA, "flags": "--people --rating"})
    assert "people" not in answer.headers["Location"], "what is pasted stands in no address"
    page = phone.follow(answer).text
    assert "originals lie in /mnt/photos" in page
    assert "--rating" in page
    take, _, query = answer.headers["Location"].partition("?flags=")
    phone.post(take.replace("/understood/", "/take/"), {"flags": query})
    assert not kept(server)
    number = the_only(library, "writeback-probe")
    phone.post("/writeback/probe", {"folder": "/mnt/other", "prefix": "/ext", "earlier": str(number)})
    wanted = [arguments["values"]["caption_limit"] for _, arguments in queued(library)]
    assert wanted == [500, 500], "a better mapping keeps it"
    ended(server, number, **ROOT_TRIED | {"root_folder": "/mnt/photos"})
    page = phone.get(f"/writeback/probed/{number}").text
    assert 'value="500"' in page, "the limit of captions"
    assert page.count(" checked") >= 2
    assert not load(server.settings).settings.writeback, "its own page asks once more"


def test_a_command_line_becomes_inboxes_that_rest_and_are_filled(
    phone: Phone, server: Home, library: Library, clock: ManualClock
) -> None:
    phone.get("/moving?tool=ingest")
    answer = phone.post("/moving/read", {"tool": "ingest", "text": COMMAND})
    number = the_only(library, "ingest-import")
    [path] = kept(server)
    work = Work(home=server, settings=load(server.settings).settings, settings_whole=True, library=library, clock=clock)
    result = read_old(work, {"file": str(path)})
    ended(server, number, **result.facts)
    page = phone.follow(answer).text
    assert "--immich-library-id" in page
    assert KEY not in page
    assert "hunter2hunter2" not in page
    assert not load(server.settings).settings.inboxes
    phone.post(f"/moving/inboxes/{number}")
    [inbox] = load(server.settings).settings.inboxes
    assert (inbox.server, inbox.library, inbox.paused) == ("home", "lib-1", True)
    assert ("ingest-fill", {"inbox": inbox.name, "pending": None}) in queued(library)
    assert not kept(server)
    phone.get("/moving")
    assert "already" in phone.post(f"/moving/inboxes/{number}").text, "twice changes nothing"
    assert len(load(server.settings).settings.inboxes) == 1


BAD = {
    "nothing": ("smart", "", "Choose a file"),
    "no rules": ("smart", "SYNC_CONFIGS = 3", "must be a list"),
    "broken": ("smart", "SYNC_CONFIGS = [", "is not Python"),
    "a binary": ("smart", "\0\1\2", "Choose a file"),
    "too large": ("smart", "# " + "x" * 300_000, "larger than 200 KB"),
    "no INI": ("writeback", "[immich\nx", "no INI"),
    "flags": ("writeback", "A=1", "flags cannot be read"),
}


@pytest.mark.parametrize(("tool", "text", "sentence"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_gets_a_sentence_and_changes_nothing(
    phone: Phone, server: Home, tool: str, text: str, sentence: str
) -> None:
    before = server.settings.read_bytes()
    phone.get("/moving")
    answer = phone.post("/moving/read", {"tool": tool, "text": text, "flags": "'--all"})
    page = phone.follow(answer) if answer.status_code == 303 else answer
    assert page.status_code == 422
    assert sentence in page.text
    assert server.settings.read_bytes() == before


@pytest.mark.parametrize("name", ["../secrets.toml", "..%2fsecrets.toml", "%2e%2e/secrets.toml", "0" * 16, "a.py"])
def test_no_name_of_a_draft_leads_anywhere_else(phone: Phone, server: Home, name: str) -> None:
    assert phone.get(f"/moving/understood/smart/{name}").status_code == 404
    assert drafts.find(server, name) is None


def test_where_no_server_is_known_the_page_says_what_to_do_first(phone: Phone, library: Library) -> None:
    phone.get("/moving")
    page = phone.follow(phone.post("/moving/read", {"tool": "smart", "text": RULES})).text
    assert "First connect the Immich server" in page
    assert "Add these smart albums" not in page


def test_the_right_one_of_several_servers_is_chosen_and_another_may_be(phone: Phone, server: Home) -> None:
    put_server(server, "other", {"url": "http://192.0.2.2"})
    phone.get("/moving")
    answer = phone.post("/moving/read", {"tool": "smart", "text": RULES})
    assert '<option value="home" selected>' in phone.follow(answer).text
    take = answer.headers["Location"].partition("?")[0].replace("/understood/", "/take/")
    assert phone.post(take, {"server": "nowhere"}).status_code == 400
    phone.post(take, {"server": "other"})
    assert load(server.settings).settings.smart[0].server == "other"


def test_what_is_there_already_stays(phone: Phone, server: Home) -> None:
    add_inbox(server, {"name": "iCloud anna", "server": "home", "folder": "/x", "library": "lib-9"})
    phone.get("/moving")
    take = phone.post("/moving/read", {"tool": "smart", "text": RULES}).headers["Location"]
    for _ in range(2):
        phone.get("/moving")
        phone.post(take.partition("?")[0].replace("/understood/", "/take/"))
    assert [one.name for one in load(server.settings).settings.smart] == ["Our Anna"]


def test_what_nobody_came_back_for_is_forgotten(phone: Phone, server: Home) -> None:
    import os

    phone.get("/moving")
    phone.post("/moving/read", {"tool": "smart", "text": RULES})
    [path] = kept(server)
    os.utime(path, (0, 0))
    phone.post("/moving/read", {"tool": "smart", "text": RULES})
    assert kept(server) != [path]
    assert len(kept(server)) == 1
