"""The installer against a root in a folder: what it plans, twice is once, what it takes away, and that it goes back.

`chroot` is a script that notes what would run inside; the real thing, a Debian root, is tests/systemd/test_debian.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.admin.wall import until

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "systemd"))

from appliance import update  # noqa: E402
from appliance.console import PLAIN, UNSEEN, hinted, hints, without_hints  # noqa: E402
from appliance.install import bring_up, source_files  # noqa: E402
from appliance.layout import FILES, FRAME_FILES, SCREEN_FILES, Wanted  # noqa: E402
from appliance.machine import Machine, Refused  # noqa: E402
from appliance.removal import remove_all  # noqa: E402

HINTS = (UNSEEN, *PLAIN)
CHROOT = r"""#!/bin/sh
root=$1; shift
number() { sed -n "s/^$1:x:\([0-9]*\):.*/\1/p" "$root/etc/passwd"; }
echo "$*" >> "$root/ran"
[ "$1" = runuser ] && shift 4
[ "$1" = false ] && exit 1
case "$*" in *"-m pip install"*) echo "$TMPDIR" > "$root/../pips-room";; esac
case "$*" in
  "apt-get install"*) for name; do
    printf 'Package: %s\nStatus: install ok installed\n\n' "$name" >> "$root/var/lib/dpkg/status"; done;;
  "groupadd"*) echo "$3:x:990:" >> "$root/etc/group";;
  "useradd"*) for name; do :; done; echo "$name:x:$(( 980 + ${#name} )):990::/:/" >> "$root/etc/passwd";;
  "usermod -aG"*) sed -i "s/^$3:.*/&,$4/" "$root/etc/group";;
  "userdel"*) sed -i "/^$2:/d" "$root/etc/passwd";;
  "groupdel"*) sed -i "/^$2:/d" "$root/etc/group";;
  "install -d"*) for name; do :; done; mkdir -p "$root$name"; shift 5; chown $(number "$1") "$root$name";;
  "chown -R -h "*) chown -R -h $(number "$4") "$root$5";;
  "install "*) shift; while [ $# -gt 2 ]; do shift; done; mkdir -p "$(dirname "$root$2")"; cp "$root$1" "$root$2";;
  "rm "*) rm -rf "$root$3";;
  *"-m pip install"*)
    [ ! -e "$root/gentle" ] || { trap ': > "$root/gently"; exit 1' INT; : > "$root/under-way"; sleep 600 2>&- & wait; }
    [ ! -e "$root/slow" ] || { : > "$root/under-way"; exec sleep 600 2>&-; }
    [ ! -e "$root/no-network" ];;
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
    assert not any("wlr-randr" in line for line in first), "a bare screen has a switch of its own"
    assert sum(line.startswith("useradd") for line in first) == 2
    for path in (*FILES, *FRAME_FILES, *Wanted().units()):
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
    assert scores.keys() == {"ddc", "cec", "gpio", "eink"}
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
    for path in FRAME_FILES:
        assert not (root / path.lstrip("/")).exists(), "its journal and its network are not ours to change"


def test_on_a_desktop_the_wall_is_its_users_window(root: Path) -> None:
    assert "logs in the next time" in install(root, "--desktop", "anna").stdout
    lines = ran(root)
    assert "usermod -aG mantelpiece anna" in lines
    assert any(line.startswith("apt-get install") and "wlr-randr" in line for line in lines)
    made = [(root / f"var/lib/mantelpiece/{name}").stat() for name in ("frame", "frame/intents")]
    assert [(each.st_uid, each.st_gid, each.st_mode & 0o7777) for each in made] == [(1000, 990, 0o2770)] * 2
    unit = (root / "etc/systemd/user/mantelpiece-frame.service").read_text()
    assert "ConditionUser=anna\n" in unit, "and nobody else's"
    entry = (root / "etc/xdg/autostart/mantelpiece-frame.desktop").read_text()
    starter = next(line.partition("=")[2] for line in entry.splitlines() if line.startswith("Exec="))
    version = (root / "opt/mantelpiece").readlink()
    assert os.access(root / str(version).lstrip("/") / Path(starter).relative_to("/opt/mantelpiece"), os.X_OK)
    assert not (root / "etc/systemd/system/mantelpiece-frame.service").exists()
    assert "logs in" not in install(root).stdout, "she is a member now"
    assert install(root, "--desktop", "nobody-here").returncode == 1


