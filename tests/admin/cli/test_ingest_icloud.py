"""`mantelpiece ingest import` and `download` as a person calls them: moving in, and Apple's questions at a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.settings.reading import load
from tests.admin.cli.conftest import Mantelpiece
from tests.fakes.icloud import Options, download
from tests.fakes.icloud_photos import LIBRARY
from tests.fakes.icloudpd import install
from tests.fakes.immich import FakeImmich, Library

THERE = "/mnt/phone"
LINE = (
    "icloudpd -u Anna@Example.org -p 'Very Secret' -d {there} --size original --size adjusted --folder-structure none "
    "--plugin immich --immich-server-url {url}/api --immich-api-key {key} --immich-library-id {library} "
    "--immich-favorite --immich-album iCloud --immich-album '{{0:%Y}}'"
)


@pytest.fixture
def moving(mantelpiece: Mantelpiece, tmp_path: Path) -> Iterator[Mantelpiece]:
    """A server with the plugin's library, and the command line that filled it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    download(LIBRARY[:2], folder, Options(sizes=("original", "adjusted")))
    with FakeImmich(version=3, library=Library(tmp_path / "server")) as server:
        library = server.edits.add_library("Phone", [THERE], {THERE: str(folder)})["id"]
        assert mantelpiece("server", "add", "home", "--url", server.url, answer=server.api_key).code == 0
        line = LINE.format(there=THERE, url=server.url, key=server.api_key, library=library)
        (tmp_path / "old.sh").write_text(line)
        yield mantelpiece


def test_an_old_command_line_is_moved_in(moving: Mantelpiece, tmp_path: Path) -> None:
    done = moving("ingest", "import", str(tmp_path / "old.sh"), "--folder", str(tmp_path / "photos"), "--json")
    assert done.code == 1, "one album template could not be taken"
    assert done.json["added"] == ["iCloud anna"] and done.json["filled"][0]["linked"] == 6
    (inbox,) = load(moving.home.settings).settings.inboxes
    assert (inbox.server, inbox.server_folder, inbox.albums) == ("home", THERE, ("iCloud",))
    assert inbox.icloudpd.account == "anna@example.org"
    assert sorted(path.name for path in (tmp_path / "photos.landing").glob("*.HEIC")) == ["IMG_1234.HEIC"]
    kept = b"".join(path.read_bytes() for path in moving.home.root.rglob("*") if path.is_file())
    assert b"Very Secret" not in kept and "Very Secret" not in "".join(moving.said)
    again = moving("ingest", "import", str(tmp_path / "old.sh"), "--folder", str(tmp_path / "photos"))
    assert again.code == 2 and "There is an inbox 'iCloud anna' already" in again.err


def test_what_cannot_be_moved_in_ends_in_one_sentence(moving: Mantelpiece, tmp_path: Path) -> None:
    assert "cannot be read" in moving("ingest", "import", str(tmp_path / "nothing.sh")).err
    done = moving("ingest", "import", str(tmp_path / "old.sh"), "--folder", str(tmp_path / "photos"),
                  "--landing", str(tmp_path / "photos/in"))  # fmt: skip
    assert done.code == 2 and "which Immich scans" in done.out + done.err
    assert moving("ingest", "download", "nobody").code == 2


def test_apples_questions_are_asked_at_the_terminal(moving: Mantelpiece, tmp_path: Path) -> None:
    moving("ingest", "import", str(tmp_path / "old.sh"), "--folder", str(tmp_path / "photos"))
    program = install(tmp_path / "program", LIBRARY[:3], devices=["•••12"])
    settings = moving.home.settings
    settings.write_text(settings.read_text().replace('account = "anna', f'program = "{program}", account = "anna'))
    assert str(program) in settings.read_text()
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "admin.cli", "ingest", "download", "icloud anna"],
        stdin=terminal, stdout=terminal, stderr=terminal, env=moving.environment, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    code = b"authentication code"
    for words, typed in ((b"Password for", b"apple\n"), (code, b"12345\n"), (b"6 digits", b"123456\n")):
        shown += seen_until(controller, words)
        os.write(controller, typed)
    shown += seen_until(controller, b"from iCloud.")
    assert process.wait(180) == 0
    os.close(controller)
    assert b"a: " in shown and b"apple" not in shown, "the password is not echoed"
    assert len(list((tmp_path / "photos.landing").glob("IMG_1236.HEIC"))) == 1


def seen_until(terminal: int, words: bytes) -> bytes:
    shown = b""
    while words not in shown:
        assert select.select([terminal], [], [], 180)[0], shown
        shown += os.read(terminal, 4096)
    return shown
