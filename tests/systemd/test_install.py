"""The installer against a root in a folder: what it plans, twice is once, what it takes away, and that it goes back.

`chroot` is a script that notes what would run inside; the real thing, a Debian root, is tests/systemd/test_debian.py.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "systemd"))

from appliance import update  # noqa: E402
from appliance.console import HINTS, hinted  # noqa: E402
from appliance.install import source_files  # noqa: E402
from appliance.layout import FILES, Wanted  # noqa: E402
from appliance.machine import Machine  # noqa: E402

CHROOT = r"""#!/bin/sh
root=$1; shift
echo "$*" >> "$root/ran"
[ "$1" = runuser ] && shift 4
[ "$1" = false ] && exit 1
case "$*" in
  "apt-get install"*) for name; do
    printf 'Package: %s\nStatus: install ok installed\n\n' "$name" >> "$root/var/lib/dpkg/status"; done;;
  "groupadd"*) echo "mantelpiece:x:990:" >> "$root/etc/group";;
  "useradd"*) for name; do :; done; echo "$name:x:991:990::/:/" >> "$root/etc/passwd";;
  "userdel"*) sed -i "/^$2:/d" "$root/etc/passwd";;
  "groupdel"*) sed -i "/^$2:/d" "$root/etc/group";;
  "install -d"*) for name; do :; done; mkdir -p "$root$name";;
  "install "*) shift; while [ $# -gt 2 ]; do shift; done; mkdir -p "$(dirname "$root$2")"; cp "$root$1" "$root$2";;
  "rm "*) rm -rf "$root$3";;
