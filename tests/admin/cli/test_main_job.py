"""The main job by the command line, from `server add` to pictures, with and without a service."""

from __future__ import annotations

import json
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest

from admin.cli.program import VERBS, main
from admin.cli.program import mantelpiece as mantelpiece_group
from frame.control import FrameNotRunning, ask
from sync.home import Home
from sync.jobs.follow import serving
from sync.jobs.wake import BEGIN_ANEW, ring
from sync.library import held, jobs
from sync.library.database import Library
from sync.library.held import HeldRow
from sync.library.jobs import Lane, State
from tests.admin.cli.conftest import Mantelpiece, StandIn
from tests.patience import until
from tests.ports import free_port


def test_from_a_server_to_pictures_and_back(connected: Mantelpiece, immich: StandIn) -> None:
    added = connected("album", "add", "Holidays", "--limit", "5", "--json")
    assert (added.code, added.json["album"]["id"]) == (0, immich.albums["Holidays"])
    twice = connected("album", "add", immich.albums["Holidays"])
    assert (twice.code, twice.err) == (2, "'Holidays' is on the wall already, as 'Holidays'.\n")
    synced = connected("sync", "--json")
    album = synced.json["albums"]["Holidays"]
    assert (synced.code, album["added"], album["problems"]) == (0, 5, [])
    assert set(album) >= {"added", "replaced", "removed", "kept", "held", "off_disk", "bytes", "problems"}
    again = connected("sync", "Holidays", "--json").json["albums"]["Holidays"]
    assert (again["added"], again["kept"], again["bytes"]) == (0, 5, 0)
    verified = connected("verify", "--json")
    assert (verified.code, verified.json["bad"], verified.json["changed_by_hand"]) == (0, 0, 0)
    assert verified.json["checked"] >= 5
    wall = connected.home.root.parent / "wall"
    where = ("--display", f"file:{wall}", "--size", "320x200")
    shown = connected("show", *where, "--count", "2", "--interval", "0", "--json")
    lines = [json.loads(line) for line in shown.out.splitlines()]
    assert [set(line) for line in lines] == [{"asset", "album", "file", "why"}] * 2
    assert all(Path(line["file"]).exists() for line in lines)
    assert connected("album", "remove", "holidays").code == 0
    assert connected("sync", "--json").code == 0
    assert [run["kind"] for run in connected("jobs", "history", "--json").json["runs"]][:2] == ["sync", "verify"]
    exported = connected("jobs", "export", "--format", "csv").out.splitlines()
    assert exported[0].startswith("id,job,kind")
    assert connected("status", "--json").json["albums"] == []
    assert connected("server", "remove", "home").code == 0
    assert connected("server", "list", "--json").json == {"servers": []}


def test_a_wrong_key_or_a_dead_server_is_code_3_and_nothing_is_kept(mantelpiece: Mantelpiece, immich: StandIn) -> None:
    mantelpiece("settings", "set", "wall.layout", "fit")
    before = mantelpiece.files()
    wrong = mantelpiece("server", "add", "home", "--url", immich.url, "--json", answer="wrongwrongwrong")
    assert (wrong.code, wrong.json["exit_code"], wrong.json["kind"]) == (3, 3, "KeyRefused")
    dead = mantelpiece("server", "add", "home", "--url", "http://127.0.0.1:9", answer=immich.key)
    assert dead.code == 3
    assert len(dead.err.splitlines()) == 1
    after = {name: text for name, text in mantelpiece.files().items() if text.strip() not in (b"", b"[candidates]")}
    assert after == before


def test_a_changed_key_replaces_the_old_one(connected: Mantelpiece, immich: StandIn, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"  {immich.key}\n")
    assert connected("server", "add", "home", "--url", immich.url + "/api", "--key-file", str(key)).code == 0
    assert connected("server", "test", "--json").json["servers"][0]["version"] == "3.1.0"


def test_a_folder_needs_no_server(mantelpiece: Mantelpiece, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "Pictures").mkdir()
    Image.new("RGB", (64, 48), "red").save(tmp_path / "Pictures" / "a.jpg")
    assert mantelpiece("album", "add", "--folder", str(tmp_path / "Pictures")).code == 0
    synced = mantelpiece("sync", "--json")
    assert (synced.code, synced.json["albums"]["Pictures"]["added"]) == (0, 1)


