"""Where everything lies, and which folders are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sync.errors import MarkerMissing, UnsuitableFolder
from sync.home import Home, file_system, find, prepare


def test_the_named_home_comes_first_then_the_users_data_folder(tmp_path: Path) -> None:
    named = find({"MANTELPIECE_HOME": str(tmp_path / "a"), "XDG_RUNTIME_DIR": str(tmp_path)})
    assert named.root == tmp_path / "a"
    assert named.runtime.parent == tmp_path
    assert find({"XDG_DATA_HOME": str(tmp_path)}).root == tmp_path / "mantelpiece"


def test_two_homes_never_share_a_runtime_folder_and_a_long_path_leaves_room_for_a_socket(tmp_path: Path) -> None:
    long = "x" * 200
    one, other = (find({"MANTELPIECE_HOME": f"/{long}/{name}"}) for name in "ab")
    assert one.runtime != other.runtime
    assert len(str(one.control_socket)) < 107


@pytest.mark.parametrize("laid", ["link", "open folder", "file"])
def test_a_runtime_folder_that_somebody_else_laid_in_the_way_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, laid: str
) -> None:
    monkeypatch.setattr("sync.home.TEMPORARY", tmp_path)
    ours = tmp_path / f"mantelpiece-{os.getuid()}"
    assert find({"HOME": str(tmp_path)}).runtime.parent == ours
    assert ours.stat().st_mode & 0o077 == 0
    ours.rmdir()
    if laid == "link":
        (tmp_path / "theirs").mkdir()
        ours.symlink_to(tmp_path / "theirs")
    elif laid == "file":
        ours.touch()
    else:
        ours.mkdir()
        ours.chmod(0o777)
    with pytest.raises(UnsuitableFolder, match="somebody else"):
        find({"HOME": str(tmp_path)})


def test_preparing_twice_changes_nothing_and_private_folders_are_private(home: Home) -> None:
    before = {path: path.stat().st_mode for path in home.root.rglob("*")}
    prepare(home)
    assert {path: path.stat().st_mode for path in home.root.rglob("*")} == before
    assert home.private.stat().st_mode & 0o077 == 0
    assert home.intents.stat().st_mode & 0o007 == 0


def test_a_home_that_lost_its_marker_is_not_refilled(home: Home) -> None:
    home.marker.unlink()
    with pytest.raises(MarkerMissing, match="lost its marker"):
        prepare(home)
    assert not home.marker.exists()


def test_an_unmounted_disk_leaves_a_home_without_settings(home: Home, tmp_path: Path) -> None:
    empty = Home(root=tmp_path / "mnt", runtime=home.runtime)
    empty.root.mkdir()
    prepare(empty)
    assert not empty.settings.exists()


@pytest.mark.parametrize("kind", ["vfat", "exfat", "msdos"])
def test_a_file_system_without_hard_links_is_refused_with_the_reason(tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mounts"
    card = tmp_path / "my card"
    card.mkdir()
    escaped = str(card).replace(" ", "\\040")
    mounts.write_text(f"/dev/root / ext4 rw 0 0\n/dev/sda1 {escaped} {kind} rw 0 0\n/dev/sdb1 {escaped}2 ext4 rw 0 0\n")
    assert file_system(card / "not" / "there", mounts=mounts) == kind
    with pytest.raises(UnsuitableFolder, match=f"{kind}, which has neither hard links nor owners"):
        prepare(Home(root=card / "home", runtime=tmp_path / "run"), mounts=mounts)
    assert not (card / "home").exists()
    prepare(Home(root=tmp_path / "home", runtime=tmp_path / "run"), mounts=mounts)
