"""An inbox ends on the server in exactly the stacks, live links, favourites and albums that its photos are, on every
version; and each thing that stands in the way ends in its own sentence."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sync.errors import UsageError
from sync.ingest import landing
from sync.ingest.fill import fill
from sync.library import ingest as rows
from sync.library.database import Library as Database
from sync.settings.ingest import After, Inbox, Size, Way
from tests.fakes.icloud import ID7, SIZES, SUFFIXED, Asset, Options, download, sidecar
from tests.fakes.icloud_photos import LIBRARY, NOON
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.ingest import SERVER, Taker, make_taker
from tests.sync.ingest.inbox_room import expected_state

ALBUM = "iCloud/2024/05"
PHOTOS = [
    dataclasses.replace(asset, favourite=number % 3 == 0, hidden=number == 2, title=f"Nr. {number}", keywords=("Lake",))
    for number, asset in enumerate(LIBRARY)
]
ONE = Asset("IMG_1.HEIC", "AY6xVvQq1", taken=NOON, edited=True, live=True)


@pytest.fixture(params=[1, 2, 3], ids=["v1", "v2", "v3"])
def taker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Taker]:
    with FakeImmich(version=request.param, library=Library(tmp_path / "server")) as server:
        yield make_taker(tmp_path, server)


@pytest.fixture
def any_taker(tmp_path: Path) -> Iterator[Taker]:
    """Where versions do not matter."""
    with FakeImmich(version=3, library=Library(tmp_path / "server")) as server:
        yield make_taker(tmp_path, server)


def writes(taker: Taker) -> int:
    """Requests that change something, so far."""
    return sum(e.method != "GET" and not e.path.endswith(("/metadata", "/bulk-upload-check")) for e in taker.server.log)


@pytest.mark.parametrize("policy", [SUFFIXED, ID7])
@pytest.mark.parametrize("live", ["suffix", "original"])
def test_the_naming_table_becomes_exactly_its_photos(taker: Taker, policy: str, live: str) -> None:
    written = download(PHOTOS, taker.landing, Options(sizes=SIZES, policy=policy, live_policy=live))
    result = taker.run()
    assert result.problems == []
    assert taker.state() == expected_state(PHOTOS, written, album=ALBUM, live_sizes=("adjusted",))
    assert "9 photos processed, " in result.sentence
    assert "9 stacks created" in result.sentence
    before = len(taker.server.log)
    assert taker.run().facts["inboxes"]["phone"]["photos"] == 0
    assert len(taker.server.log) == before, "a pass without news asks nothing"


def test_photos_that_share_a_name_stay_apart(taker: Taker) -> None:
    twice = [
        Asset("IMG_1.JPG", "AY6xVvQq1", taken=NOON, edited=True, live=True),
        Asset("IMG_1.JPG", "BZ7yWwRr2", taken=NOON.replace(year=2021), edited=True, live=True, salt=500),
    ]
    written = download(twice, taker.landing, Options(sizes=("original", "adjusted")))
    taker.set(albums=("All",))
    assert taker.run().problems == []
    assert taker.state() == expected_state(twice, written, album="All", live_sizes=("adjusted",))


def test_the_same_by_upload_and_what_was_uploaded_is_deleted(taker: Taker) -> None:
    taker.set(way=Way.UPLOAD, folder=str(taker.landing), landing="", library="", after=After.DELETE)
    written = download(PHOTOS, taker.landing, Options(sizes=SIZES))
    (taker.landing / "notes.txt").write_text("mine")
    result = taker.run()
    assert result.problems == []
    assert taker.state() == expected_state(PHOTOS, written, album=ALBUM, live_sizes=("adjusted",))
    assert [path.name for path in taker.landing.rglob("*") if path.is_file()] == ["notes.txt"]
    assert {one.description for one in taker.server.library.assets.values()} == {""}
    taker.set(after=After.KEEP)
    assert taker.facts()["photos"] == 0


def test_uploaded_files_are_moved_with_their_sidecars(any_taker: Taker, tmp_path: Path) -> None:
    any_taker.set(
        way=Way.UPLOAD, folder=str(any_taker.landing), landing="", library="", after=After.MOVE,
        move_to=str(tmp_path / "taken"),
    )  # fmt: skip
    (tmp_path / "taken").mkdir()
    written = download([ONE], any_taker.landing, Options(sizes=("original", "adjusted"), folders="{:%Y}"))
    assert any_taker.run().problems == []
    for path in written.files[ONE.record].values():
        assert (tmp_path / "taken" / path).exists()
        assert not (any_taker.landing / path).exists()


def test_a_file_whose_content_the_server_does_not_confirm_is_kept(any_taker: Taker) -> None:
    any_taker.set(way=Way.UPLOAD, folder=str(any_taker.landing), landing="", library="", after=After.DELETE)
    download([ONE], any_taker.landing, Options())
    any_taker.server.faults.add("json", op="drop", key="results[].assetId", path="bulk-upload-check", nth=2)
    assert "was kept: Immich does not name an upload of exactly this content" in any_taker.run().problems[0]
    assert (any_taker.landing / "IMG_1.HEIC").exists()
    any_taker.server.faults.clear()
    assert any_taker.run().problems == []
    assert not (any_taker.landing / "IMG_1.HEIC").exists()


def test_a_duplicate_is_not_uploaded_twice_and_one_in_the_trash_is_kept(taker: Taker) -> None:
    taker.set(way=Way.UPLOAD, folder=str(taker.landing), landing="", library="", after=After.DELETE)
    download([ONE], taker.landing, Options())
    taker.set(after=After.KEEP)
    taker.run()
    with Database(taker.home.library).transaction() as db:
        rows.forget(db, "phone")
    taker.server.edits.trash("IMG_1.HEIC")
    taker.set(after=After.DELETE)
    result = taker.run()
    assert "lies in Immich's trash. Restore it there, or take the file out of the inbox" in result.problems[0]
    assert (taker.landing / "IMG_1.HEIC").exists()
    taker.server.edits.restore("IMG_1.HEIC")
    result = taker.run()
    assert "1 file that was there already" in result.sentence
    assert len(taker.server.library.assets) == 2
    assert not (taker.landing / "IMG_1.HEIC").exists()


def test_favourites_follow_icloud_both_ways_and_leave_what_a_person_did(taker: Taker) -> None:
    still = dataclasses.replace(ONE, edited=False, live=False)
    mine, theirs, plain = (
        dataclasses.replace(still, name=f"IMG_{n}.JPG", record=f"r{n}", favourite=n < 3, taken=NOON.replace(minute=n))
        for n in (1, 2, 3)
    )
    download([mine, theirs, plain], taker.landing, Options())
    taker.run()
    assert taker.state()["favourites"] == ["IMG_1.JPG", "IMG_2.JPG"]
    taker.server.edits.favourite(taker.named("IMG_2.JPG").id, value=False)
    taker.server.edits.favourite(taker.named("IMG_3.JPG").id)
    for asset in (mine, theirs, plain):
        (taker.landing / f"{asset.name}.xmp").write_bytes(sidecar(dataclasses.replace(asset, favourite=asset is plain)))
    result = taker.run()
    assert result.problems == []
    assert "1 favourite taken back" in result.sentence
    assert taker.state()["favourites"] == ["IMG_3.JPG"]
    (taker.landing / "IMG_3.JPG.xmp").write_bytes(sidecar(plain))
    taker.run()
    assert taker.state()["favourites"] == ["IMG_3.JPG"], "a person made it one before iCloud did"


def test_a_sidecar_that_changes_is_published_again_and_immich_told(taker: Taker) -> None:
    download([dataclasses.replace(ONE, title="Lake", live=False)], taker.landing, Options())
    taker.run()
    new = dataclasses.replace(ONE, title="Sea", live=False)
    (taker.landing / "IMG_1.HEIC.xmp").write_bytes(sidecar(new))
    assert taker.run().problems == []
    assert "Sea" in (taker.folder / "IMG_1.HEIC.xmp").read_text()
    assert taker.server.count("/assets/jobs", method="POST") == 1


def test_what_was_there_before_is_left_alone_until_a_person_asks(taker: Taker) -> None:
    written = download(PHOTOS[:2], taker.folder, Options(sizes=SIZES))
    taker.server.library.libraries[taker.settings.inboxes[0].library]
    from tests.fakes.immich.scanning import scan

    scan(taker.server.library, taker.server.library.libraries[taker.settings.inboxes[0].library])
    filled = fill(taker.folder, taker.landing)
    assert filled.problems == []
    more = download([ONE], taker.landing, Options(sizes=("original", "adjusted")))
    assert taker.preview().facts["known"] == 2
    assert taker.facts()["photos"] == 1
    assert [top for top, _ in taker.state()["stacks"]] == [more.files[ONE.record]["adjusted"]]
    assert taker.run(favourites=True).problems == []
    liked = [path for role, path in written.files[PHOTOS[0].record].items() if role != "live"]
    assert taker.state()["favourites"] == sorted(liked)
    assert taker.facts(full=True)["photos"] == 3
    assert len(taker.state()["stacks"]) == 3
    before = taker.state()
    taker.run(full=True)
    assert taker.state() == before


def test_only_chosen_sizes_are_stacked_and_a_persons_stack_stays(taker: Taker) -> None:
    taker.set(stack=(Size.ADJUSTED, Size.ORIGINAL), albums=("[adjusted]:Edits", "All of {:%Y}"))
    download(PHOTOS[:2], taker.landing, Options(sizes=SIZES))
    taker.run()
    assert taker.state()["stacks"] == [
        ("IMG_1234.JPG", ["IMG_1234.HEIC", "IMG_1234.JPG"]),
        ("IMG_1235-adjusted.JPG", ["IMG_1235-adjusted.JPG", "IMG_1235.JPG"]),
    ]
    assert dict(taker.state()["albums"])["Edits"] == ["IMG_1234.JPG", "IMG_1235-adjusted.JPG"]
    stack = next(s for s in taker.server.library.stacks.values() if s.primary_id == taker.named("IMG_1234.JPG").id)
    stack.primary_id = taker.named("IMG_1234.HEIC").id
    taker.run(full=True)
    assert ("IMG_1234.HEIC", ["IMG_1234.HEIC", "IMG_1234.JPG"]) in taker.state()["stacks"]


def test_a_size_that_comes_later_joins_its_stack_and_leaves_none_behind(taker: Taker) -> None:
    download(PHOTOS[:1], taker.landing, Options(sizes=("original", "medium")))
    taker.run()
    written = download(PHOTOS[:1], taker.landing, Options(sizes=SIZES))
    taker.run()
    stills = ["IMG_1234-medium.JPG", "IMG_1234-thumb.JPG", "IMG_1234.HEIC", "IMG_1234.JPG"]
    assert taker.state()["stacks"] == [("IMG_1234.JPG", stills)], written


def test_an_old_half_stack_of_other_programs_is_merged_whole(taker: Taker) -> None:
    written = download(PHOTOS[:1], taker.landing, Options(sizes=SIZES))
    taker.set(stack=(Size.ORIGINAL,))
    taker.run()
    medium, thumb = (taker.named(written.files[PHOTOS[0].record][size]) for size in ("medium", "thumb"))
    taker.server.library.add_stack([medium, thumb])
    taker.set(stack=(Size.ADJUSTED, Size.ORIGINAL, Size.THUMB))
    taker.run(full=True)
    assert [len(members) for _, members in taker.state()["stacks"]] == [4], "no stack of one is left behind"


def test_what_a_person_took_out_of_an_album_stays_out(taker: Taker) -> None:
    download(PHOTOS[:1], taker.landing, Options(sizes=("original",)))
    taker.run()
    taker.server.edits.remove_from_album(taker.named("IMG_1234.HEIC").id, ALBUM)
    taker.run(full=True)
    assert dict(taker.state()["albums"])[ALBUM] == []


def test_an_album_that_a_person_deleted_is_made_anew_for_the_next_photo(taker: Taker) -> None:
    download(PHOTOS[:1], taker.landing, Options())
    taker.run()
    taker.server.edits.delete_album(ALBUM)
    download(PHOTOS[1:2], taker.landing, Options())
    assert taker.run().problems == []
    assert taker.state()["albums"] == [(ALBUM, ["IMG_1235.JPG"])]


def test_a_run_is_taken_back_and_not_done_again(taker: Taker) -> None:
    download(PHOTOS, taker.landing, Options(sizes=SIZES))
    taker.run()
    before = taker.state()
    assets = before["assets"]
    told = taker.undo()
    assert "No photo was deleted" in told.sentence
    after = taker.state()
    assert (after["stacks"], after["favourites"], after["archived"]) == ([], [], [])
    assert (after["albums"], told.facts["albums"]) == ([], 1)
    # Immich linked originals by itself; what the run linked beside them is undone, and no video shows by itself.
    assert told.facts["live"] == len(before["live"]) - len(after["live"]) > 0
    videos = {asset.id for asset in taker.server.library.assets.values() if asset.kind == "VIDEO"}
    playing = {one.live_video_id for one in taker.server.library.assets.values() if one.live_video_id}
    hidden = {one for one in videos if taker.server.library.assets[one].visibility == "hidden"}
    assert playing == hidden
    assert after["assets"] == assets
    assert taker.facts()["photos"] == 0
    with pytest.raises(UsageError, match="no run that could be taken back"):
        taker.undo()


def test_an_album_that_somebody_touched_stays_when_its_run_is_taken_back(taker: Taker) -> None:
    download(PHOTOS[:1], taker.landing, Options(sizes=("original",)))
    taker.run()
    made = next(iter(taker.server.library.albums.values()))
    made.description = "Summer"
    told = taker.undo()
    assert "stays: somebody described it" in told.problems[0]
    assert len(taker.server.library.albums) == 1


def test_what_icloud_shows_again_comes_back_from_the_archive_unless_a_person_put_it_there(taker: Taker) -> None:
    hidden = [dataclasses.replace(ONE, name=f"IMG_{n}.HEIC", record=f"r{n}", edited=False, live=False, hidden=True,
                                  taken=NOON.replace(minute=n)) for n in (1, 2, 3)]  # fmt: skip
    download(hidden, taker.landing, Options())
    taker.run()
    assert taker.state()["archived"] == ["IMG_1.HEIC", "IMG_2.HEIC", "IMG_3.HEIC"]
    # One a person has brought back and archived anew by another way: locked is theirs.
    taker.server.edits.set_visibility(taker.named("IMG_2.HEIC").id, "locked")
    (taker.landing / "IMG_3.HEIC.xmp").write_text("half a sid")
    for asset in hidden[:2]:
        (taker.landing / f"{asset.name}.xmp").write_bytes(sidecar(dataclasses.replace(asset, hidden=False)))
    told = taker.preview().facts["items"][0]["fields"]
    assert told == [{"name": "visibility", "old": "archive", "new": "timeline"}]
    result = taker.run()
    assert result.problems == []
    assert "1 brought back from the archive" in result.sentence
    assert taker.state()["archived"] == ["IMG_3.HEIC"], "a sidecar that cannot be read says nothing"
    assert taker.named("IMG_2.HEIC").visibility == "locked"
    taker.undo()
    assert taker.state()["archived"] == ["IMG_1.HEIC", "IMG_3.HEIC"]


def test_the_confirmed_plan_is_what_runs_or_nothing(taker: Taker) -> None:
    written = download(PHOTOS[:2], taker.landing, Options(sizes=("original", "adjusted")))
    shown = taker.preview()
    item = shown.facts["items"][0]
    assert (item["what"], item["do"]) == (written.files[PHOTOS[0].record]["original"], "register")
    fields = {one["name"]: one["new"] for one in item["fields"]}
    assert fields["stack"] == "IMG_1234.JPG, IMG_1234.HEIC"
    assert (fields["albums"], fields["favourite"], fields["live"]) == (ALBUM, "yes", "IMG_1234_HEVC.MOV")
    assert taker.server.library.assets == {}
    download(PHOTOS[2:3], taker.landing, Options())
    before = writes(taker)
    refused = taker.run(inboxes=["phone"], plan=shown.facts["plan"])
    assert (refused.exit_code, writes(taker)) == (2, before)
    assert "Nothing was done" in refused.problems[0]
    again = taker.preview().facts["plan"]
    assert taker.run(inboxes=["phone"], plan=again).exit_code == 0
    assert len(taker.state()["stacks"]) == 2


@pytest.mark.parametrize(("batch", "scans"), [(0, 1), (1, 4), (2, 2)])
def test_one_scan_for_a_batch_and_searches_by_page(any_taker: Taker, batch: int, scans: int) -> None:
    any_taker.set(batch=batch)
    download(PHOTOS[:4], any_taker.landing, Options(sizes=SIZES))
    any_taker.run()
    assert any_taker.server.count("/scan$") == scans
    assert any_taker.server.count("/search/metadata") <= 3 + 2 * scans


def test_a_scan_that_never_ends_is_named_and_taken_up(taker: Taker) -> None:
    taker.set(wait_seconds=30)
    taker.server.edits.hold_scans()
    written = download(PHOTOS, taker.landing, Options(sizes=SIZES))
    begun = taker.clock.monotonic()
    result = taker.run()
    assert result.exit_code == 1
    assert "did not list 39 files of 9 photos within 30 s of the scan" in result.problems[0]
    assert 30 <= taker.clock.monotonic() - begun < 32
    begun = taker.clock.monotonic()
    taker.run()
    assert taker.clock.monotonic() - begun < 12, "what was late once holds up nobody"
    taker.server.edits.hold_scans(held=False)
    assert taker.run().problems == []
    assert taker.state() == expected_state(PHOTOS, written, album=ALBUM, live_sizes=("adjusted",))


def test_waiting_for_ever_ends_when_it_is_cancelled(any_taker: Taker) -> None:
    from sync.errors import Cancelled
    from sync.ingest.run import ingest

    any_taker.set(wait_seconds=0)
    any_taker.server.edits.hold_scans()
    download(PHOTOS[:1], any_taker.landing, Options())
    until = any_taker.clock.monotonic() + 90_000
    with any_taker.work(cancelled=lambda: any_taker.clock.monotonic() > until) as work, pytest.raises(Cancelled):
        any_taker.set(poll_seconds=600)
        work.settings = any_taker.settings
        ingest(work, {})
    assert any_taker.clock.monotonic() >= until


def test_one_bad_file_stops_nobody_else(taker: Taker) -> None:
    taker.set(wait_seconds=10)
    download(PHOTOS[:3], taker.landing, Options(sizes=("original",)))
    (taker.landing / "broken.jxl").write_bytes(b"what no server of this age takes")
    os.utime(taker.landing / "broken.jxl", (1, 1))
    result = taker.run()
    assert result.facts["inboxes"]["phone"]["photos"] == 3
    assert "broken.jxl for one" in result.problems[0]


def test_a_stack_that_the_server_refuses_is_that_groups_problem(taker: Taker) -> None:
    download(PHOTOS[:3], taker.landing, Options(sizes=("original", "adjusted", "medium")))
    taker.server.faults.add("status", status=400, path="/stacks$", method="POST", times=1, message="Not yours")
    result = taker.run()
    (told,) = result.problems
    assert "Its files could not be stacked: The server has no new stack for us (Not yours)." in told
    assert len(taker.state()["stacks"]) == 2
    assert taker.run().problems == []
    assert len(taker.state()["stacks"]) == 3


def test_a_key_of_no_administrator_is_refused_in_words(taker: Taker) -> None:
    from sync import secrets

    secret = taker.server.edits.make_key("two", user="two@example.org")["api_key"]
    secrets.put(taker.home.secrets, "servers", "home", key=secret)
    download(PHOTOS[:1], taker.landing, Options())
    result = taker.run()
    assert result.exit_code == 3
    assert "Immich lets only administrators read and scan external libraries" in result.problems[0]
    told = taker.check()
    assert told.exit_code == 2
    assert "administrator" in told.sentence


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"server_folder": "/photos"}, "(which Immich calls /photos) lies under no import path of the library 'Phone'"),
        ({"server_folder": "/mnt/phoneX/{:%Y}"}, "lies under no import path"),
        ({"library": "00000000-0000-4000-8000-000000000000"}, "has no external library"),
        ({"folder": "/nowhere/at/all"}, "The folder /nowhere/at/all is not there"),
        ({"albums": ("{:%Q}",)}, "The album template '{:%Q}' cannot work"),
    ],
    ids=["not mapped", "beside it", "no such library", "no such folder", "template"],
)
def test_a_wrong_inbox_is_refused_in_words(any_taker: Taker, values: dict[str, object], said: str) -> None:
    any_taker.set(**values)
    download(PHOTOS[:1], any_taker.landing, Options())
    result = any_taker.run()
    assert result.exit_code == 2
    assert said in result.problems[0]
    assert any_taker.check().exit_code == 2
    assert any_taker.server.count("/scan$") == 0


def test_date_parts_of_a_folder_are_left_out_and_a_good_inbox_is_called_so(any_taker: Taker) -> None:
    any_taker.set(folder=f"{any_taker.folder}/{{:%Y/%m}}", server_folder="/mnt/phone/%Y")
    assert any_taker.check().sentence == "This inbox can work."


def test_a_landing_folder_that_immich_scans_is_refused(any_taker: Taker) -> None:
    inside = any_taker.folder / "landing"
    inside.mkdir()
    any_taker.set(landing=str(inside))
    assert "lie in one another" in any_taker.check().sentence
    beside = any_taker.folder.parent / "library-2"
    beside.mkdir()
    any_taker.server.library.libraries[any_taker.settings.inboxes[0].library].import_paths.append(str(beside))
    any_taker.set(landing=str(beside))
    assert f"lies inside {beside}, which Immich scans" in any_taker.check().sentence


def test_a_full_disk_ends_the_run_with_its_name_and_the_next_goes_on(
    any_taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync.errors import DiskFull

    written = download(PHOTOS, any_taker.landing, Options(sizes=SIZES))
    real, calls = landing._place, iter(range(100))

    def full(*arguments: object) -> object:
        if next(calls) == 7:
            raise DiskFull("Publishing IMG: No space left on device.")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(landing, "_place", full)
    with pytest.raises(DiskFull, match="No space left"):
        any_taker.run()
    assert any_taker.run().problems == []
    assert any_taker.state() == expected_state(PHOTOS, written, album=ALBUM, live_sizes=("adjusted",))


def test_a_full_disk_of_one_inbox_does_not_stop_the_others(
    taker: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync.errors import DiskFull

    (tmp_path / "camera").mkdir()
    download([ONE], taker.landing, Options())
    download([dataclasses.replace(ONE, name="IMG_9.HEIC", record="other", salt=7)], tmp_path / "camera", Options())
    camera = Inbox(name="camera", server=SERVER, way=Way.UPLOAD, folder=str(tmp_path / "camera"), quiet_seconds=0)
    taker.settings = msgspec.structs.replace(taker.settings, inboxes=(*taker.settings.inboxes, camera))

    def full(*_arguments: object) -> object:
        raise DiskFull("Publishing IMG: No space left on device.")

    monkeypatch.setattr(landing, "_place", full)
    with pytest.raises(DiskFull, match="No space left"):
        taker.run()
    assert taker.state()["assets"] == ["IMG_9.HEIC", "IMG_9_HEVC.MOV"]


def test_a_file_still_growing_is_not_taken(any_taker: Taker) -> None:
    any_taker.set(quiet_seconds=3600)
    download(PHOTOS[:1], any_taker.landing, Options())
    facts = any_taker.facts()
    assert (facts["photos"], facts["waiting"]) == (0, 1)
    assert any_taker.server.library.assets == {}
