"""Debian Bookworm and Trixie, each installed into a folder and started with a real systemd: units that verify and are
tight, services that start with the machine in all of their sandbox, come back whatever ends them, are updated, go back,
and leave nothing. Minutes and a package mirror: `make appliance`.

The tests of one Debian follow one another on one machine, as its owner would.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from frame.crashes import PLAIN_AFTER
from tests.systemd.booted import Booted, booted, install_into, make_root

SERVICES = ("sync", "frame", "admin")
MOST_EXPOSED = {"sync": 1.5, "frame": 1.2, "admin": 1.5, "clock": 1.2, "wifi@": 1.5, "provision": 2.6}
WELL = {"data": True, "page": True, "service": True, "wall": True}
SOURCE = "/root/mantelpiece"
HIDE = """
import time
from contextlib import suppress
from frame.control import FrameNotRunning, FrameRefused, ask
from sync.home import find
home, end = find(), time.monotonic() + 300
def now():
    while True:
        try:
            return ask(home, "now")
        except FrameNotRunning:  # busy, on a machine with much else to do
            if time.monotonic() > end:
                raise
while now()["showing"] != "photo" and time.monotonic() < end:
    time.sleep(0.2)
print("shows", now().get("file_name"))
with suppress(FrameNotRunning, FrameRefused):
    ask(home, "hide")
while (now()["showing"] == "photo" or list(home.intents.iterdir())) and time.monotonic() < end:
    time.sleep(0.2)
print("left", list(home.intents.iterdir()))
"""
OFTEN = """
import socket
for _ in range(1000):
    with socket.socket(socket.AF_UNIX) as door:
        door.connect("/run/mantelpiece-wifi.sock")
"""
ONCE = """
import socket
with socket.socket(socket.AF_UNIX) as door:
    door.connect("/run/mantelpiece-wifi.sock")
    door.sendall(b'{"type": "close"}')
    door.shutdown(socket.SHUT_WR)
    assert door.recv(4096)
"""
SPOILS = """
import os, sqlite3
from pathlib import Path
home = Path(os.environ["MANTELPIECE_HOME"])
with sqlite3.connect(home / "private/library.db") as db:
    db.execute("DROP TABLE IF EXISTS jobs")
    db.execute("CREATE TABLE IF NOT EXISTS spoilt (x)")
(home / "settings/settings.toml").write_text("[wall\\n")
raise SystemExit(3)
"""
PROVISION = r"""
[admin]
password = "correct horse"
[power]
brightness = 70
[wifi]
name = 'Our;house\1'
password = ' a\b c#d '
"""
WISH = """
from admin.wifi.manager import NetworkTrouble
from admin.wifi.wishing import Wishing
wishing = Wishing()
for verb in (wishing.networks, wishing.close_own, lambda: wishing.join("Our house", "long enough"),
             lambda: wishing.open_own("mantelpiece-1a2b", "12345678")):
    try:
        print("done", verb())
    except NetworkTrouble as trouble:
        print(trouble.sentence)