def test_where_a_desktop_is_the_wall_is_a_window_of_whoever_installs(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = root / "etc/systemd/system"
    units.mkdir(parents=True)
    (units / "display-manager.service").symlink_to("/lib/systemd/system/lightdm.service")
    done = install(root, "--dry-run")
    assert (done.returncode, "--desktop USER" in done.stderr) == (1, True), "nobody's session"
    monkeypatch.setenv("SUDO_USER", "anna")
    assert "a window of anna" in install(root, "--dry-run").stdout
    (units / "default.target").symlink_to("/lib/systemd/system/multi-user.target")
    assert "a window" not in install(root, "--dry-run").stdout, "it starts into a bare screen"


def test_the_power_key_and_the_watchdog_are_set_where_the_machine_is_nothing_but_a_frame(root: Path) -> None:
    for words, there in ((["--lite"], True), (["--desktop", "anna"], False), (["--lite"], True),
                         (["--without-frame"], False)):  # fmt: skip
        assert install(root, *words).returncode == 0
        assert {(root / path.lstrip("/")).exists() for path in SCREEN_FILES} == {there}, words


def test_another_kind_of_installation_takes_the_place_of_the_one_before(root: Path) -> None:
    install(root)
    frame = root / "var/lib/mantelpiece/frame"
    (frame / "shown.jsonl").write_text("")
    os.chown(frame / "shown.jsonl", frame.stat().st_uid, -1)
    install(root, "--desktop", "anna")
    assert {path.stat().st_uid for path in (frame, *frame.iterdir())} == {1000}, "what was shown is hers now"
    assert not (root / "etc/systemd/system/mantelpiece-frame.service").exists()
    install(root, "--lite")
    assert not list(root.glob("etc/**/*.desktop"))
    assert frame.stat().st_uid not in (0, 1000)
    install(root, "--without-frame")
    assert not list(root.glob("etc/**/mantelpiece-frame*"))


def test_what_one_users_wall_left_in_memory_is_not_in_anothers_way(root: Path) -> None:
    left = root / "run/mantelpiece/frame.sock"
    for words, stays in (([], False), ([], True), (["--desktop", "anna"], False), ([], True), (["--lite"], False)):
        left.parent.mkdir(parents=True, exist_ok=True)
        left.touch()
        assert install(root, *words).returncode == 0
        assert left.exists() is stays, words


def test_an_update_keeps_to_what_was_chosen_until_it_is_told_otherwise(root: Path) -> None:
    install(root, "--without-frame", "--root", "/home/anna/photos", "--extra", "mqtt")
    before = tree(root)
    ran(root)
    assert install(root).returncode == 0
    assert [line for line in ran(root) if not line.startswith("systemctl enable")] == []
    assert tree(root) == before
    install(root, "--extra", "gpio", "--lite")
    assert any(line.endswith("/source[mqtt,gpio]") for line in ran(root))
    assert (root / "etc/systemd/system/mantelpiece-frame.service").exists()
    install(root, "--anew", "--without-frame")
    assert any(line.endswith("/source") for line in ran(root))
    assert not list(root.glob("etc/**/root-1.conf"))


def test_a_version_that_could_not_be_made_leaves_nothing_and_is_made_the_next_time(root: Path) -> None:
    (root / "no-network").touch()
    done = install(root)
    assert done.returncode == 1
    assert "install again once that is mended" in done.stderr
    assert list((root / "opt/mantelpiece-versions").iterdir()) == []
    (root / "no-network").unlink()
    assert install(root).returncode == 0
    assert (root / str((root / "opt/mantelpiece").readlink()).lstrip("/") / "complete").exists()


@pytest.mark.parametrize("by", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_a_connection_that_breaks_off_leaves_no_half_version(root: Path, by: signal.Signals) -> None:
    (root / "slow").touch()
    command = [TOP / "systemd" / "install", "--prefix", root]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True) as installing:  # fmt: skip
        until((root / "under-way").exists)
        installing.send_signal(by)
        said = installing.communicate()[1]
    assert installing.returncode == 1
    assert said == ("" if by is signal.SIGHUP else "Interrupted; install again to go on.\n"), "nobody reads it any more"
    assert list((root / "opt/mantelpiece-versions").iterdir()) == []


def test_what_is_under_way_when_it_is_interrupted_comes_to_its_own_end(root: Path) -> None:
    """apt that is killed leaves packages half set up."""
    (root / "gentle").touch()
    command = [TOP / "systemd" / "install", "--prefix", root]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as installing:  # fmt: skip
        until((root / "under-way").exists)
        installing.send_signal(signal.SIGTERM)
        assert installing.wait() == 1
    assert (root / "gently").exists()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(installing.pid, signal.SIGKILL)  # what its shell waited for


def test_what_pip_unpacks_lies_on_the_disk_and_not_in_memory(root: Path) -> None:
    """Where /tmp is memory a small machine has no room for it there."""
    install(root)
    assert (root.parent / "pips-room").read_text() == "/var/tmp\n"


def test_without_room_for_a_version_none_is_begun(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.install.ROOM_BYTES", 1 << 60)
    with pytest.raises(Refused, match="MB are free"):
        bring_up(Machine(root), Wanted(), console=False)
    assert not (root / "opt/mantelpiece").exists()


def test_a_boot_partition_that_cannot_be_written_stops_nothing(root: Path) -> None:
    (root / "boot/firmware/.cmdline.txt.before-mantelpiece.part").mkdir()
    done = install(root, "--console")
    assert done.returncode == 0
    assert "The kernel is told nothing" in done.stderr
    assert (root / "opt/mantelpiece").is_symlink()


def test_a_python_that_is_too_old_is_named_before_anything_is_done(root: Path) -> None:
    (root / "usr/bin/python3").symlink_to("python3.9")
    done = install(root)
    assert (done.returncode, ran(root)) == (1, [])
    assert "this system has 3.9" in done.stderr


def test_whatever_this_root_is_used_to_others_can_read_the_program(root: Path) -> None:
    command = ["sh", "-c", 'umask 077; exec "$@"', "-", TOP / "systemd/install", "--prefix", root]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    folder = root / str((root / "opt/mantelpiece").readlink()).lstrip("/")
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_name_in_an_older_encoding_is_no_harm(root: Path) -> None:
    with (root / "etc/passwd").open("ab") as file:
        file.write(b"jorg:x:1001:1001:J\xf6rg:/home/jorg:/bin/sh\n")
    assert install(root).returncode == 0


def test_another_python_wants_another_environment(root: Path) -> None:
    (root / "usr/bin/python3").symlink_to("python3.11")
    install(root)
    first = (root / "opt/mantelpiece").readlink()
    (root / "usr/bin/python3").unlink()
    (root / "usr/bin/python3").symlink_to("python3.13")
    install(root)
    assert (root / "opt/mantelpiece").readlink() != first


def test_where_another_program_has_port_80_the_page_has_another(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(root, "--port", "8088")
    drop_in = root / "etc/systemd/system/mantelpiece-admin.socket.d/port.conf"
    assert "ListenStream=\n" in drop_in.read_text()
    assert "ListenStream=8088\n" in drop_in.read_text()
    install(root)
    assert drop_in.exists(), "an update keeps to it"
    install(root, "--port", "80")
    assert not drop_in.exists()
    monkeypatch.setattr(Machine, "runs", True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"Port {port} is taken .* --port 8080"):
            bring_up(Machine(root), Wanted(port=port), console=False)
    assert install(root, "--port", "99999").returncode == 1


def test_a_data_folder_on_a_disk_of_its_own_is_given_to_its_users(root: Path) -> None:
    disk = root / "var/lib/mantelpiece"
    (disk / "lost+found").mkdir(parents=True)
    (disk / "private").mkdir()
    install(root)
    given = [line for line in ran(root) if line.startswith("chown -R -h mantelpiece:mantelpiece ")]
    assert given == ["chown -R -h mantelpiece:mantelpiece /var/lib/mantelpiece/"]
    os.chown(disk, Machine(root).number("mantelpiece"), -1)
    install(root)
    assert not [line for line in ran(root) if line.startswith("chown -R -h mantelpiece:mantelpiece ")]


@pytest.mark.parametrize("at", ["frame", "frame/intents"])
def test_a_link_that_a_service_laid_in_its_own_folder_gives_nobody_a_folder_of_roots(
    root: Path, tmp_path: Path, at: str
) -> None:
    home, roots = root / "var/lib/mantelpiece", tmp_path / "roots"
    install(root)
    shutil.rmtree(home / at)
    (roots / "cron.d").mkdir(parents=True)
    (home / at).symlink_to(roots)
    ran(root)
    done = install(root)
    assert (done.returncode, f"/var/lib/mantelpiece/{at}" in done.stderr) == (1, True), done.stderr
    assert {(path.stat().st_uid, path.stat().st_mode & 0o7777) for path in (roots, roots / "cron.d")} == {(0, 0o755)}
    assert [path.name for path in roots.iterdir()] == ["cron.d"], "nothing is made in it either"


def test_a_folder_of_the_walls_is_made_without_following_a_link_that_appears_just_then(
    root: Path, tmp_path: Path
) -> None:
    """What is laid there after it was looked at: made and given is only what was opened as a folder."""
    install(root)
    roots = tmp_path / "roots"
    roots.mkdir()
    shutil.rmtree(root / "var/lib/mantelpiece/frame")
    (root / "var/lib/mantelpiece/frame").symlink_to(roots)
    with pytest.raises(Refused, match="cannot be a folder"):
        Machine(root).make_folder("/var/lib/mantelpiece", "frame/intents", owner="mantelpiece-frame", mode=0o2770)
    assert (roots.stat().st_uid, list(roots.iterdir())) == (0, [])


def test_drop_ins_open_only_what_was_asked_for(root: Path) -> None:
    install(root, "--allow", "ddc", "--root", "/home/anna/photos")
    units = root / "etc/systemd/system"
    assert [path.name for path in (units / "mantelpiece-frame.service.d").iterdir()] == ["ddc.conf"]
    assert "ReadWritePaths=/home/anna/photos" in (units / "mantelpiece-sync.service.d/root-1.conf").read_text()
    assert install(root, "--root", "photos").returncode == 1
    assert install(root, "--root", "/a b").returncode == 1


def test_every_group_that_a_unit_names_is_there_for_else_it_would_never_start(root: Path) -> None:
    install(root, "--allow", "ddc", "--allow", "gpio")
    made = [line.split()[-1] for line in ran(root) if line.startswith("groupadd")]
    assert made == ["mantelpiece", "mantelpiece-wifi", "video", "render", "input", "tty", "i2c", "gpio"]
    install(root, "--allow", "ddc")
    assert not [line for line in ran(root) if line.startswith("groupadd")]
    install(root, "--without-frame")
    assert not [line for line in ran(root) if line.startswith("groupadd")]


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


def test_taken_away_a_data_folder_that_is_a_disk_of_its_own_is_emptied_and_stays(root: Path) -> None:
    data = root / "var/lib/mantelpiece"
    data.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "none", data], check=False).returncode:
        pytest.skip("needs mounts")
    try:
        install(root)
        (data / "private").mkdir()
        (data / "private/secrets.toml").write_text("key")
        theirs = root / "home/anna/photos"
        theirs.mkdir(parents=True)
        (theirs / "one.jpg").write_bytes(b"photo")
        (data / "photos").symlink_to(theirs)  # another disk than this one
        done = install(root, "--uninstall", "--data")
        assert (done.returncode, done.stderr) == (0, "")
        assert "a disk of its own" in done.stdout
        assert (list(data.iterdir()), data.stat().st_uid) == ([], 0)
        assert (theirs / "one.jpg").read_bytes() == b"photo", "a link goes, and not what it leads to"
        assert "mantelpiece" not in (root / "etc/passwd").read_text()
    finally:
        subprocess.run(["umount", data], check=True)


def test_taken_away_no_card_stays_mounted_by_a_program_that_is_gone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(root)
    sign = root / "run/mantelpiece-clock/synchronized"
    sign.parent.mkdir(parents=True)
    sign.touch()
    monkeypatch.setattr(Machine, "runs", True)
    ran(root)
    remove_all(Machine(root), data=False)
    stopped = next(line.split() for line in ran(root) if line.startswith("systemctl stop"))
    assert {"mantelpiece-card@*.service", "mantelpiece-wifi@*.service"} <= set(stopped)
    assert not sign.parent.exists(), "it would belong to whoever gets the user's number next"


def test_what_is_not_debian_is_refused_before_anything_is_done(root: Path) -> None:
    (root / "etc/os-release").write_text("ID=fedora\n")
    done = install(root)
    assert (done.returncode, ran(root)) == (1, [])
    assert "neither Debian nor Raspberry Pi OS" in done.stderr


def test_a_command_that_is_not_there_has_failed_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    machine = Machine(Path("/"))
    assert machine.run("udevadm", "control", "--reload", may_fail=True) != 0
    with pytest.raises(Refused, match="udevadm"):
        machine.run("udevadm", "control", "--reload")


def test_what_lies_where_root_happens_to_stand_is_no_part_of_the_installer(tmp_path: Path) -> None:
    """Also not in a folder where a service's user may write: a module there would run as root."""
    for name in ("argparse", "json", "venv", "appliance"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} of this folder was run')\n")
    command = [TOP / "systemd" / "install", "--help"]
    environ = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--uninstall" in done.stdout


def test_what_the_installer_runs_stands_where_only_root_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    machine = Machine(Path("/"))
    assert machine.hear("pwd") == "/\n"
    machine.run("sh", "-c", f"pwd > {tmp_path}/where")
    assert (tmp_path / "where").read_text() == "/\n"


LINES = {
    "nothing of it": ("root=1 rootwait", "root=1 rootwait " + " ".join(HINTS)),
    "its owner chose another mode": ("root=1 video=HDMI-A-1:800x480M-32@60", None),
    "all of it": ("root=1 " + " ".join(HINTS), "root=1 " + " ".join(HINTS)),
}


@pytest.mark.parametrize(("before", "after"), LINES.values(), ids=LINES)
def test_the_kernels_line_keeps_what_its_owner_chose(before: str, after: str | None) -> None:
    found = hinted(before, HINTS)
    assert found.split()[: len(before.split())] == before.split()
    assert sum(word.startswith("video=") for word in found.split()) == 1
    assert hinted(found, HINTS) == found
    if after is not None:
        assert found == after


TAKEN_BACK = {
    "nothing else changed": ("root=1  rootwait\n", "", "", "root=1  rootwait\n"),
    "the country of the Wi-Fi": ("root=1\n", "$", " cfg80211.ieee80211_regdom=AT\n",
                                 "root=1 cfg80211.ieee80211_regdom=AT\n"),
    "another disk": ("root=PARTUUID=1 rootwait\n", "UUID=1", "UUID=2", "root=PARTUUID=2 rootwait\n"),
    "its owner had some of it": ("root=1 quiet\n", "$", " splash", "root=1 quiet splash\n"),
    "its owner put another mode": ("root=1\n", r"video=\S+", "video=HDMI-A-1:800x480M-32@60",
                                   "root=1 video=HDMI-A-1:800x480M-32@60\n"),
}  # fmt: skip


@pytest.mark.parametrize("said", [HINTS, ("video=HDMI-A-2:1024x600M-32D", *PLAIN)], ids=["unseen", "seen"])
@pytest.mark.parametrize(("before", "old", "new", "after"), TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_taken_back_the_kernels_line_keeps_what_was_written_since(
    before: str, old: str, new: str, after: str, said: tuple[str, ...]
) -> None:
    since = re.sub(old, new, hinted(before, said), count=1)
    assert without_hints(since, before) == after


PANELS = {
    "none is on": ({}, [UNSEEN]),
    "a small one": ({"card1-HDMI-A-1": "1024x600\n1920x1080i\n800x600\n"}, ["video=HDMI-A-1:1024x600M-32D"]),
    "in the other socket": ({"card0-HDMI-A-1": "", "card0-HDMI-A-2": "2560x1440\n"}, ["video=HDMI-A-2:2560x1440M-32D"]),
    "by a ribbon": ({"card1-DSI-1": "800x480\n"}, []),
}


@pytest.mark.parametrize(("found", "told"), PANELS.values(), ids=PANELS)
def test_a_panel_is_kept_on_in_the_size_that_it_has(root: Path, found: dict[str, str], told: list[str]) -> None:
    for name, modes in found.items():
        connector = root / "sys/class/drm" / name
        connector.mkdir(parents=True)
        (connector / "modes").write_text(modes)
        (connector / "status").write_text("connected\n" if modes else "disconnected\n")
    assert hints(Machine(root)) == (*told, *PLAIN)


def test_only_the_program_is_installed() -> None:
    names = {path.relative_to(TOP).parts[0] for path in source_files()}
    assert names == {"sync", "frame", "admin", "pyproject.toml", "README.md", "LICENSE"}


class PowerCut(BaseException):
    """Nothing of ours runs after it."""


ONE, TWO = "/opt/mantelpiece-versions/one", "/opt/mantelpiece-versions/two"
UNIT = "/etc/systemd/system/mantelpiece-sync.service"


@pytest.fixture
def updated(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Machine, Path]:
    """A machine that version one works on."""
    machine, home = Machine(root), root / "var/lib/mantelpiece"
    for name in ("private", "settings"):
        (home / name).mkdir(parents=True)
    (home / "private/library.db").write_bytes(b"version 1")
    (home / "private/secrets.toml").write_text("key")
    (home / "settings/settings.toml").write_text("# mine")
    (root / "opt/mantelpiece-versions/one").mkdir(parents=True)
    (root / "etc/passwd").write_text("mantelpiece:x:0:0::/:/\n")
    assert update.switch_to(machine, ONE, {UNIT: "one"}, frame=True, port=80) == 0
    (root / "opt/mantelpiece-versions/two").mkdir()
    monkeypatch.setattr(Machine, "runs", True)
    ran(root)
    return machine, home


def try_two(machine: Machine, home: Path, monkeypatch: pytest.MonkeyPatch, *, well: bool) -> int:
    """Version two migrates the library; is it well?"""

    def migrate(*, frame: bool, port: int) -> bool:
        (home / "private/library.db").write_bytes(b"version 2")
        return well

    monkeypatch.setattr(update, "_is_well", migrate)
    return update.switch_to(machine, TWO, {UNIT: "two", f"{UNIT}.d/new": "two"}, frame=True, port=80)


def standing(root: Path) -> tuple[str, bytes, str | None, bool]:
    """Which version, library, unit; and whether its new unit is there."""
    library = (root / "var/lib/mantelpiece/private/library.db").read_bytes()
    there = Machine(root).read(f"{UNIT}.d/new") is not None
    return (root / "opt/mantelpiece").readlink().name, library, Machine(root).read(UNIT), there


def test_whether_a_version_is_well_is_asked_past_the_proxy_that_roots_shell_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(b'{"page": true, "wall": false}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as page:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.delenv("no_proxy", raising=False)
        answering = Thread(target=page.handle_request)
        answering.start()
        assert update._health(page.server_port) == {"page": True, "wall": False}
        answering.join()


FIRST, SECOND = ("one", b"version 1", "one", False), ("two", b"version 2", "two", True)


@pytest.mark.parametrize("well", [True, False])
def test_an_update_that_is_not_well_goes_back_with_the_library_as_it_was(
    root: Path, updated: tuple[Machine, Path], monkeypatch: pytest.MonkeyPatch, well: bool
) -> None:
    machine, home = updated
    assert try_two(machine, home, monkeypatch, well=well) == (0 if well else 1)
    assert standing(root) == (SECOND if well else FIRST)
    there = sorted(path.name for path in (root / "opt/mantelpiece-versions").iterdir())
    assert there == (["one", "two"] if well else ["one"]), "one to go back to, and none that did not work"
    assert (home / "private/before-update/settings/settings.toml").read_text() == "# mine"
    assert (home / "private/before-update/private/secrets.toml").exists() is not well, "no old keys without a reason"
    data = [line for line in ran(root) if "/var/lib/mantelpiece/" in line]
    assert data
    assert all(line.startswith("runuser -u mantelpiece -- ") for line in data), "root follows no link laid there"
    assert not (root / "opt/mantelpiece-versions/trying").exists()


def strike(monkeypatch: pytest.MonkeyPatch, number: int, trouble: BaseException) -> list[str]:
    """The `number`th thing that is done to the machine is not done, but `trouble` comes."""
    done: list[str] = []

    def struck(name: str) -> None:
        act = getattr(Machine, name)

        def instead(machine: Machine, *words: object, **more: object) -> object:
            done.append(f"{name} {words}")
            if len(done) == number:
                raise trouble
            return act(machine, *words, **more)

        monkeypatch.setattr(Machine, name, instead)

    for name in ("run", "write", "link", "remove"):
        struck(name)
    return done


STEPS = 18
TROUBLES = (KeyboardInterrupt, OSError, Refused)


@pytest.mark.parametrize("number", range(1, STEPS))
def test_whatever_interrupts_an_update_the_version_before_runs_again(
    root: Path, updated: tuple[Machine, Path], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    machine, home = updated
    trouble = TROUBLES[number % len(TROUBLES)]
    with monkeypatch.context() as patched:
        done = strike(patched, number, trouble("struck"))
        try:
            try_two(machine, home, patched, well=True)
            assert len(done) < number or standing(root) == SECOND
        except (KeyboardInterrupt, OSError, Refused):
            assert standing(root) in (FIRST, SECOND)
            assert ran(root)[-1].startswith("systemctl enable") or standing(root) == SECOND, "started again"
    assert try_two(machine, home, monkeypatch, well=True) == 0
    assert standing(root) == SECOND


@pytest.mark.parametrize("well", [True, False])
@pytest.mark.parametrize("number", range(1, STEPS))
def test_after_a_power_cut_the_next_run_ends_it_one_way_or_the_other(
    root: Path, updated: tuple[Machine, Path], monkeypatch: pytest.MonkeyPatch, number: int, well: bool
) -> None:
    machine, home = updated
    with monkeypatch.context() as patched:
        strike(patched, number, PowerCut())
        with contextlib.suppress(PowerCut):
            try_two(machine, home, patched, well=False)
    # The machine starts with whatever is linked, and that version with whatever library it finds.
    if (root / "opt/mantelpiece").readlink().name == "two":
        (home / "private/library.db").write_bytes(b"version 2")
    assert try_two(machine, home, monkeypatch, well=well) == (0 if well else 1)
    assert standing(root) == (SECOND if well else FIRST)
