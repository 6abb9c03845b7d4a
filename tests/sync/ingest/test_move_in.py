"""Moving in from the replaced plugin: folder kept, landing folder filled, nothing downloaded or done again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.connect import open_server
from sync.errors import UsageError
from sync.ingest.move_in import fill_landing, read_old
from sync.work import Result
from tests.fakes.icloud import Asset, Options, download
from tests.fakes.icloud_photos import LIBRARY, NOON
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.ingest import THERE, Taker, make_taker

OPTIONS = Options(sizes=("original", "adjusted"), folders="{:%Y/%m/%d}")
NEW = Asset("IMG_7777.HEIC", "Zz1", taken=NOON.replace(day=9), edited=True)


@pytest.fixture
def taker(tmp_path: Path) -> Iterator[Taker]:
    """One whose library folder was icloudpd's own, and whose landing folder is still to be filled."""
    with FakeImmich(version=3, library=Library(tmp_path / "server")) as server:
        made = make_taker(tmp_path, server, albums=("iCloud",))
        made.landing.rmdir()
        yield made


def fill(taker: Taker, pending: Path | None = None) -> Result:
    with taker.work() as work:
        return fill_landing(work, {"inbox": "phone", "pending": str(pending) if pending else None})


def scanned(taker: Taker) -> None:
    """The server has scanned the library by itself, as it does every night."""
    with taker.work() as work:
        open_server(work, "home").scan_library(taker.settings.inboxes[0].library)


def test_what_was_there_is_linked_and_left_alone_and_what_comes_next_is_taken_in(taker: Taker) -> None:
    download(LIBRARY, taker.folder, OPTIONS)
    scanned(taker)
    before = taker.state()
    files = sum(1 for path in taker.folder.rglob("*") if path.is_file() and path.suffix != ".xmp")
    result = fill(taker)
    assert result.facts["linked"] == files and result.exit_code == 0
    assert fill(taker).facts == {"linked": 0, "there": files, "sidecars": 0, "pending": 0}
    assert taker.run().facts["inboxes"]["phone"]["photos"] == 0
    assert taker.state() == before, "the plugin did all that, and nothing is done twice"
    assert all(not roles for roles in download(LIBRARY, taker.landing, OPTIONS).files.values()), "nothing is downloaded"
    download([NEW], taker.landing, OPTIONS)
    assert taker.run().facts["inboxes"]["phone"]["photos"] == 1
    assert len(taker.state()["stacks"]) == 1


def test_what_the_plugin_had_not_finished_is_finished_by_the_first_run(taker: Taker, tmp_path: Path) -> None:
    written = download([*LIBRARY, NEW], taker.folder, OPTIONS)
    scanned(taker)
    paths = list(written.files[NEW.record].values())
    pending = tmp_path / "pending.json"
    entry = {"photo_id": "Zz1", "files": [{"path": f"{THERE}/{path}"} for path in paths], "is_favorite": False}
    pending.write_text(json.dumps([entry, entry | {"files": [{"path": "/elsewhere/IMG_1.JPG"}]}]))
    assert fill(taker, pending).facts["pending"] == 1
    assert taker.run().facts["inboxes"]["phone"]["photos"] == 1
    assert taker.state()["albums"] == [("iCloud", sorted(paths))]
    assert [sorted(members) for _, members in taker.state()["stacks"]] == [sorted(paths)]


def test_a_landing_folder_that_immich_would_scan_is_refused_before_anything_is_linked(taker: Taker) -> None:
    download([NEW], taker.folder, OPTIONS)
    taker.set(landing=str(taker.folder / "in"))
    with pytest.raises(UsageError, match=r"which Immich scans|one another"):
        fill(taker)
    assert not (taker.folder / "in").exists()


def read(taker: Taker, text: str, **arguments: Any) -> dict[str, Any]:
    file = taker.home.root / "old.sh"
    file.write_text(text)
    with taker.work() as work:
        return read_old(work, {"file": str(file), **arguments}).facts


def test_folders_of_this_machine_take_the_place_of_the_containers(taker: Taker) -> None:
    line = f"icloudpd -u a@x.org -d {THERE} --immich-library-id L --immich-server-url http://photos/api"
    plain = read(taker, line)["inboxes"][0]
    assert (plain["folder"], plain["landing"]) == (THERE, f"{THERE}.landing") and "server_folder" not in plain
    placed = read(taker, line, folder="/srv/photos", library="M")["inboxes"][0]
    assert (placed["folder"], placed["server_folder"]) == ("/srv/photos", THERE)
    assert placed["landing"] == "/srv/photos.landing"
    assert placed["library"] == "M"
    assert read(taker, line, folder="/srv/photos", landing="/x/in")["inboxes"][0]["landing"] == "/x/in"
    with pytest.raises(UsageError, match="several accounts"):
        read(taker, f"{line} -u b@x.org -d /b", folder="/srv")


def test_a_file_that_is_no_command_line_is_refused(taker: Taker) -> None:
    with taker.work() as work, pytest.raises(UsageError, match="cannot be read"):
        read_old(work, {"file": "/nowhere"})
    with pytest.raises(UsageError, match="no command line"):
        read(taker, "hello")