"""

pytestmark = [pytest.mark.root, pytest.mark.slow]


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = make_root(tmp_path_factory.mktemp("debian"), request.param)
    install_into(made, "--lite")
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def machine(root: Path) -> Iterator[Booted]:
    (root / "srv/photos").mkdir()
    Image.effect_noise((640, 480), 80).convert("RGB").save(root / "srv/photos/anna.jpg")
    with booted(root) as made:
        yield made


def test_a_second_time_nothing_is_done_and_its_units_verify_and_are_tight(root: Path) -> None:
    said = install_into(root)
    assert [line for line in said.splitlines() if line.startswith(("write", "link", "remove"))] == []
    units = sorted(path.name for path in (root / "etc/systemd/system").glob("mantelpiece*") if path.is_file())
    verify = ["systemd-analyze", f"--root={root}", "verify", "--man=no", *units]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "mantelpiece" in line] == []
    for name, most in MOST_EXPOSED.items():
        unit = root / f"etc/systemd/system/mantelpiece-{name}.service"
        command = ["systemd-analyze", "security", "--offline=true", unit]
        score = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        assert float(re.findall(r"exposure level for .*: ([\d.]+)", score)[0]) <= most


def test_it_starts_with_the_machine_and_all_is_well(machine: Booted) -> None:
    machine.until(lambda: machine.health() == WELL)
    for name in SERVICES:
        assert machine.show(f"mantelpiece-{name}", "NRestarts") == "0", name
        status = Path("proc", machine.show(f"mantelpiece-{name}", "MainPID"), "status")
        told = machine.run("cat", f"/{status}")
        assert re.search(r"CapBnd:\s0+\n", told)
        assert re.search(r"Seccomp:\s2\n", told), "in its sandbox"
    bus = "org.freedesktop.login1"
    asked = ("busctl", "get-property", bus, "/org/freedesktop/login1", f"{bus}.Manager", "HandlePowerKey")
    assert machine.run(*asked) == 's "ignore"\n', "the wall's own, which darkens it"


def test_what_one_user_keeps_the_other_shows_and_can_read_no_more(machine: Booted) -> None:
    machine.run("mantelpiece", "album", "add", "--folder", "/srv/photos")
    environ = ("env", "MANTELPIECE_HOME=/var/lib/mantelpiece")
    said = machine.run("runuser", "-u", "mantelpiece", "--", *environ, "/opt/mantelpiece/bin/python", "-c", HIDE)
    assert said.splitlines() == ["shows anna.jpg", "left []"], "wished by one, taken by the other"
    assert "sync: running" in machine.run("mantelpiece", "status")
    assert "The screen is off: somebody said so." in machine.run("mantelpiece", "screen", "off")
    machine.run("mantelpiece", "screen", "auto")
    secret = "/var/lib/mantelpiece/private/library.db"
    assert machine.says("runuser", "-u", "mantelpiece-frame", "--", "cat", secret)[0] != 0


def test_from_the_services_start_line_to_the_first_photo(machine: Booted) -> None:
    """Processor time, for the machine may have other things to do; the clock's figure is printed."""
    (machine.root / "srv/photos/ben.jpg").write_bytes((machine.root / "srv/photos/anna.jpg").read_bytes() + b"\0")
    machine.run("mantelpiece", "sync")
    machine.until(lambda: "ben.jpg" in machine.run("mantelpiece", "status"))
    shown = f"/proc/{machine.leader}/root/run/mantelpiece/wall/current.png"
    took, spent = [], []
    for _ in range(5):
        machine.run("systemctl", "stop", "mantelpiece-frame")
        Path(shown).unlink(missing_ok=True)
        machine.run("systemctl", "start", "--no-block", "mantelpiece-frame")
        machine.until(Path(shown).exists)
        seen = time.monotonic()
        spent.append(int(machine.show("mantelpiece-frame", "CPUUsageNSec")) / 1e9)
        took.append(seen - int(machine.show("mantelpiece-frame", "InactiveExitTimestampMonotonic")) / 1e6)
    print(f"start line to first picture: {min(took):.2f} s by the clock, {min(spent):.2f} s of a processor")
    assert min(spent) < 1.0


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_dies_or_hangs_is_started_again(machine: Booted, name: str) -> None:
    unit = f"mantelpiece-{name}"
    drop_in = machine.root / f"etc/systemd/system/{unit}.service.d/quick.conf"
    drop_in.parent.mkdir(exist_ok=True)
    drop_in.write_text("[Service]\nWatchdogSec=15\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", unit)
    for signal in ("KILL", "SEGV", "STOP"):
        machine.until(lambda: machine.health() == WELL)
        before = machine.show(unit, "MainPID")
        machine.run("kill", f"-{signal}", before)
        machine.until(lambda before=before: machine.show(unit, "MainPID") not in (before, "0"))
    machine.until(lambda: machine.health() == WELL)
    drop_in.unlink()
    drop_in.parent.rmdir()
    machine.run("systemctl", "daemon-reload")


def test_a_wall_that_dies_over_and_over_is_never_given_up_and_starts_plainly(machine: Booted) -> None:
    machine.until(lambda: machine.health() == WELL)
    machine.run("systemctl", "restart", "mantelpiece-frame")
    for _ in range(PLAIN_AFTER):
        before = machine.show("mantelpiece-frame", "MainPID")
        machine.run("kill", "-SEGV", before)
        machine.until(lambda before=before: machine.show("mantelpiece-frame", "MainPID") not in (before, "0")
                      and machine.show("mantelpiece-frame", "ActiveState") == "active")  # fmt: skip
    machine.until(lambda: "starts plainly" in machine.run("journalctl", "--no-pager", "-b", "-u", "mantelpiece-frame"))
    machine.until(lambda: machine.health() == WELL)
    machine.run("systemctl", "stop", "mantelpiece-frame")
    machine.run("rm", "/run/mantelpiece/crashes.json")  # as the machine's next start does
    machine.run("systemctl", "start", "mantelpiece-frame")


