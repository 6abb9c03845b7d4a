"""`mantelpiece ingest` as a person calls it: checked, previewed, run, seen, taken back; and its refusals."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.cli.conftest import Mantelpiece
from tests.fakes.icloud import Options, download
from tests.fakes.icloud_photos import LIBRARY
from tests.fakes.immich import FakeImmich, Library

INBOX = """
[[inboxes]]
name = "iPhone"
server = "home"
folder = "{folder}"
landing = "{landing}"
server_folder = "/mnt/phone"
library = "{library}"
stack = ["adjusted", "original"]
albums = ["iCloud"]
quiet_seconds = 0

[[inboxes]]
name = "Elsewhere"
server = "home"
folder = "{landing}"
library = "{library}"
quiet_seconds = 0
"""


@pytest.fixture
def ready(mantelpiece: Mantelpiece, tmp_path: Path) -> Iterator[Mantelpiece]:
    folder, landing = tmp_path / "library", tmp_path / "landing"
    folder.mkdir()
    landing.mkdir()
    download(LIBRARY[:2], landing, Options(sizes=("original", "adjusted")))
    with FakeImmich(version=3, library=Library(tmp_path / "server")) as server:
        library = server.edits.add_library("Phone", ["/mnt/phone"], {"/mnt/phone": str(folder)})["id"]
        assert mantelpiece("server", "add", "home", "--url", server.url, answer=server.api_key).code == 0
        path = mantelpiece.home.settings
        path.write_text(path.read_text() + INBOX.format(folder=folder, landing=landing, library=library))
        yield mantelpiece


def test_an_inbox_is_checked_previewed_run_seen_and_taken_back(ready: Mantelpiece, tmp_path: Path) -> None:
    checked = ready("ingest", "check", "iphone", "--json").json
    assert checked["ok"]
    assert [one["name"] for one in checked["libraries"]] == ["Phone"]
    shown = ready("ingest", "preview", "iPhone", "--json").json
    assert shown["counts"] == {"register": 2}
    (tmp_path / "landing" / os.fsdecode(b"caf\xe9.JPG")).write_bytes(b"x")
    said = ready("ingest", "run", "iPhone", "--plan", shown["plan"])
    assert said.code == 0, said
    assert "1 file is left alone." in said.out
    assert "iPhone: caf�.JPG is left alone: its name is not UTF-8; rename it." in said.err
    assert "2 photos processed, 6 files registered, 2 stacks created" in said.out
    (phone, elsewhere) = ready("ingest", "status", "--json").json["inboxes"]
    assert (phone["done"], phone["pending"], phone["state"], elsewhere["state"]) == (2, 0, "ok", "not run yet")
    assert "iPhone" in ready("ingest", "status").out
    assert "2 stacks taken apart" in ready("ingest", "undo", "iPhone").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [(("run", "iPhnoe"), 2, "Did you mean 'iPhone'?"), (("undo",), 2, "no run that could be taken back"),
     (("check", "Elsewhere"), 2, "lies under no import path of the library 'Phone'"),
     (("run", "Elsewhere"), 2, "lies under no import path of the library 'Phone'"),
     (("run", "--plan", "x"), 2, "A plan is of one inbox")],
    ids=["misspelt", "nothing to undo", "check", "run", "plan of two"],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_in_words(
    ready: Mantelpiece, words: tuple[str, ...], code: int, said: str
) -> None:
    told = ready("ingest", *words)
    assert told.code == code
    assert said in " ".join(told.err.split())
