"""Backup, restore and the support bundle from the phone."""

from __future__ import annotations

import io
import zipfile

from werkzeug.test import TestResponse

from sync import secrets
from sync.backup.restoring import restore
from sync.clock import SystemClock
from sync.errors import UsageError
from sync.home import Home
from sync.jobs import progress
from sync.jobs.progress import Ended
from sync.library import jobs
from sync.library.database import Library
from sync.settings.edit import add_album, put_server
from sync.settings.reading import load
from sync.settings.tree import Settings
from sync.work import Work
from tests.admin.phone import Phone

KEY = "CANARY0123456789abcdef"
HOST = "photos.private.example.org"


def furnished(home: Home) -> None:
    secrets.put(home.secrets, "servers", "home", key=KEY)
    put_server(home, "home", {"url": f"http://{HOST}:2283"})
    add_album(home, {"name": "Holidays", "server": "home", "id": "a"})


def test_a_backup_goes_to_the_phone_and_comes_back(phone: Phone, home: Home, library: Library) -> None:
    furnished(home)
    saved = phone.get("/backup/file")
    assert saved.headers["Content-Disposition"].startswith("attachment; filename=mantelpiece-")
    home.settings.write_text("")
    phone.get("/backup")
    page = restored(phone, home, library, saved.data)
    assert page.status_code == 200
    assert [album.name for album in load(home.settings).settings.albums] == ["Holidays"]
    assert [job.kind for job in jobs.in_state(library, jobs.State.WAITING)] == ["sync"]
    assert "API key" not in page.text, "it is still here"
    assert len(list(home.private.glob("before-restore-*.zip"))) == 1
    assert not list((home.private / "drafts").glob("*")), "what was brought is kept no longer"


def restored(phone: Phone, home: Home, library: Library, content: bytes) -> TestResponse:
    """Bring a backup, have sync put it in place, and look at what came of it."""
    answer = phone.post("/backup/restore", {"file": (io.BytesIO(content), "frame.zip")})
    [job] = jobs.in_state(library, jobs.State.WAITING)
    work = Work(home=home, settings=Settings(), settings_whole=True, library=library, clock=SystemClock())
    try:
        done = restore(work, job.arguments)
        ended = Ended(job=job.id, outcome="done", exit_code=0, sentence=done.sentence, facts=done.facts)
    except UsageError as error:
        ended = Ended(job=job.id, outcome="failed", exit_code=2, sentence=error.sentence, advice=error.advice)
    with library.transaction() as db:
        jobs.set_state(db, job.id, jobs.State.ENDED)
    progress.put_ended(home, ended)
    return phone.follow(answer)


def test_a_backup_that_cannot_be_used_changes_nothing_and_says_why(phone: Phone, home: Home, library: Library) -> None:
    furnished(home)
    before = home.settings.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 250_000_000)
    phone.get("/backup")
    page = restored(phone, home, library, packed.getvalue())
    assert "too large to be a backup" in page.text
    assert home.settings.read_bytes() == before
    assert not jobs.in_state(library, jobs.State.WAITING), "nothing is synced for it"
    assert not list((home.private / "drafts").glob("*"))


def test_a_file_that_is_no_backup_is_said_beside_the_field(phone: Phone, home: Home, library: Library) -> None:
    furnished(home)
    before = home.settings.read_bytes()
    phone.get("/backup")
    page = phone.post("/backup/restore", {"file": (io.BytesIO(b"x"), "x.zip")})
    assert (page.status_code, "no backup of mantelpiece" in page.text) == (422, True)
    page = phone.post("/backup/restore", {})
    assert (page.status_code, "Choose the file" in page.text) == (422, True)
    assert home.settings.read_bytes() == before


def test_settings_are_saved_while_there_is_no_library(phone: Phone, home: Home) -> None:
    furnished(home)
    with zipfile.ZipFile(io.BytesIO(phone.get("/backup/file").data)) as archive:
        assert b"Holidays" in archive.read("settings.toml")


def test_the_support_bundle_names_neither_keys_nor_addresses(phone: Phone, home: Home, library: Library) -> None:
    furnished(home)
    log = home.root / "m.log"
    log.write_text(
        f"GET http://{HOST}:2283/api?key={KEY} from 192.168.7.9 and fe80::1:2 by anna@{HOST}\n"
        f"{HOST.upper()} did not answer at 14:05:09; /share/abcdefgh12345678\n"
        "The webhook of hooks.lan cannot be reached.\n"
    )
    with home.settings.open("a") as file:
        file.write(f'[log]\nfile = "{log}"\n[mqtt]\nhost = "broker.lan"\n')
        file.write('[notices]\nmail_host = "mail.anna.example"\n')
    secrets.put(home.secrets, "notices", "webhook", address="http://hooks.lan:81/x")
    with zipfile.ZipFile(io.BytesIO(phone.get("/backup/support").data)) as archive:
        told = {name: archive.read(name).decode() for name in archive.namelist()}
    whole = "\n".join(told.values())
    addresses = (HOST, HOST.upper(), "192.168.7.9", "fe80::1:2", "anna@", "broker.lan", "mail.anna", "hooks.lan")
    for private in (KEY, *addresses, "abcdefgh12345678"):
        assert private not in whole, private
    assert "did not answer at 14:05:09" in told["log.txt"], "a time is no address"
    assert "Holidays" in told["settings.toml"]
    assert set(told) == {
        "device.json", "problems.txt", "settings.toml", "wall.json", "log.txt", "library.json", "runs.json"
    }  # fmt: skip
