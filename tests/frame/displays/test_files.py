"""Pictures as files: complete, numbered on, bounded, and current.png always the last."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from frame.displays.files import FileDisplay
from sync.errors import DisplayLost


def show(display: FileDisplay, shade: int) -> None:
    display.show(display.prepare(Image.new("RGB", display.size, (shade, shade, shade))))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_pictures_are_numbered_and_current_is_the_last(tmp_path: Path) -> None:
    display = FileDisplay(tmp_path / "new" / "wall", size=(8, 6))
    for shade in (10, 20):
        show(display, shade)
        assert Image.open(tmp_path / "new" / "wall" / "current.png").getpixel((0, 0)) == (shade,) * 3
    assert names(tmp_path / "new" / "wall") == ["000001.png", "000002.png", "current.png"]
    assert display.last == tmp_path / "new" / "wall" / "000002.png"
    assert Image.open(tmp_path / "new" / "wall" / "000001.png").getpixel((0, 0)) == (10, 10, 10)


def test_numbers_go_on_after_a_restart_and_leftovers_are_swept(tmp_path: Path) -> None:
    show(FileDisplay(tmp_path, size=(8, 6)), 10)
    (tmp_path / ".current.png.part").write_bytes(b"half")
    (tmp_path / "holiday.jpg").write_bytes(b"somebody's")
    show(FileDisplay(tmp_path, size=(8, 6)), 20)
    assert names(tmp_path) == ["000001.png", "000002.png", "current.png", "holiday.jpg"]


def test_the_oldest_numbered_files_go(tmp_path: Path) -> None:
    display = FileDisplay(tmp_path, size=(8, 6), keep=2)
    for shade in range(4):
        show(display, shade)
    assert names(tmp_path) == ["000003.png", "000004.png", "current.png"]


def test_nothing_numbered_is_kept_where_none_is_wanted(tmp_path: Path) -> None:
    display = FileDisplay(tmp_path, size=(8, 6), keep=0)
    show(display, 1)
    assert names(tmp_path) == ["current.png"]
    assert display.last == tmp_path / "current.png"


def test_a_reader_of_current_never_sees_half_a_picture(tmp_path: Path) -> None:
    display = FileDisplay(tmp_path, size=(64, 64))
    show(display, 10)
    with (tmp_path / "current.png").open("rb") as before:
        show(display, 20)
        with Image.open(before) as held:
            assert held.getpixel((0, 0)) == (10, 10, 10)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DisplayLost):
        FileDisplay(tmp_path / "file" / "wall")


def test_a_folder_that_vanishes_is_a_lost_display(tmp_path: Path) -> None:
    display = FileDisplay(tmp_path / "wall", size=(8, 6))
    (tmp_path / "wall").rmdir()
    with pytest.raises(DisplayLost):
        show(display, 1)
