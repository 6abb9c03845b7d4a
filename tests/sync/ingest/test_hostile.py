"""Hostile names, files, clocks and disks: each is one photo's problem, or is named, and harms nobody else."""

from __future__ import annotations

import dataclasses
import os
import struct
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from sync.errors import NotAvailable, UsageError
from sync.immich.server import Immich
from sync.ingest import icloudpd
from sync.ingest.places import plain_folder
from sync.ingest.sidecar_writing import normalised
from sync.ingest.sidecars import read
from sync.ingest.tiff import read_exif
from sync.settings.ingest import After, Icloudpd, Inbox, Size, Way
from tests.fakes.icloud import Asset, Options, download, sidecar
from tests.fakes.icloud_photos import NOON
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.ingest import Taker, make_taker

PHOTO = Asset("IMG_1.HEIC", "AY6xVvQq1", taken=NOON, favourite=True)


@pytest.fixture
def taker(tmp_path: Path) -> Iterator[Taker]:
    with FakeImmich(version=3, library=Library(tmp_path / "server")) as server:
        yield make_taker(tmp_path, server)


def renamed(taker: Taker, name: str) -> Path:
    """A photo of that name in the landing folder, with its sidecar."""
    download([PHOTO], taker.landing, Options())
    (taker.landing / "IMG_1.HEIC.xmp").rename(taker.landing / f"{name[:240]}.xmp")
    return (taker.landing / "IMG_1.HEIC").rename(taker.landing / name)


def test_a_folder_that_cannot_be_made_is_one_photos_problem(taker: Taker) -> None:
    download([PHOTO], taker.landing, Options())
    (taker.landing / "2024").mkdir()
    (taker.landing / "2024" / "other.HEIC").write_bytes((taker.landing / "IMG_1.HEIC").read_bytes() + b"\0")
    (taker.folder / "2024").write_text("a file where a folder should be")
    result = taker.run()
    assert taker.state()["assets"] == ["IMG_1.HEIC"]
    assert "2024/other.HEIC" in result.problems[0]


@pytest.mark.parametrize("letter", ["\N{HIRAGANA LETTER A}", "\N{OLD ITALIC LETTER A}", "-"], ids=["3", "4", "dash"])
def test_the_longest_names_are_taken_in_with_their_sidecars_and_clashes(taker: Taker, letter: str) -> None:
    stem = letter * (245 // len(letter.encode()))
    file = renamed(taker, f"{stem}.JPG")
    (taker.landing / f"{stem}.JPG.xmp").write_bytes(sidecar(PHOTO))
    (taker.folder / file.name).write_text("a stranger")
    assert taker.run().problems == []
    published = [path for path in taker.folder.iterdir() if "~" in path.name and path.suffix == ".JPG"]
    assert [path.read_bytes() for path in published] == [file.read_bytes()]
    assert published[0].with_name(f"{published[0].name}.xmp").exists()


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "2024-01-01T00:00:00+23:59:59.999999"]
)
def test_a_date_beyond_all_dates_is_left_out(when: str) -> None:
    raw = sidecar(dataclasses.replace(PHOTO, title="Lake")).decode()
    begin = raw.index("<xmp:CreateDate>") + len("<xmp:CreateDate>")
    hostile = raw[:begin] + when + raw[raw.index("</xmp:CreateDate>") :]
    assert read(normalised(hostile.encode())).title == "Lake"


def test_what_a_person_wrote_keeps_its_joiners_and_wide_spaces() -> None:
    title = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL} \u6771\u4eac\u3000\u30bf\u30ef\u30fc \u200f\u05d0"
    assert read(normalised(sidecar(dataclasses.replace(PHOTO, title=title)))).title == title