def test_run_serves_restarts_what_dies_and_ends_all_on_a_signal(connected: Mantelpiece, tmp_path: Path) -> None:
    connected("album", "add", "Family")
    connected.environment["MANTELPIECE_WALL_DISPLAY"] = f"file:{tmp_path / 'wall'}"
    running = connected.start("run")
    try:
        until(lambda: serving(connected.home))
        until((tmp_path / "wall" / "current.png").exists)
        assert "running already" in connected("run").err
        # Beside the service a verb asks it.
        assert connected("sync", "--json").json["albums"]["Family"]["kept"] == 6
        pids = [int(pid) for pid in Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()]
        assert {os.getpgid(pid) for pid in pids} == {os.getpgid(running.pid)}
        os.kill(pids[0], signal.SIGKILL)
        until(lambda: not serving(connected.home))
        until(lambda: serving(connected.home))
    finally:
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 0
    assert "is started again" in said
    assert not serving(connected.home)


def test_a_service_that_is_asked_to_begins_anew_beside_the_others(connected: Mantelpiece, tmp_path: Path) -> None:
    connected.environment["MANTELPIECE_WALL_DISPLAY"] = f"file:{tmp_path / 'wall'}"
    connected.environment["MANTELPIECE_ADMIN_PORT"] = str(free_port())  # a page that finds its port taken is left out
    running = connected.start("run")

    def children() -> set[int]:
        return {int(pid) for pid in Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()}

    try:
        until(lambda: serving(connected.home) and (tmp_path / "wall" / "current.png").exists())
        for begin in (lambda: ring(connected.home, BEGIN_ANEW), lambda: ask(connected.home, "restart")):
            before = children()
            begin()
            until(lambda before=before: len(children()) == len(before) and len(children() - before) == 1)
            until(lambda: serving(connected.home) and frame_answers(connected.home))
    finally:
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 0
    assert "is started again in" not in said, "it did not die"


def frame_answers(home: Home) -> bool:
    try:
        return bool(ask(home, "now"))
    except FrameNotRunning:
        return False


def test_ctrl_c_cancels_the_job_of_a_verb(connected: Mantelpiece, immich: StandIn) -> None:
    connected("album", "add", "Family")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        connected.home.settings.write_text(connected.home.settings.read_text().replace(immich.url, address))
        running = connected.start("sync")
        silent.accept()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Cancelled" in said


def test_no_key_is_ever_printed_kept_or_passed(connected: Mantelpiece, immich: StandIn) -> None:
    for words in (("album", "add", "Family"), ("sync", "-v"), ("doctor", "-v"), ("status", "--json"),
                  ("jobs", "export"), ("settings", "show", "--json"), ("server", "list", "--json"),
                  ("server", "test", "-v")):  # fmt: skip
        connected(*words)
    connected("server", "add", "other", "--url", "http://127.0.0.1:9", "-v", answer=immich.key)
    assert immich.key not in "".join(connected.said)
    root, runtime = connected.home.root, connected.home.runtime
    for path in [*root.rglob("*"), *runtime.rglob("*")]:
        if path.is_file() and path != connected.home.secrets:
            assert immich.key.encode() not in path.read_bytes(), path
    assert "other" not in connected.home.secrets.read_text()


def test_a_parked_job_tries_again_when_a_person_says_so(mantelpiece: Mantelpiece) -> None:
    mantelpiece("jobs", "run", "scrub")
    library = Library(mantelpiece.home.library)
    number = jobs.add(library, kind="scrub", lane=Lane.BULK, resource="mirror", arguments={}, asked_by="schedule")
    with library.transaction() as db:
        jobs.set_state(db, number, State.PARKED, attempts=3)
    library.close()
    assert mantelpiece("jobs", "list", "--json").json["jobs"][0]["state"] == "parked"
    assert mantelpiece("doctor", "--json").code == 1
    again = mantelpiece("jobs", "run", str(number), "--json")
    assert (again.code, again.json["bad"]) == (0, 0)
    assert mantelpiece("jobs", "run", str(number)).code == 2
    assert mantelpiece("jobs", "cancel", str(number)).code == 2


