"""When a group may be taken, and what a look passes over."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sync.errors import NotAvailable
from sync.ingest.grouping import group
from sync.ingest.settled import STALLED_SECONDS, is_network, is_settled, left_alone, look
from tests.fakes.icloud import Asset, Options, download

SECOND = 10**9


def verdict(folder: Path, *, later: float, before=None) -> dict[str, bool]:
    seen = look(folder)
    newest = max(max(seen.newest_ns.values()), *(stamp[1] for stamp in seen.stamps.values()))
    now_ns = newest + int(later * SECOND)
    return {
        each.key: is_settled(each, seen, now_ns=now_ns, quiet_seconds=60, before=before) for each in group(seen.files)
    }


def test_a_group_is_taken_when_all_of_it_has_been_quiet(tmp_path: Path) -> None:
    download([Asset("IMG_1.HEIC", "A", live=True)], tmp_path, Options())
    assert verdict(tmp_path, later=59) == {"IMG_1.HEIC": False}
    assert verdict(tmp_path, later=61) == {"IMG_1.HEIC": True}


def test_the_photos_own_old_time_says_nothing_and_a_new_sidecar_makes_it_wait(tmp_path: Path) -> None:
    download([Asset("IMG_1.HEIC", "A")], tmp_path, Options())
    seen = look(tmp_path)
    (each,) = group(seen.files)
    assert each.members[0].found.modified_ns < time.time_ns() - 100 * 86400 * SECOND
    seen.sidecars["IMG_1.HEIC.xmp"] = (5, each.members[0].found.changed_ns + 50 * SECOND)
    now_ns = each.members[0].found.changed_ns + 70 * SECOND
    assert not is_settled(each, seen, now_ns=now_ns, quiet_seconds=60)


def test_a_part_that_grows_holds_back_only_the_photo_that_came_last(tmp_path: Path) -> None:
    download([Asset("IMG_1.HEIC", "A"), Asset("IMG_2.HEIC", "B")], tmp_path, Options(sidecars=False))
    first, last = tmp_path / "IMG_1.HEIC", tmp_path / "IMG_2.HEIC"
    while last.stat().st_ctime_ns <= first.stat().st_ctime_ns:  # a file's clock may tick in hundredths of a second
        last.chmod(0o600)
    part = tmp_path / "MFRA====.part"
    part.write_bytes(b"half")
    assert verdict(tmp_path, later=61) == {"IMG_1.HEIC": True, "IMG_2.HEIC": False}
    assert verdict(tmp_path, later=STALLED_SECONDS + 61) == {"IMG_1.HEIC": True, "IMG_2.HEIC": True}
    part.unlink()
    assert verdict(tmp_path, later=61) == {"IMG_1.HEIC": True, "IMG_2.HEIC": True}


def test_on_a_network_folder_two_looks_must_be_the_same(tmp_path: Path) -> None:
    download([Asset("IMG_1.HEIC", "A"), Asset("IMG_2.HEIC", "B")], tmp_path, Options())
    before = look(tmp_path).stamps
    assert verdict(tmp_path, later=0, before={}) == {"IMG_1.HEIC": False, "IMG_2.HEIC": False}
    assert verdict(tmp_path, later=0, before=before) == {"IMG_1.HEIC": True, "IMG_2.HEIC": True}
    with (tmp_path / "IMG_1.HEIC").open("ab") as file:
        file.write(b"more")
    assert verdict(tmp_path, later=0, before=before) == {"IMG_1.HEIC": False, "IMG_2.HEIC": True}


@pytest.mark.parametrize(("kind", "network"), [("nfs4", True), ("cifs", True), ("ext4", False), ("btrfs", False)])
def test_network_folders_are_known_by_their_file_system(tmp_path: Path, kind: str, network: bool) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x / {kind} rw 0 0\n")
    assert is_network(tmp_path, mounts=mounts) is network


def test_what_is_passed_over_and_what_is_named(tmp_path: Path) -> None:
    good = tmp_path / "Größe & [1] 'x'.JPG"
    good.write_bytes(b"x")
    (tmp_path / "empty.JPG").touch()
    (tmp_path / "link.JPG").symlink_to(good)
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.JPG")
    (tmp_path / "new\nline.JPG").write_bytes(b"x")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.JPG")).write_bytes(b"x")
    for quiet in (".hidden.JPG", "note.txt", "IMG_1.AAE", "@eaDir/thumb.JPG"):
        (tmp_path / quiet).parent.mkdir(exist_ok=True)
        (tmp_path / quiet).write_bytes(b"x")
    seen = look(tmp_path)
    assert [found.path for found in seen.files] == [good.name]
    assert {skipped.path: skipped.why.split()[-1] for skipped in seen.skipped} == {
        "empty.JPG": "empty", "link.JPG": "file", "pipe.JPG": "file", "new�line.JPG": "characters", "�.JPG": "it",
    }  # fmt: skip
    told = left_alone(seen)
    assert "�.JPG is left alone: its name is not UTF-8; rename it." in told and len(told) == 5
    for number in range(30):
        (tmp_path / f"{number}.JPG").touch()
    told = left_alone(look(tmp_path))
    assert told[20:] == ["15 more files are left alone."]


def test_a_folder_that_is_gone_is_an_error_and_a_known_file_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(NotAvailable, match="cannot be read"):
        look(tmp_path / "gone")
    download([Asset("IMG_1.HEIC", "A")], tmp_path, Options())
    once = look(tmp_path).files[0]
    asked = []
    again = look(tmp_path, lambda *of: asked.append(of) or once.facts).files[0]
    assert again == once and asked == [("IMG_1.HEIC", once.size_bytes, once.modified_ns)]


def test_a_photo_of_whose_name_nothing_is_left_is_told_of_and_other_hidden_files_are_not(tmp_path: Path) -> None:
    for name in (".JPG", ".heic-1234", ".JPG_AbCdEf1", "._IMG_1.JPG", ".DS_Store", ".jpg.part", ".hidden.jpg"):
        (tmp_path / name).write_bytes(b"x")
    seen = look(tmp_path)
    assert seen.files == []
    assert sorted(one.path for one in seen.skipped) == [".JPG", ".JPG_AbCdEf1", ".heic-1234"]
    assert all("nothing but an ending" in one.why for one in seen.skipped)
