"""A card that was put in: mounted to be read, and no program on it runs. A real image on a loop device."""

from __future__ import annotations

import os
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from pathlib import Path

import pytest

from sync.settings.ingest import After, Way
from tests.fakes.icloud import Asset, Options, download
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.ingest import make_taker

SCRIPT = Path(__file__).parents[2] / "systemd" / "mount-card"

pytestmark = pytest.mark.root


def image(file: Path, content: Path, *words: str, maker: str = "mkfs.ext4") -> Path:
    subprocess.run([maker, "-q", "-d", content, *words, file, "8m"], check=True, capture_output=True)
    return file


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "IMG_0001.JPG").write_bytes(b"photo")
    (folder / "run").write_text("#!/bin/sh\necho ran\n")
    (folder / "run").chmod(0o4755)
    return folder


@pytest.fixture
def card(content: Path, tmp_path: Path) -> Path:
    return image(tmp_path / "card.img", content)


@contextmanager
def put_in(card: Path, place: Path) -> Iterator[Path]:
    if subprocess.run([SCRIPT, card, place], check=False, capture_output=True).returncode:
        pytest.skip("needs loop mounts")
    try:
        yield place
    finally:
        subprocess.run([SCRIPT, "--let-go", place], check=True)


def test_a_card_is_read_and_neither_written_nor_run(card: Path, tmp_path: Path) -> None:
    with put_in(card, tmp_path / "media" / "sda1") as place:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
        options = next(words[3] for words in mounts if words[1] == str(place))
        assert {"ro", "nosuid", "nodev", "noexec"} <= set(options.split(","))
        assert (place / "IMG_0001.JPG").read_bytes() == b"photo"
        with pytest.raises(OSError, match="Read-only"):
            (place / "new").write_bytes(b"")
        with pytest.raises(PermissionError):
            subprocess.run([place / "run"], check=True)
        reader = os.open(place / "IMG_0001.JPG", os.O_RDONLY)
    os.close(reader)
    assert not place.exists(), "pulled out under a reader, it is let go all the same"


def test_what_is_no_card_leaves_no_folder(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\0" * 100_000)
    done = subprocess.run([SCRIPT, garbage, tmp_path / "place"], check=False, capture_output=True)
    assert done.returncode != 0
    assert not (tmp_path / "place").exists()


KINDS = {
    "vfat": ("vfat", "ro,nosuid,noexec,nodev,loop,utf8"),
    "exfat": ("exfat", "ro,nosuid,noexec,nodev,loop"),
    "ntfs": ("ntfs3", "ro,nosuid,noexec,nodev,loop"),
    "ext2": ("ext4", "ro,nosuid,noexec,nodev,loop,noload"),
    "btrfs": None,
    "squashfs": None,
    "": None,
}


@pytest.mark.parametrize(("kind", "mounted"), KINDS.items(), ids=[kind or "nothing" for kind in KINDS])
def test_each_kind_of_card_is_mounted_in_its_own_way_and_no_other(
    tmp_path: Path, kind: str, mounted: tuple[str, str] | None
) -> None:
    """By what blkid says, with a mount that only notes: not every kernel knows them all."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name, text in {"blkid": f"echo {kind}", "mount": f'echo "$*" > {tmp_path}/told'}.items():
        (bin_ / name).write_text(f"#!/bin/sh\n{text}\n")
        (bin_ / name).chmod(0o755)
    command = [SCRIPT, tmp_path / "card.img", tmp_path / "place"]
    environ = {"PATH": f"{bin_}:/usr/bin:/bin"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
    if mounted is None:
        assert (done.returncode, (tmp_path / "told").exists(), (tmp_path / "place").exists()) == (1, False, False)
        assert "is no card" in done.stderr
    else:
        assert (tmp_path / "told").read_text().split()[:4] == ["-t", mounted[0], "-o", mounted[1]]


def test_two_cards_at_once_lie_beside_each_other_whatever_they_call_themselves(
    card: Path, content: Path, tmp_path: Path
) -> None:
    (content / "IMG_0001.JPG").write_bytes(b"another photo")
    hostile = image(tmp_path / "hostile.img", content, "-L", "../../etc;`id`\n")
    with put_in(card, tmp_path / "media/sda1") as one, put_in(hostile, tmp_path / "media/sdb1") as two:
        found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("IMG_0001.JPG"))
        assert found == ["content/IMG_0001.JPG", "media/sda1/IMG_0001.JPG", "media/sdb1/IMG_0001.JPG"]
        assert (one / "IMG_0001.JPG").read_bytes() != (two / "IMG_0001.JPG").read_bytes()
    assert list((tmp_path / "media").iterdir()) == []


def test_a_card_that_is_pulled_out_under_the_import_loses_nothing_and_is_taken_when_it_is_back(
    tmp_path: Path, content: Path
) -> None:
    taken = [Asset(record=f"card{number}", name=f"IMG_{number}.JPG") for number in range(6)]
    download(taken, content / "DCIM", Options())
    for number, photo in enumerate(sorted((content / "DCIM").glob("*.JPG"))):
        with photo.open("ab") as file:
            file.write(os.urandom(200_000 + number))  # so that some of it lies where the card soon ends
    (content / "DCIM/evil.JPG").symlink_to("/etc/passwd")
    card, media = image(tmp_path / "card.img", content), tmp_path / "media"
    whole = card.read_bytes()
    with FakeImmich(version=3, library=Library(tmp_path / "server")) as server:
        taker = make_taker(tmp_path, server)
        with put_in(card, media / "sda1"):
            os.truncate(card, len(whole) // 8)
            taker.set(way=Way.UPLOAD, folder=str(media), landing="", library="", after=After.KEEP)
            broken = taker.run()
        assert broken.problems, "it is said"
        gone = taker.run()
        assert gone.problems == [] or "not there" in gone.problems[0]
        card.write_bytes(whole)
        with put_in(card, media / "sda1"):
            again = taker.run()
            assert again.problems == []
            there = {path.name: b64encode(sha1(path.read_bytes()).digest()).decode()
                     for path in (media / "sda1").rglob("IMG*.JPG")}  # fmt: skip
        assert {asset.name: asset.checksum for asset in server.library.assets.values()} == there
        assert len(there) == 7