def test_many_tags_that_point_to_one_megabyte_are_not_held(tmp_path: Path) -> None:
    count, head = 500, 8 + 2 + 500 * 12
    entries = b"".join(struct.pack("<HHII", 0x4000 + n, 7, 1 << 20, head) for n in range(count))
    data = b"II*\0" + struct.pack("<IH", 8, count) + entries + bytes(1 << 20)
    tracemalloc.start()
    read_exif(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_server_whose_clock_ran_ahead_is_still_listened_to(taker: Taker) -> None:
    taker.clock.wall = datetime.fromtimestamp(taker.server.library.now_us / 1e6, UTC)
    download([PHOTO], taker.landing, Options())
    taker.run()
    early = taker.named("IMG_1.HEIC")
    early.updated_us = int(datetime(2099, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)
    download([dataclasses.replace(PHOTO, name="IMG_2.HEIC", record="r2")], taker.landing, Options())
    taker.run()
    download([dataclasses.replace(PHOTO, name="IMG_3.HEIC", record="r3")], taker.landing, Options())
    assert taker.run().problems == []
    assert taker.state()["favourites"] == ["IMG_1.HEIC", "IMG_2.HEIC", "IMG_3.HEIC"]


def test_a_favourite_that_could_not_be_set_is_set_by_the_next_run(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    download([PHOTO], taker.landing, Options())

    def refuses(*_args: object, **_named: object) -> None:
        raise NotAvailable("Not found or no asset.update access")

    monkeypatch.setattr(Immich, "set_favourites", refuses)
    assert "Its favourite could not be set" in taker.run().problems[0]
    monkeypatch.undo()
    assert taker.run().problems == []
    assert taker.state()["favourites"] == ["IMG_1.HEIC"]


def test_a_size_that_comes_later_is_a_favourite_too_and_what_a_person_took_away_is_not(taker: Taker) -> None:
    edited = dataclasses.replace(PHOTO, edited=True)
    download([edited], taker.landing, Options(sizes=("original",)))
    taker.run()
    taker.server.edits.favourite(taker.named("IMG_1.HEIC").id, value=False)
    download([edited], taker.landing, Options(sizes=("original", "adjusted")))
    assert taker.run().problems == []
    assert taker.state()["favourites"] == ["IMG_1.JPG"]


def test_two_sizes_of_the_same_bytes_are_no_stack_of_one(taker: Taker) -> None:
    taker.set(way=Way.UPLOAD, folder=str(taker.landing), landing="", library="", stack=(Size.ORIGINAL, Size.MEDIUM))
    download([PHOTO], taker.landing, Options())
    (taker.landing / "IMG_1-medium.HEIC").write_bytes((taker.landing / "IMG_1.HEIC").read_bytes())
    assert taker.run().problems == []
    assert taker.state()["stacks"] == []


def test_another_picture_under_an_old_name_is_published_and_found_anew(taker: Taker) -> None:
    download([PHOTO], taker.landing, Options())
    taker.run()
    (taker.landing / "IMG_1.HEIC").unlink()
    download([dataclasses.replace(PHOTO, salt=700)], taker.landing, Options())
    assert taker.run().problems == []
    assert len(taker.state()["assets"]) == 2
    assert len(taker.state()["favourites"]) == 2


def test_another_server_is_asked_for_its_own_assets(taker: Taker) -> None:
    taker.set(way=Way.UPLOAD, folder=str(taker.landing), landing="", library="")
    download([dataclasses.replace(PHOTO, edited=True)], taker.landing, Options(sizes=("original", "adjusted")))
    taker.server.faults.add("status", status=400, path="/stacks", method="POST", times=1)
    assert taker.run().problems != []
    for asset in list(taker.server.library.assets.values()):
        del taker.server.library.assets[asset.id]
    settings = taker.settings.servers["home"]

    moved = msgspec.structs.replace(settings, url=settings.url.replace("127.0.0.1", "localhost"))
    taker.settings = msgspec.structs.replace(taker.settings, servers={"home": moved})
    assert taker.run().problems == []
    assert [len(members) for _, members in taker.state()["stacks"]] == [2]


def test_a_library_folder_that_lost_its_disk_is_not_filled_again(taker: Taker) -> None:
    download([PHOTO], taker.landing, Options())
    taker.run()
    for path in taker.folder.iterdir():
        path.unlink()
    download([dataclasses.replace(PHOTO, name="IMG_2.HEIC", record="r2")], taker.landing, Options())
    assert "is empty, and photos were published there before: is its disk mounted?" in taker.run().problems[0]
    assert list(taker.folder.iterdir()) == []
    assert taker.state()["favourites"] == ["IMG_1.HEIC"]


def test_an_inbox_that_lost_its_disk_changes_nothing(taker: Taker) -> None:
    download([PHOTO], taker.landing, Options())
    taker.run()
    before = taker.state()
    for path in taker.landing.iterdir():
        path.unlink()
    asked = len(taker.server.log)
    assert taker.run().problems == []
    assert (taker.state(), len(taker.server.log)) == (before, asked)


@pytest.mark.parametrize(
    ("folder", "plain"),
    [
        ("/photos/{:%Y/%m}", "/photos"),
        ("/photos/%Y-%m", "/photos"),
        ("/mnt/100% photos", "/mnt/100% photos"),
        ("/mnt/50%discount/{family}", "/mnt/50%discount/{family}"),
    ],
)
def test_only_a_date_is_left_out_of_a_folder(folder: str, plain: str) -> None:
    assert plain_folder(folder) == plain


def test_the_beginning_of_an_option_is_the_option() -> None:
    inbox = Inbox(name="x", folder="/x", icloudpd=Icloudpd(account="a@b.c", arguments=("--notif", "/bin/sh")))
    with pytest.raises(UsageError, match="it would run another program"):
        icloudpd.arguments(inbox, cookies=Path("/c"))


def test_folders_in_folders_without_end_stop_nobody(taker: Taker) -> None:
    download([PHOTO], taker.landing, Options())
    deep = taker.landing
    for _ in range(600):
        deep /= "d"
        deep.mkdir()
    facts = taker.facts()
    assert facts["photos"] == 1
    assert "it lies too deep" in facts["skipped"][0]


def test_files_of_a_time_to_come_are_taken_when_two_looks_are_the_same(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    download([PHOTO], taker.landing, Options())
    monkeypatch.setattr("sync.ingest.survey.time.time_ns", lambda: 1_000_000_000 * 86_400 * 400)
    assert taker.facts()["waiting"] == 1
    assert taker.facts()["photos"] == 1


def test_icloudpd_is_not_asked_for_the_same_photos_for_ever_without_a_word(taker: Taker) -> None:
    taker.set(
        way=Way.UPLOAD, folder=str(taker.landing), landing="", library="", after=After.DELETE,
        icloudpd=Icloudpd(account="a@b.c"),
    )  # fmt: skip
    assert "icloudpd downloads again what is no longer in its folder" in taker.check().problems[0]


@pytest.mark.parametrize("year", [1600, 1969, 2300])
@pytest.mark.parametrize("way", list(Way))
def test_a_file_of_an_impossible_time_is_taken_in_like_any_other(taker: Taker, way: Way, year: int) -> None:
    if way is Way.UPLOAD:
        taker.set(way=way, folder=str(taker.landing), landing="", library="", after=After.DELETE)
    download([PHOTO, dataclasses.replace(PHOTO, name="IMG_2.HEIC", record="r2", salt=9)], taker.landing, Options())
    moment = datetime(year, 5, 5, tzinfo=UTC).timestamp()
    os.utime(taker.landing / "IMG_1.HEIC", (moment, moment))
    assert taker.run().problems == []
    assert taker.state()["assets"] == ["IMG_1.HEIC", "IMG_2.HEIC"]
    asked = len(taker.server.log)
    assert taker.facts()["photos"] == 0
    assert len(taker.server.log) == asked
    assert way is Way.LIBRARY or not list(taker.landing.glob("*.HEIC"))