def test_a_page_that_asks_often_is_answered_all_the_same(machine: Booted) -> None:
    """More often than systemd lets a socket be asked before it gives up listening, for good."""
    machine.run("python3", "-c", OFTEN)
    assert machine.show("mantelpiece-wifi.socket", "ActiveState") == "active"
    machine.until(lambda: machine.says("python3", "-c", ONCE)[0] == 0)


def test_the_page_may_wish_for_a_wifi_and_has_no_right_of_its_own(machine: Booted) -> None:
    """By the real NetworkManager, out of the page's own sandbox into root's; there is no Wi-Fi to come up."""
    machine.run("systemctl", "start", "polkit", "NetworkManager")
    asked = ("nmcli", "-t", "-f", "PERMISSION,VALUE", "general", "permissions")
    told = machine.run("runuser", "-u", "mantelpiece", "--", *asked).splitlines()
    assert [line for line in told if line.endswith(":yes")] == []
    units = machine.root / "etc/systemd/system"
    confined = (units / "mantelpiece-admin.service").read_text()
    confined = re.sub(r"^(Restart|WatchdogSec|Requires|After)=.*$", "", confined, flags=re.MULTILINE)
    confined = confined.replace("Type=notify", "Type=oneshot").replace("-m admin", "/usr/local/share/wish.py")
    (units / "probe.service").write_text(confined)
    (machine.root / "usr/local/share/wish.py").write_text(WISH)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "probe")
    said = machine.run("journalctl", "--no-pager", "-o", "cat", "-u", "probe").splitlines()
    none = "Connection activation failed: No suitable device found for this connection"
    said = [line.partition(" (")[0] for line in said if line.startswith(("done", none))]
    assert said == ["done []", "done None", none, none]
    shown = machine.run("nmcli", "-t", "-f", "NAME,AUTOCONNECT,FILENAME", "connection", "show").splitlines()
    assert any(line.startswith("mantelpiece-setup:no:/run/NetworkManager/") for line in shown), "on no card"
    assert not any("tried" in line for line in shown), "what was not joined is forgotten"
    for other in ("mantelpiece", "mantelpiece-frame"):  # the mirror runs as the page's user, and may not
        knocks = "import socket; socket.socket(socket.AF_UNIX).connect('/run/mantelpiece-wifi.sock')"
        assert "PermissionError" in machine.says("runuser", "-u", other, "--", "python3", "-c", knocks)[1]
    machine.run("nmcli", "connection", "add", "type", "wifi", "con-name", "theirs", "ssid", "x", "wifi-sec.key-mgmt",
                "wpa-psk", "wifi-sec.psk", "hidden secret")
    shown = machine.says("runuser", "-u", "mantelpiece", "--", "nmcli", "-s", "connection", "show", "theirs")[1]
    assert "hidden secret" not in shown
    machine.run("nmcli", "connection", "delete", "theirs")