def test_the_doctor_names_what_is_wrong_and_what_to_do(connected: Mantelpiece, immich: StandIn) -> None:
    connected("album", "add", "Family")
    connected("sync")
    assert connected("doctor", "--json").json["bad"] == 0
    settings = connected.home.settings.read_text()
    settings = settings.replace(immich.url, "https://127.0.0.1:2283")
    connected.home.settings.write_text(settings + '[wall]\nlayout = "x"\n')
    connected.home.secrets.chmod(0o644)
    connected.home.catalogue.chmod(0o644)
    connected.home.catalogue.write_bytes(b"garbage")
    told = connected("doctor", "--json")
    assert told.code == 3
    wrong = {one["check"]: one for one in told.json["findings"] if one["verdict"] == "bad"}
    assert set(wrong) >= {"keys", "catalogue", "server"}
    assert "2283" in wrong["server"]["advice"]
    assert any(one["check"] == "settings" and one["verdict"] == "warn" for one in told.json["findings"])


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ([], 0),
        (["loose key"], 1),
        (["held"], 4),
        (["held", "loose key"], 4),
        (["server"], 3),
        (["server", "held", "loose key"], 3),
        (["settings", "server", "held", "loose key"], 2),
    ],
    ids=str,
)
def test_the_doctors_exit_code_is_the_most_serious(connected: Mantelpiece, spoil: list[str], code: int) -> None:
    connected("album", "add", "Family")
    connected("sync")
    if "loose key" in spoil:
        connected.home.secrets.chmod(0o644)
    if "server" in spoil:
        settings = connected.home.settings
        settings.write_text(re.sub(r"127.0.0.1:\d+", "127.0.0.1:1", settings.read_text()))
    if "held" in spoil:
        since = "2026-01-01T00:00:00+00:00"
        row = HeldRow(album="Family", plan="x", reason="Many are gone.", photos=("a",), since=since)
        with closing(Library(connected.home.library)) as library, library.transaction() as db:
            held.put(db, row)
    if "settings" in spoil:
        settings = connected.home.settings
        settings.write_text(settings.read_text() + '[[album]]\nname = "B"\n')
    told = connected("doctor", "-q")
    assert (told.code, told.out, bool(told.err)) == (code, "", bool(spoil) and spoil != ["held"])


def test_a_damaged_library_is_one_sentence_and_the_next_sync_begins_it_anew(connected: Mantelpiece) -> None:
    connected("album", "add", "Family")
    connected("sync")
    connected.home.library.write_bytes(os.urandom(50_000))
    said = connected("jobs", "list")
    assert (said.code, len(said.err.splitlines())) == (1, 1)
    again = connected("sync", "--json").json["albums"]["Family"]
    assert (again["bytes"], again["kept"] + again["added"]) == (0, 6)
    assert list(connected.home.private.glob("library.db.corrupt.*"))


def test_a_library_of_a_newer_version_is_refused(connected: Mantelpiece) -> None:
    import sqlite3

    with sqlite3.connect(connected.home.library) as db:
        db.execute("PRAGMA user_version = 99")
    said = connected("sync")
    assert said.code == 1
    assert "newer version" in said.err
    assert len(said.err.splitlines()) == 1


def test_every_verb_has_help_in_a_line_and_in_full_and_the_readme_lists_it(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    assert main(["--help"]) == 0
    whole = capsys.readouterr().out
    for name in VERBS:
        assert main([name, "--help"]) == 0
        told = capsys.readouterr().out
        assert f"  {name} " in whole
        assert f"`{name}" in readme
        group = mantelpiece_group.get_command(click.Context(mantelpiece_group), name)
        for verb in getattr(group, "commands", {}):
            assert main([name, verb, "--help"]) == 0
            assert "--json" in capsys.readouterr().out
            assert any(verb in line for line in readme.splitlines() if f"`{name} " in line)
        assert "--json" in told or hasattr(group, "commands")


@pytest.mark.root
@pytest.mark.parametrize("marker", ["there", "none", "a link to a file of root's"])
def test_root_becomes_the_owner_of_the_service(tmp_path: Path, marker: str) -> None:
    home = tmp_path / "service"
    home.mkdir()
    nobody = pwd.getpwnam("nobody")
    if marker == "there":
        (home / ".mantelpiece").touch()
        os.chown(home / ".mantelpiece", nobody.pw_uid, nobody.pw_gid)
    elif marker != "none":
        (home / ".mantelpiece").symlink_to("/etc/passwd")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    program = (
        "import os, sys; from pathlib import Path\n"
        "from admin.cli.owner import become_owner; from sync.home import Home\n"
        "home = Home(Path(sys.argv[1]), Path('/tmp'))\n"
        "become_owner(home, service_home=Path('/elsewhere')); first = os.getuid()\n"
        "become_owner(home, service_home=home.root); print(first, os.getuid(), os.getgroups())"
    )
    done = subprocess.run([sys.executable, "-c", program, str(home)], capture_output=True, text=True, check=True)
    assert done.stdout.split()[:2] == ["0", str(nobody.pw_uid)]
    assert "0" not in done.stdout.split("[")[1].rstrip("]\n").split(", ")
