"""A card that was put in: mounted to be read, and no program on it runs. A real image on a loop device."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "systemd" / "mount-card"

pytestmark = pytest.mark.root


@pytest.fixture
def card(tmp_path: Path) -> Path:
    content = tmp_path / "content"
    content.mkdir()
    (content / "IMG_0001.JPG").write_bytes(b"photo")
    (content / "run").write_text("#!/bin/sh\necho ran\n")
    (content / "run").chmod(0o4755)
    image = tmp_path / "card.img"
    subprocess.run(["mkfs.ext4", "-q", "-d", content, image, "4m"], check=True, capture_output=True)
    return image


def test_a_card_is_read_and_neither_written_nor_run(card: Path, tmp_path: Path) -> None:
    place = tmp_path / "media" / "sda1"
    if subprocess.run([SCRIPT, card, place], check=False, capture_output=True).returncode:
        pytest.skip("needs loop mounts")
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
        options = next(words[3] for words in mounts if words[1] == str(place))
        assert {"ro", "nosuid", "nodev", "noexec"} <= set(options.split(","))
        assert (place / "IMG_0001.JPG").read_bytes() == b"photo"
        with pytest.raises(OSError, match="Read-only"):
            (place / "new").write_bytes(b"")
        with pytest.raises(PermissionError):
            subprocess.run([place / "run"], check=True)
        reader = os.open(place / "IMG_0001.JPG", os.O_RDONLY)
    finally:
        subprocess.run([SCRIPT, "--let-go", place], check=True)
    os.close(reader)
    assert not place.exists(), "pulled out under a reader, it is let go all the same"


def test_what_is_no_card_leaves_no_folder(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\0" * 100_000)
    done = subprocess.run([SCRIPT, garbage, tmp_path / "place"], check=False, capture_output=True)
    assert done.returncode != 0
    assert not (tmp_path / "place").exists()