def test_an_update_is_used_when_it_is_well_and_else_goes_back_with_its_units(machine: Booted) -> None:
    """The new one spoils library and settings before it dies: they come back, too, and so does what hung here."""
    version = machine.run("readlink", "/opt/mantelpiece")
    machine.run("mantelpiece", "settings", "set", "wall.layout", "fit")
    home = machine.root / "var/lib/mantelpiece"
    settings, hidden = (home / "settings/settings.toml").read_bytes(), machine.run("ls", "/var/lib/mantelpiece/frame")
    albums = machine.run("mantelpiece", "album", "list", "--json")
    machine.run("cp", "-r", SOURCE, "/root/bad")
    (machine.root / "root/bad/sync/daemon.py").write_text(SPOILS)
    unit = machine.root / "root/bad/systemd/units/mantelpiece-sync.service"
    unit.write_text(unit.read_text().replace("Nice=10", "Nice=11"))
    code, said = machine.says("/root/bad/systemd/install")
    assert code == 1
    assert "The one before comes back." in said
    assert machine.run("readlink", "/opt/mantelpiece") == version
    assert machine.show("mantelpiece-sync", "Nice") == "10"
    machine.until(lambda: machine.health() == WELL)
    assert (home / "settings/settings.toml").read_bytes() == settings
    with closing(sqlite3.connect(f"file:{home / 'private/library.db'}?mode=ro", uri=True)) as library:
        tables = {name for (name,) in library.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert library.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert ("jobs" in tables, "spoilt" in tables) == (True, False)
    assert machine.run("mantelpiece", "album", "list", "--json") == albums
    assert machine.run("ls", "/var/lib/mantelpiece/frame") == hidden
    machine.run("mantelpiece", "sync")
    machine.run(f"{SOURCE}/systemd/install", "--extra", "mqtt")
    second = machine.run("readlink", "/opt/mantelpiece")
    assert second != version
    machine.until(lambda: machine.health() == WELL)
    machine.run(f"{SOURCE}/systemd/install")
    assert machine.run("readlink", "/opt/mantelpiece") == second, "what was chosen stays"


def test_a_file_on_the_boot_partition_is_taken_in_before_the_others_start(machine: Booted) -> None:
    machine.run("systemctl", "stop", "mantelpiece.target")
    settings = machine.root / "var/lib/mantelpiece/settings/settings.toml"
    settings.unlink()
    boot = machine.root / "boot/firmware"
    boot.mkdir(parents=True)
    (boot / "mantelpiece.toml").write_text(PROVISION)
    machine.run("systemctl", "start", "mantelpiece.target")
    machine.until(lambda: machine.health() == WELL)
    assert [path.name for path in boot.iterdir()] == ["mantelpiece.toml.taken"]
    assert "correct horse" not in (boot / "mantelpiece.toml.taken").read_text()
    assert "brightness = 70" in settings.read_text()
    machine.run("nmcli", "connection", "reload")
    wanted = "802-11-wireless.ssid,802-11-wireless-security.psk"
    told = machine.run("nmcli", "-s", "-e", "no", "-g", wanted, "connection", "show", "mantelpiece")
    assert told == "Our;house\\1\n a\\b c#d \n", "as NetworkManager reads it"
    assert settings.stat().st_uid == (machine.root / "var/lib/mantelpiece").stat().st_uid


def test_on_a_desktop_the_wall_is_a_window_of_its_users_session(machine: Booted) -> None:
    machine.run("useradd", "-m", "-u", "1234", "anna")
    machine.run(f"{SOURCE}/systemd/install", "--desktop", "anna")
    assert machine.says("systemctl", "is-active", "mantelpiece-frame")[0] != 0
    machine.run("systemctl", "start", "user@1234")
    machine.run("systemd-run", "--unit=panel", "Xvfb", ":9", "-screen", "0", "800x480x24")
    machine.until(lambda: machine.says("test", "-e", "/tmp/.X11-unix/X9")[0] == 0)
    session = ("runuser", "-u", "anna", "--", "env", "XDG_RUNTIME_DIR=/run/user/1234", "DISPLAY=:9")
    entry = (machine.root / "etc/xdg/autostart/mantelpiece-frame.desktop").read_text()
    machine.run(*session, entry.partition("\nExec=")[2].splitlines()[0])
    machine.until(lambda: "on screen 800x480, x11" in machine.run("mantelpiece", "status"))
    asked = (*session, "systemctl", "--user", "is-active", "mantelpiece-frame")
    assert machine.run(*asked) == "active\n"
    machine.until(lambda: machine.health() == WELL)
    machine.run(f"{SOURCE}/systemd/install", "--lite")
    assert machine.says(*asked)[0] != 0, "the window goes, and leaves nothing in the other wall's way"
    machine.until(lambda: machine.health() == WELL)


def test_taken_away_nothing_is_left(machine: Booted) -> None:
    machine.run(f"{SOURCE}/systemd/install", "--uninstall", "--data")
    places = ("etc", "opt", "var/lib", "usr/local")
    left = [path.name for place in places for path in (machine.root / place).rglob("mantelpiece*")]
    assert left == ["mantelpiece.nmconnection"], "the Wi-Fi stays: else nobody could reach the machine any more"
    assert "mantelpiece" not in (machine.root / "etc/passwd").read_text() + (machine.root / "etc/group").read_text()
    units = machine.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "mantelpiece*")
    assert [line for line in units.splitlines() if " active " in line] == []
