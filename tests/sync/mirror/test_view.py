from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha1

import pytest

from sync.mirror import names, view

ALBUM = "Sea"


@pytest.fixture
def add(home):
    def add(content: bytes, ending: str = "jpg") -> str:
        name = f"{sha1(content).hexdigest()}.{ending}"
        path = home.object_path(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o444)
        return name

    return add


def shown(home, album: str = ALBUM) -> dict[str, bytes]:
    folder = home.albums / names.folder_name(album)
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "SHA1SUMS"}


def sums_agree(home, album: str = ALBUM) -> bool:
    folder = home.albums / names.folder_name(album)
    return subprocess.run(["sha1sum", "-c", "--strict", "--quiet", "SHA1SUMS"], cwd=folder, check=False).returncode == 0


def writes(home) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ctime_ns) for path in home.albums.rglob("*")}


def test_the_view_is_links_with_sums_that_agree(home, add):
    a, b = add(b"a"), add(b"b", "heic")
    assert view.update(home, ALBUM, [("IMG_1.JPG", a), ("back\\slash and\nline.HEIC", b), ("-rf", a)])
    assert shown(home) == {"IMG_1.JPG": b"a", "back\\slash and_line.HEIC": b"b", "_rf.jpg": b"a"}
    assert (home.albums / ALBUM / "IMG_1.JPG").samefile(home.object_path(a))
    assert sums_agree(home)


def test_nothing_is_written_when_nothing_changed(home, add):
    entries = [("a.jpg", add(b"a")), ("b.jpg", add(b"b"))]
    assert view.update(home, ALBUM, entries)
    before = writes(home)
    assert not view.update(home, ALBUM, reversed(entries))
    assert writes(home) == before


def test_a_changed_album_is_followed(home, add):
    a, b, c = add(b"a"), add(b"b"), add(b"c")
    view.update(home, ALBUM, [("1.jpg", a), ("2.jpg", b)])
    assert view.update(home, ALBUM, [("1.jpg", c), ("3.jpg", b)])
    assert shown(home) == {"1.jpg": b"c", "3.jpg": b"b"}
    assert sums_agree(home)
    home.object_path(b).rename(home.trash / b)
    assert view.update(home, ALBUM, [("1.jpg", c), ("3.jpg", b)])
    assert shown(home) == {"1.jpg": b"c"}


def test_an_object_deleted_outright_leaves_the_view_too(home, add):
    a, b = add(b"a"), add(b"b")
    view.update(home, ALBUM, [("1.jpg", a), ("2.jpg", b)])
    home.object_path(b).unlink()
    view.update(home, ALBUM, [("1.jpg", a)])
    assert shown(home) == {"1.jpg": b"a"}


def test_a_persons_own_file_stays(home, add):
    a = add(b"a")
    view.update(home, ALBUM, [("1.jpg", a)])
    folder = home.albums / ALBUM
    (folder / "notes.txt").write_text("mine")
    (folder / "1.jpg").unlink()
    (folder / "1.jpg").write_bytes(b"edited by hand")
    view.update(home, ALBUM, [("1.jpg", a), ("notes.txt", a)])
    assert shown(home) == {
        "1.jpg": b"edited by hand", "1 (2).jpg": b"a", "notes.txt": b"mine", "notes.jpg": b"a",
    }  # fmt: skip
    assert sums_agree(home)
    assert view.remove(home, ALBUM)
    assert shown(home) == {"1.jpg": b"edited by hand", "notes.txt": b"mine"}
    assert not view.remove(home, ALBUM)


def test_a_persons_own_folder_stays_be_it_a_copy_of_a_view_or_a_link_to_elsewhere(home, add, tmp_path):
    view.update(home, ALBUM, [("1.jpg", add(b"a")), ("2.jpg", add(b"b"))])
    shutil.copytree(home.albums / ALBUM, home.albums / "Keep")
    shutil.copytree(home.albums / ALBUM, tmp_path / "card")
    (home.albums / "Card").symlink_to(tmp_path / "card")
    (home.albums / "Hills").symlink_to(tmp_path / "card")
    assert view.remove_others(home, [ALBUM, "Hills"]) == 0
    view.update(home, "Hills", [("1.jpg", add(b"c"))])
    for folder in (home.albums / "Keep", tmp_path / "card"):
        assert sorted(file.name for file in folder.iterdir()) == ["1.jpg", "2.jpg", "SHA1SUMS"]
        assert (folder / "1.jpg").read_bytes() == b"a"


def test_an_album_whose_folder_a_person_filled_before_takes_nothing_of_it(home, add):
    folder = home.albums / ALBUM
    folder.mkdir()
    (folder / "old.jpg").write_bytes(b"old")
    (folder / "SHA1SUMS").write_text(f"{sha1(b'old').hexdigest()}  old.jpg\n")
    view.update(home, ALBUM, [("1.jpg", add(b"a"))])
    view.update(home, ALBUM, [])
    assert shown(home) == {"old.jpg": b"old"}


def test_an_album_that_is_gone_takes_its_folder_along(home, add):
    view.update(home, ALBUM, [("1.jpg", add(b"a"))])
    view.update(home, "Hills/2020", [("1.jpg", add(b"a"))])
    assert view.remove_others(home, [ALBUM]) == 1
    assert [folder.name for folder in home.albums.iterdir()] == [ALBUM]
    assert view.update(home, ALBUM, [])
    assert list(home.albums.iterdir()) == []
    assert not view.update(home, ALBUM, [])


def test_what_a_crash_left_is_tidied(home, add):
    a = add(b"a")
    folder = home.albums / ALBUM
    folder.mkdir()
    os.link(home.object_path(a), folder / "1.jpg")
    os.link(home.object_path(a), folder / ".0123.part")
    view.update(home, ALBUM, [("1.jpg", a)])
    assert shown(home) == {"1.jpg": b"a"}
    assert sums_agree(home)


def test_a_bad_object_leaves_every_view_and_its_successor_enters(home, add):
    a = add(b"a")
    entries = [("1.jpg", a), ("2.jpg", a), ("3.jpg", add(b"c"))]
    view.update(home, ALBUM, entries)
    path = home.object_path(a)
    path.chmod(0o644)
    path.write_bytes(b"rotten")
    path.rename(home.trash / "aside")
    assert view.drop_links(home, (home.trash / "aside").stat().st_ino) == 2
    assert shown(home) == {"3.jpg": b"c"}
    assert sums_agree(home)
    add(b"a")
    assert view.update(home, ALBUM, entries)
    assert shown(home)["1.jpg"] == b"a"
    assert sums_agree(home)
