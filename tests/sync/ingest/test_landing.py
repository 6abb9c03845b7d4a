"""From the landing folder into the library: whole, never over a stranger, the same twice; and moving in."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sync.errors import DiskFull, NotAvailable, UsageError
from sync.ingest import landing as landing_module
from sync.ingest.fill import fill, refuse_inside
from sync.ingest.landing import Beside, Done, Published, publish
from sync.ingest.sidecar_writing import normalised
from sync.ingest.sidecars import read
from tests.fakes.icloud import Asset, Options, download, sidecar

ASSET = Asset("IMG_1.HEIC", "AY6x", favourite=True, title="Baum", keywords=("a",), place=(1.5, 2.5))


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    made = tmp_path / "landing", tmp_path / "library"
    for folder in made:
        folder.mkdir()
    download([ASSET], made[0], Options(folders="{:%Y/%m}"))
    return made


PATH = "2024/05/IMG_1.HEIC"


def run(folders: tuple[Path, Path], path: str = PATH, *, stars: bool = False) -> Published:
    return publish(path, landing=folders[0], library=folders[1], stars=stars)


def test_a_photo_is_linked_and_its_sidecar_normalised_and_the_landing_folder_stays_as_it_is(
    folders: tuple[Path, Path],
) -> None:
    landing, library = folders
    raw = (landing / f"{PATH}.xmp").read_bytes()
    assert run(folders) == Published(PATH, Done.LINKED, Beside.WRITTEN)
    assert (library / PATH).samefile(landing / PATH)
    assert (library / f"{PATH}.xmp").read_bytes() == normalised(raw)
    assert (landing / f"{PATH}.xmp").read_bytes() == raw
    assert run(folders) == Published(PATH, Done.THERE, Beside.THERE)


def no_links(code: int):
    def refuse(source: Path, target: Path, **_options: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP])
def test_where_nothing_can_be_linked_it_is_copied_whole_with_its_time(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    landing, library = folders
    real = os.link
    monkeypatch.setattr(os, "link", lambda source, target, **kind: (no_links(code) if kind else real)(source, target))
    assert run(folders).photo is Done.COPIED
    assert (library / PATH).read_bytes() == (landing / PATH).read_bytes()
    assert (library / PATH).stat().st_mtime_ns == (landing / PATH).stat().st_mtime_ns
    assert not (library / PATH).samefile(landing / PATH)
    assert run(folders) == Published(PATH, Done.THERE, Beside.THERE)
    assert not list(library.rglob("*.part"))


def test_a_disk_without_hard_links_at_all_is_served_too(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", no_links(errno.EPERM))
    assert run(folders).photo is Done.COPIED
    assert run(folders).photo is Done.THERE


def test_a_stranger_is_never_overwritten_and_the_photo_comes_under_another_name_once(
    folders: tuple[Path, Path],
) -> None:
    _, library = folders
    (library / PATH).parent.mkdir(parents=True)
    (library / PATH).write_bytes(b"somebody's")
    first, again = run(folders), run(folders)
    assert (library / PATH).read_bytes() == b"somebody's"
    assert first.path.startswith("2024/05/IMG_1~") and first.photo is Done.LINKED
    assert (again.path, again.photo) == (first.path, Done.THERE)
    assert read((library / f"{first.path}.xmp").read_bytes()).title == "Baum"


def test_a_sidecar_that_others_wrote_or_immich_edited_stays(folders: tuple[Path, Path]) -> None:
    landing, library = folders
    run(folders)
    beside = library / f"{PATH}.xmp"
    (landing / f"{PATH}.xmp").write_bytes(sidecar(Asset("IMG_1.HEIC", "AY6x", title="Neuer Baum")))
    assert run(folders).sidecar is Beside.WRITTEN, "still ours: it follows the cloud"
    assert read(beside.read_bytes()).title == "Neuer Baum"
    edited = beside.read_bytes().replace(b'xmptk="mantelpiece"', b'xmptk="Image::ExifTool 13"')
    beside.write_bytes(edited)
    (landing / f"{PATH}.xmp").write_bytes(sidecar(ASSET))
    assert run(folders).sidecar is Beside.KEPT
    assert beside.read_bytes() == edited


def test_a_hostile_sidecar_is_left_out_and_its_photo_comes(folders: tuple[Path, Path]) -> None:
    landing, library = folders
    (landing / f"{PATH}.xmp").write_bytes(b"<!DOCTYPE x []><x/>")
    published = run(folders)
    assert (published.photo, published.sidecar) == (Done.LINKED, Beside.REFUSED) and "document type" in published.why
    assert not (library / f"{PATH}.xmp").exists()


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("call", range(12))
def test_a_crash_at_any_step_leaves_nothing_half_and_the_next_run_completes_it(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    landing, library = folders
    steps = iter(range(1000))
    for module, name in ((os, "link"), (os, "fsync"), (os, "open"), (Path, "replace"), (Path, "mkdir")):
        real = getattr(module, name)

        def step(*arguments: object, _real=real, **options: object) -> object:
            if next(steps) == call:
                raise PowerCut
            return _real(*arguments, **options)

        monkeypatch.setattr(module, name, step)
    cut = False
    try:
        run(folders)
    except PowerCut:
        cut = True
    monkeypatch.undo()
    assert cut or next(steps) > 8
    photo, beside = library / PATH, library / f"{PATH}.xmp"
    if photo.exists():
        assert photo.read_bytes() == (landing / PATH).read_bytes()
        assert beside.exists(), "Immich would have read the photo without its sidecar"
    if beside.exists():
        assert read(beside.read_bytes()).title == "Baum"
    run(folders)
    assert (library / PATH).samefile(landing / PATH) and read(beside.read_bytes()).title == "Baum"
    assert not list(library.rglob("*.part"))


def test_a_copy_that_was_cut_short_is_swept_by_the_next(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, library = folders
    (library / "2024/05").mkdir(parents=True)
    leftover = library / f"2024/05/.IMG_1.HEIC.{'0123456789abcdef' * 2}.part"
    leftover.write_bytes(b"half")
    monkeypatch.setattr(os, "link", no_links(errno.EXDEV))
    assert run(folders).photo is Done.COPIED
    assert not leftover.exists()


def test_a_full_disk_is_named_and_nothing_half_remains(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, library = folders
    monkeypatch.setattr(os, "link", no_links(errno.EXDEV))
    monkeypatch.setattr(landing_module, "free_bytes", lambda _folder: 5)
    with pytest.raises(DiskFull, match=r"too full for IMG_1\.HEIC"):
        run(folders)
    assert not (library / PATH).exists() and not list(library.rglob("*.part"))
    monkeypatch.undo()
    monkeypatch.setattr(os, "link", no_links(errno.ENOSPC))
    with pytest.raises(DiskFull):
        run(folders)


def test_links_are_neither_published_nor_followed(folders: tuple[Path, Path], tmp_path: Path) -> None:
    landing, library = folders
    (tmp_path / "secret").write_bytes(b"x")
    (landing / "a.JPG").symlink_to(tmp_path / "secret")
    with pytest.raises(NotAvailable):
        run(folders, "a.JPG")
    (tmp_path / "elsewhere").mkdir()
    (library / "2024").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="leads out"):
        run(folders)
    assert not list((tmp_path / "elsewhere").iterdir())
    os.mkfifo(landing / "b.JPG")
    with pytest.raises(NotAvailable):
        run(folders, "b.JPG")


def test_a_file_that_is_replaced_while_it_is_taken_is_not_published(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    landing, library = folders
    real = os.link

    def too_late(source: Path, target: Path, **options: bool) -> None:
        (landing / "other").write_bytes(b"never looked at")
        (landing / "other").replace(source)
        real(source, target, **options)

    monkeypatch.setattr(os, "link", too_late)
    with pytest.raises(NotAvailable, match="changed while"):
        run(folders)
    assert not (library / PATH).exists()
    monkeypatch.undo()
    assert run(folders).photo is Done.LINKED


@pytest.mark.parametrize(
    ("landing", "said"),
    [("library/in", "Immich scans"), ("library", "Immich scans"), (".", "holds"), ("other/in", "one another")],
)
def test_a_landing_folder_that_would_be_scanned_is_refused_with_the_reason(
    tmp_path: Path, landing: str, said: str
) -> None:
    (tmp_path / "library").mkdir()
    library = tmp_path / ("other" if landing.startswith("other") else "library")
    with pytest.raises(UsageError, match=said):
        refuse_inside(tmp_path / landing, library=library, import_paths=[tmp_path / "library"])
    refuse_inside(tmp_path / "beside", library=library, import_paths=[tmp_path / "library"])


def test_moving_in_fills_a_landing_folder_with_which_icloudpd_goes_on(tmp_path: Path) -> None:
    library, landing = tmp_path / "library", tmp_path / "landing"
    assets = [ASSET, Asset("IMG_2.JPG", "Bx", edited=True, live=True)]
    options = Options(sizes=("original", "adjusted"), folders="{:%Y/%m/%d}")
    download(assets, library, options)
    edited = next(library.rglob("IMG_2.JPG.xmp"))
    edited.write_bytes(edited.read_bytes().replace(b"icloudpd 1.32.3", b"Image::ExifTool 13"))
    before = {path: path.read_bytes() for path in library.rglob("*") if path.is_file()}
    filled = fill(library, landing)
    assert (filled.linked, filled.there, filled.sidecars, filled.problems) == (4, 0, 2, [])
    assert download(assets, landing, options).files == {"AY6x": {}, "Bx": {}}, "nothing is downloaded again"
    again = fill(library, landing)
    assert (again.linked, again.there, again.sidecars) == (0, 4, 0)
    for path, data in before.items():
        now, copy = path.read_bytes(), landing / path.relative_to(library)
        if path.suffix == ".xmp" and path != edited:
            assert now == normalised(data, stars=True) and copy.read_bytes() == data
        else:
            assert now == data
    first = next(library.rglob("IMG_1.HEIC"))
    kept = read(Path(f"{first}.xmp").read_bytes())
    assert kept.ours and (kept.title, kept.rating) == ("Baum", 5), "Immich shows the same stars as before"
    second = edited.relative_to(library).as_posix().removesuffix(".xmp")
    assert publish(second, landing=landing, library=library).sidecar is Beside.KEPT