esac
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "root"
    for name in ("etc", "usr/bin", "var/lib/dpkg", "boot/firmware"):
        (folder / name).mkdir(parents=True)
    (folder / "etc/os-release").write_text("ID=raspbian\nID_LIKE=debian\n")
    (folder / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/home/anna:/bin/sh\n")
    (folder / "etc/group").write_text("root:x:0:\n")
    (folder / "usr/bin/apt-get").touch()
    (folder / "var/lib/dpkg/status").write_text("Package: python3-venv\nStatus: install ok installed\n\n")
    (folder / "boot/firmware/cmdline.txt").write_text("console=tty1 root=PARTUUID=1 rootwait\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/chroot").write_text(CHROOT)
    (tmp_path / "bin/chroot").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.delenv("SUDO_USER", raising=False)
    return folder


def install(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [TOP / "systemd" / "install", "--prefix", root, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def ran(root: Path) -> list[str]:
    log = root / "ran"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def tree(root: Path) -> dict[str, bytes | str]:
    links = {str(path): str(path.readlink()) for path in root.rglob("*") if path.is_symlink()}
    return links | {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and path.name != "ran"}


def without_people(found: dict[str, bytes | str]) -> dict[str, bytes | str]:
    """But for what useradd and apt-get keep."""
    return {key: value for key, value in found.items() if not key.endswith(("/passwd", "/group", "/dpkg/status"))}


pytestmark = pytest.mark.root


def test_it_installs_and_a_second_time_changes_nothing(root: Path) -> None:
    done = install(root, "--console")
    assert done.returncode == 0, done.stderr
    first = ran(root)
    assert any(line.startswith("apt-get install") and "libimage-exiftool-perl" in line for line in first)
    assert not any("python3-venv" in line for line in first if line.startswith("apt-get")), "that one is there"
    assert sum(line.startswith("useradd") for line in first) == 2
    for path in (*FILES, *Wanted().units()):
        assert (root / path.lstrip("/")).is_file(), path
    assert (root / "opt/mantelpiece").readlink().parent == Path("/opt/mantelpiece-versions")
    assert (root / "boot/firmware/cmdline.txt").read_text().split()[-len(HINTS) :] == list(HINTS)
    before = tree(root)
    assert install(root, "--console").returncode == 0
    again = [line for line in ran(root) if not line.startswith("systemctl enable")]
    assert (again, tree(root)) == ([], before)


def test_a_dry_run_says_all_and_does_nothing(root: Path) -> None:
    before = tree(root)
    done = install(root, "--dry-run", "--console")
    assert done.returncode == 0
    assert "would run useradd" in done.stdout
    assert "would write /boot/firmware/cmdline.txt" in done.stdout
    assert (ran(root), tree(root)) == ([], before)


def test_it_tells_how_far_each_drop_in_opens_the_walls_sandbox(root: Path) -> None:
    said = install(root, "--dry-run", "--allow", "cec").stdout
    scores = {name: float(score) for name, score in re.findall(r"  with (\w+) \(.*\): ([\d.]+), ", said)}
    assert scores.keys() == {"ddc", "cec", "gpio"}
    assert max(scores.values()) <= 1.3
    assert re.search(r"with cec .*, installed\n", said)
    assert re.search(r"with ddc .*, not installed; --allow ddc\n", said)
    assert "sandbox" not in install(root, "--dry-run", "--without-frame").stdout


def test_without_the_wall_there_is_no_user_package_or_unit_for_it(root: Path) -> None:
    install(root, "--without-frame", "--extra", "mqtt")
    lines = ran(root)
    assert not any("mantelpiece-frame" in line or "libgbm1" in line for line in lines)
    assert any(line.endswith("/source[mqtt]") for line in lines)
    assert not (root / "etc/systemd/system/mantelpiece-frame.service").exists()
    assert (root / "etc/systemd/system/mantelpiece-sync.service").exists()


def test_on_a_desktop_the_wall_is_its_users_window(root: Path) -> None:
    install(root, "--desktop", "anna")
    lines = ran(root)
    assert "usermod -aG mantelpiece anna" in lines
    assert any("-o anna" in line and line.endswith("/frame") for line in lines)
    assert (root / "etc/systemd/user/mantelpiece-frame.service").exists()
    assert not (root / "etc/systemd/system/mantelpiece-frame.service").exists()
    assert install(root, "--desktop", "nobody-here").returncode == 1


def test_drop_ins_open_only_what_was_asked_for(root: Path) -> None:
    install(root, "--allow", "ddc", "--root", "/home/anna/photos")
    units = root / "etc/systemd/system"
    assert [path.name for path in (units / "mantelpiece-frame.service.d").iterdir()] == ["ddc.conf"]
    assert "ReadWritePaths=/home/anna/photos" in (units / "mantelpiece-sync.service.d/root-1.conf").read_text()
    assert install(root, "--root", "photos").returncode == 1
    assert install(root, "--root", "/a b").returncode == 1


def test_taken_away_nothing_of_it_is_left_but_photos_until_a_person_says(root: Path) -> None:
    before = tree(root)
    install(root, "--console")
    photo = root / "var/lib/mantelpiece/published/objects/aa/x.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"photo")
    assert install(root, "--uninstall").returncode == 0
    assert photo.read_bytes() == b"photo"
    assert without_people(tree(root)) == without_people(before) | {str(photo): b"photo"}
    assert install(root, "--uninstall", "--data").returncode == 0
    assert without_people(tree(root)) == without_people(before)
    assert "mantelpiece" not in (root / "etc/passwd").read_text() + (root / "etc/group").read_text()


def test_what_is_not_debian_is_refused_before_anything_is_done(root: Path) -> None:
    (root / "etc/os-release").write_text("ID=fedora\n")
    done = install(root)
    assert (done.returncode, ran(root)) == (1, [])
    assert "neither Debian nor Raspberry Pi OS" in done.stderr


LINES = {
    "nothing of it": ("root=1 rootwait", "root=1 rootwait " + " ".join(HINTS)),
    "its owner chose another mode": ("root=1 video=HDMI-A-1:800x480M-32@60", None),
    "all of it": ("root=1 " + " ".join(HINTS), "root=1 " + " ".join(HINTS)),
}


@pytest.mark.parametrize(("before", "after"), LINES.values(), ids=LINES)
def test_the_kernels_line_keeps_what_its_owner_chose(before: str, after: str | None) -> None:
    found = hinted(before)
    assert found.split()[: len(before.split())] == before.split()
    assert sum(word.startswith("video=") for word in found.split()) == 1
    assert hinted(found) == found
    if after is not None:
        assert found == after


def test_only_the_program_is_installed() -> None:
    names = {path.relative_to(TOP).parts[0] for path in source_files()}
    assert names == {"sync", "frame", "admin", "pyproject.toml", "README.md", "LICENSE"}


@pytest.mark.parametrize("well", [True, False])
def test_an_update_that_is_not_well_goes_back_with_the_library_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch, well: bool
) -> None:
    machine, home = Machine(root), root / "var/lib/mantelpiece"
    for name in ("private", "settings"):
        (home / name).mkdir(parents=True)
    (home / "private/library.db").write_bytes(b"version 1")
    (home / "settings/settings.toml").write_text("# mine")
    assert update.switch_to(machine, "/opt/mantelpiece-versions/one", changed=True, frame=True) == 0

    def migrate(*, frame: bool) -> bool:
        (home / "private/library.db").write_bytes(b"version 2")
        return well

    monkeypatch.setattr(Machine, "runs", True)
    monkeypatch.setattr(update, "_is_well", migrate)
    code = update.switch_to(machine, "/opt/mantelpiece-versions/two", changed=True, frame=True)
    link, library = (root / "opt/mantelpiece").readlink().name, (home / "private/library.db").read_bytes()
    assert (code, link, library) == ((0, "two", b"version 2") if well else (1, "one", b"version 1"))
    assert (home / "private/before-update/settings/settings.toml").read_text() == "# mine"
    data = [line for line in ran(root) if "/var/lib/mantelpiece/" in line]
    assert data
    assert all(line.startswith("runuser -u mantelpiece -- ") for line in data), "root follows no link laid there"
