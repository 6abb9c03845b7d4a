"""A backup holds what no server could tell again and no secret, and comes back whole or not at all."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from sync import secrets
from sync.backup import archive
from sync.errors import Busy, UsageError
from sync.files import locked
from sync.home import Home, prepare
from sync.library import ledgers
from sync.library.database import Library
from sync.settings.reading import load
from tests.manual_clock import ManualClock

KEY = "CANARY0123456789abcdef"
SETTINGS = f"""# my frame; once upon a time the key was {KEY}
[wall]
layout = "fit"
[servers.home]
url = "https://photos.example.org"
[servers.shared]
url = "https://other.example.org"
[[albums]]
name = "Holidays"
server = "home"
id = "a"
[[albums]]
name = "From Anna"
source = "link"
server = "shared"
id = "b"
"""
LEDGER = {
    "smart_albums": [], "smart_changes": [], "smart_runs": [], "writeback_files": [], "writeback_roots": [],
    "smart_added": [{"album": "x", "asset": "1", "state": "added"}],
}  # fmt: skip


@pytest.fixture
def used(home: Home, library: Library) -> Home:
    """A frame that was in use for a while."""
    home.settings.write_text(SETTINGS)
    secrets.put(home.secrets, "servers", "home", key=KEY)
    secrets.put(home.secrets, "links", "From Anna", key=KEY + "link")
    (home.frame / "shown.jsonl").write_bytes(b'["hide","home:1",true]\n')
    with library.transaction() as db:
        ledgers.replace(db, LEDGER)
    return home


def made(home: Home, library: Library, clock: ManualClock) -> bytes:
    out = io.BytesIO()
    archive.make(home, library, clock, out)
    return out.getvalue()


def test_it_comes_back_as_a_new_frame_and_says_what_to_enter(used: Home, library: Library, tmp_path: Path) -> None:
    clock = ManualClock()
    with used.settings.open("a") as file:
        file.write(f'[[albums]]\nname = "Uploads"\nsource = "folder"\nfolder = "{used.uploads}"\n')
    found = archive.read(io.BytesIO(made(used, library, clock)))
    fresh = Home(root=tmp_path / "fresh", runtime=tmp_path / "r2")
    prepare(fresh)
    other = Library(fresh.library)
    done = archive.restore(fresh, other, clock, found)
    settings = load(fresh.settings).settings
    assert [album.name for album in settings.albums] == ["Holidays", "From Anna", "Uploads"]
    assert settings.albums[2].folder == str(fresh.uploads), "where photos from phones lie on this frame"
    assert fresh.settings.read_text().startswith("# my frame")
    assert ledgers.export(other) == {table: [] for table in ledgers.TABLES} | LEDGER
    assert (fresh.frame / "shown.jsonl").read_bytes() == b'["hide","home:1",true]\n'
    mode = (fresh.frame / "shown.jsonl").stat().st_mode & 0o777
    assert mode == 0o660, "the wall is another user of the group, and goes on writing"
    assert done.enter == (
        "The API key of the server home.",
        "The shared link of the album From Anna.",
        "A password for the phone page.",
    )
    other.close()


def test_no_secret_is_in_it(used: Home, library: Library) -> None:
    with zipfile.ZipFile(io.BytesIO(made(used, library, ManualClock()))) as archive:
        assert set(archive.namelist()) == {"manifest.json", "settings.toml", "ledgers.json", "shown.jsonl"}
        for name in archive.namelist():
            assert b"CANARY" not in archive.read(name), name


@pytest.mark.parametrize("laid", ["a link", "a pipe"])
def test_what_the_wall_lays_there_leads_a_backup_to_no_key(used: Home, library: Library, laid: str) -> None:
    shown = used.frame / "shown.jsonl"
    shown.unlink()
    if laid == "a link":
        shown.symlink_to(used.secrets)
    else:
        os.mkfifo(shown)
    with zipfile.ZipFile(io.BytesIO(made(used, library, ManualClock()))) as archive:
        assert "shown.jsonl" not in archive.namelist()


def test_what_it_replaces_is_kept_and_can_be_restored_too(used: Home, library: Library) -> None:
    clock = ManualClock()
    old = archive.read(io.BytesIO(made(used, library, clock)))
    used.settings.write_text('[wall]\nlayout = "fill"\n')
    done = archive.restore(used, library, clock, old)
    assert load(used.settings).settings.wall.layout == "fit"
    assert done.kept.stat().st_mode & 0o077 == 0
    with done.kept.open("rb") as stream:
        archive.restore(used, library, clock, archive.read(stream))
    assert load(used.settings).settings.wall.layout == "fill"


def test_keys_that_are_still_here_need_not_be_entered(used: Home, library: Library) -> None:
    clock = ManualClock()
    done = archive.restore(used, library, clock, archive.read(io.BytesIO(made(used, library, clock))))
    assert done.enter == ("A password for the phone page.",)


def repacked(whole: bytes, change: Callable[[dict[str, bytes]], None], *, honest: bool = True) -> bytes:
    """The backup with other files in it; `honest` makes the manifest fit them."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if honest and "manifest.json" in files:
        manifest = json.loads(files.pop("manifest.json"))
        manifest["sha256"] = {name: sha256(content).hexdigest() for name, content in files.items()}
        files = {"manifest.json": json.dumps(manifest).encode(), **files}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no zip": (lambda whole: b"hello", "no backup"),
    "nothing": (lambda whole: b"", "no backup"),
    "cut off": (lambda whole: whole[: len(whole) // 2], "no backup"),
    "a flipped byte": (lambda whole: whole[:60] + bytes([whole[60] ^ 1]) + whole[61:], "no backup|damaged"),
    "a foreign file": (lambda whole: repacked(whole, lambda files: files.update(x=b"")), "no backup"),
    "a path that climbs": (lambda whole: repacked(whole, lambda files: files.update({"../x": b""})), "no backup"),
    "no manifest": (lambda whole: repacked(whole, lambda files: files.pop("manifest.json") and None), "no backup"),
    "other content": (
        lambda whole: repacked(whole, lambda files: files.update({"settings.toml": b"x=1"}), honest=False), "damaged"
    ),
    "no settings": (lambda whole: repacked(whole, lambda files: files.pop("settings.toml") and None), "cannot be read"),
    "settings that are no TOML": (
        lambda whole: repacked(whole, lambda files: files.update({"settings.toml": b"[["})), "cannot be read"
    ),
    "an album without a name": (
        lambda whole: repacked(whole, lambda files: files.update({"settings.toml": b"[[albums]]\nid='x'\n"})),
        "cannot be used",
    ),
    "ledgers of another shape": (
        lambda whole: repacked(whole, lambda files: files.update({"ledgers.json": b"[1]"})), "cannot be read"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), BAD.values(), ids=BAD.keys())
def test_a_bad_backup_is_refused_with_a_sentence(
    used: Home, library: Library, spoil: Callable[[bytes], bytes], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        archive.read(io.BytesIO(spoil(made(used, library, ManualClock()))))


def test_a_backup_that_unpacks_to_too_much_is_refused(
    used: Home, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 2000)
    whole = repacked(made(used, library, ManualClock()), lambda files: files.update({"shown.jsonl": b"\n" * 3000}))
    with pytest.raises(UsageError, match="too large"):
        archive.read(io.BytesIO(whole))


@pytest.mark.parametrize(
    "rows",
    [
        {"smart_added": [{"album": "x", "asset": "1", "state": None}]},
        {"smart_added": [{"album": "x", "colour": "red"}]},
        {"smart_changes": [{"run": 7, "asset": "1", "action": "add", "ours": 1}]},
        {"photos": []},
    ],
    ids=["a missing value", "an unknown column", "a change of no run", "an unknown table"],
)
def test_ledgers_that_do_not_fit_change_nothing(used: Home, library: Library, rows: dict[str, ledgers.Rows]) -> None:
    clock = ManualClock()
    whole = repacked(
        made(used, library, clock), lambda files: files.update({"ledgers.json": json.dumps(rows).encode()})
    )
    used.settings.write_text("# another\n")
    with pytest.raises(UsageError):
        archive.restore(used, library, clock, archive.read(io.BytesIO(whole)))
    assert used.settings.read_text() == "# another\n"
    assert ledgers.export(library) == {table: [] for table in ledgers.TABLES} | LEDGER


def test_it_waits_for_nobody_who_changes_smart_albums(used: Home, library: Library) -> None:
    clock = ManualClock()
    found = archive.read(io.BytesIO(made(used, library, clock)))
    with locked(used.locks / "smart", "a smart album"), pytest.raises(Busy):
        archive.restore(used, library, clock, found)


HOSTILE = """
[servers.home]
url = "https://evil.example.org"
[servers.shared]
url = "https://evil.example.org"
[[albums]]
name = "From Anna"
source = "link"
server = "shared"
id = "b"
[notices]
mail_to = "a@example.org"
mail_host = "evil.example.org"
mail_user = "anna"
[mqtt]
host = "evil.example.org"
user = "anna"
"""


def with_settings(home: Home, library: Library, text: str) -> archive.Backup:
    whole = made(home, library, ManualClock())
    return archive.read(io.BytesIO(repacked(whole, lambda files: files.update({"settings.toml": text.encode()}))))


FIRST = {"at once": HOSTILE, "an empty one before": "", "one without the link": SETTINGS.split("[servers.shared]")[0]}


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST.keys())
def test_no_secret_goes_to_the_address_that_a_backup_names(used: Home, library: Library, first: str) -> None:
    with used.settings.open("a") as file:
        file.write('[notices]\nmail_host = "mail.example.org"\n[mqtt]\nhost = "broker.example.org"\n')
    secrets.put(used.secrets, "notices", "mail", password=KEY + "mail")
    secrets.put(used.secrets, "mqtt", "broker", password=KEY + "mqtt")
    for text in (first, HOSTILE):
        done = archive.restore(used, library, ManualClock(), with_settings(used, library, text))
    assert "CANARY" not in used.secrets.read_text()
    assert done.enter == (
        "The API key of the server home.",
        "The shared link of the album From Anna.",
        "The password of the mail server for notices.",
        "The password of the MQTT broker.",
        "A password for the phone page.",
    )


INBOX = '[[inboxes]]\nname = "Anna"\nserver = "home"\nfolder = "/srv/a"\nlibrary = "l"\n'
RUNS = {
    "a section": INBOX + '[inboxes.icloudpd]\naccount = "a@b.c"\nprogram = "/bin/sh"\narguments = ["-c", "id"]\n',
    "one line": INBOX + 'icloudpd = {account = "a@b.c", program = "/bin/sh"}\n',
    "a list": 'inboxes = [{name = "Anna", server = "home", folder = "/srv/a", library = "l", '
    'icloudpd = {program = "/bin/sh"}}]\n',
    "dotted": INBOX + 'icloudpd.program = "/bin/sh"\n',
    "a log": '[log]\nfile = "/var/lib/mantelpiece/private/secrets.toml"\n',
}


@pytest.mark.parametrize("text", RUNS.values(), ids=RUNS.keys())
def test_a_backup_chooses_no_program_and_no_file(used: Home, library: Library, text: str) -> None:
    whole = text + '[servers.home]\nurl = "https://photos.example.org"\n'
    done = archive.restore(used, library, ManualClock(), with_settings(used, library, whole))
    settings = load(used.settings).settings
    assert all(inbox.icloudpd.program == "icloudpd" and not inbox.icloudpd.arguments for inbox in settings.inboxes)
    assert (len(settings.inboxes), settings.log.file) == (0 if "[log]" in text else 1, "")
    assert "not taken from a backup" in done.notes[0]


def test_what_is_chosen_here_already_stays_as_it_is(used: Home, library: Library) -> None:
    with used.settings.open("a") as file:
        file.write(RUNS["a section"].replace("/bin/sh", "/opt/icloudpd"))
    same = with_settings(used, library, used.settings.read_text())
    done = archive.restore(used, library, ManualClock(), same)
    (inbox,) = load(used.settings).settings.inboxes
    assert inbox.icloudpd.program == "/opt/icloudpd"
    assert not any("not taken" in note for note in done.notes)
    archive.restore(used, library, ManualClock(), with_settings(used, library, SETTINGS + RUNS["a section"]))
    (inbox,) = load(used.settings).settings.inboxes
    assert inbox.icloudpd.program == "/opt/icloudpd", "what another one chose is not taken over"
