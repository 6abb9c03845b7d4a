"""The units, judged by systemd's own tools without a running systemd: they verify, they are tight, every line has its
reason, and memory is promise 15 and a quarter."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from admin.cli.run import PARTS
from admin.wifi.wishes import SOCKET
from frame.room import Room
from sync.clock import OWN_SIGN

ROOM = Path(__file__).parents[2] / "systemd"
UNITS = sorted((ROOM / "units").iterdir())
SERVICES = ("sync", "frame", "admin")
MOST_EXPOSED = {"sync": 1.5, "frame": 1.2, "admin": 1.5, "clock": 1.2, "wifi@": 1.5, "provision": 2.6}
DROP_INS = {"ddc": "frame", "cec": "frame", "gpio": "frame", "eink": "frame", "root": "sync"}

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def directives(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines(ROOM / "units" / f"mantelpiece-{name}.service"):
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def exposure(unit: Path) -> float:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=100", str(unit)],
        capture_output=True, text=True, check=False, env={"SYSTEMD_COLORS": "0", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    found = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert found, done.stderr
    return float(found[1])


@pytest.mark.parametrize("name", MOST_EXPOSED)
def test_the_sandbox_is_tight(name: str) -> None:
    assert exposure(ROOM / "units" / f"mantelpiece-{name}.service") <= MOST_EXPOSED[name]


@pytest.mark.parametrize(("drop_in", "name"), DROP_INS.items(), ids=DROP_INS)
def test_what_a_drop_in_opens_stays_small(tmp_path: Path, drop_in: str, name: str) -> None:
    unit = tmp_path / f"mantelpiece-{name}.service"
    extra = (ROOM / "drop-ins" / f"{drop_in}.conf").read_text().replace("@ROOT@", "/home/anna/photos")
    unit.write_text((ROOM / "units" / unit.name).read_text().replace("[Install]", extra + "\n[Install]"))
    score = exposure(unit)
    print(f"{drop_in}: {score}")
    assert score <= MOST_EXPOSED[name] + 0.1


def test_the_measure_sees_an_open_service(tmp_path: Path) -> None:
    unit = tmp_path / "mantelpiece-sync.service"
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    assert exposure(unit) > 9


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    """With the programs in place that the installer puts there."""
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.symlink_to("/bin/true")
    for unit in UNITS:
        text = unit.read_text()
        text = text.replace("/opt/mantelpiece/bin/python", str(program))
        (tmp_path / unit.name).write_text(text.replace("/opt/mantelpiece/share/mount-card", str(program)))
    units = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units], capture_output=True, text=True,
        check=False, env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "mantelpiece" in line]
    assert (ours, done.returncode) == ([], 0)


@pytest.mark.parametrize("unit", [*UNITS, *sorted((ROOM / "drop-ins").iterdir())], ids=lambda path: path.name)
def test_every_directive_has_its_reason(unit: Path) -> None:
    before = ""
    for line in lines(unit):
        plain = line.startswith(("Description=", "ExecStart=/opt/mantelpiece/bin/python"))
        if "=" in line and not line.startswith("#") and not plain:
            assert before.startswith("# "), f"{line} has no reason"
        before = line


@pytest.mark.parametrize(("name", "most_mb"), {"sync": 180 + 400, "admin": 70}.items())
def test_memory_is_what_is_promised_and_a_quarter(name: str, most_mb: int) -> None:
    allowed = int(directives(name)["MemoryMax"][0].removesuffix("M"))
    assert most_mb * 1.25 <= allowed < most_mb * 1.25 + 1


@pytest.mark.parametrize(("machine_mb", "panel"), [(416, (1920, 1080)), (905, (2560, 1440)), (1850, (3840, 2160))])
def test_the_wall_has_what_its_panel_takes_on_a_machine_that_drives_such_a_panel(
    machine_mb: int, panel: tuple[int, int]
) -> None:
    """What a Pi Zero 2 W, and Pis of 1 and 2 GB, call their memory."""
    share = int(directives("frame")["MemoryMax"][0].removesuffix("%")) / 100
    assert Room(share * machine_mb * 2**20).moves(panel)
    assert share * 416 < 130 * 1.35, "on the smallest the others have their room too"


@pytest.mark.parametrize("name", SERVICES)
def test_each_is_watched_started_again_for_ever_and_waits_for_nobody(name: str) -> None:
    found = directives(name)
    assert (found["Type"], found["Restart"], found["StartLimitIntervalSec"]) == (["notify"], ["always"], ["0"])
    assert int(found["WatchdogSec"][0]) <= 60
    awaited = " ".join(value for key in ("After", "Wants", "Requires", "BindsTo") for value in found.get(key, []))
    for other in ("network", "time-sync", "remote-fs", "home"):
        assert other not in awaited
    module = found["ExecStart"][0].rpartition("-m ")[2]
    assert (module,) == PARTS[name]


def test_the_sign_of_a_certain_time_is_left_where_it_is_looked_for_and_nobody_waits_for_it() -> None:
    found = directives("clock")
    assert OWN_SIGN.parent == Path("/run") / found["RuntimeDirectory"][0]
    assert (found["RuntimeDirectoryPreserve"], found["Type"]) == (["yes"], ["exec"])
    assert found["ExecStart"] == ["/opt/mantelpiece/bin/python -m sync.clock"]
    others = [unit for unit in UNITS if unit.suffix == ".service" and unit.stem != "mantelpiece-clock"]
    assert not [unit.name for unit in others if "mantelpiece-clock" in unit.read_text()]


def test_nobody_but_the_page_may_wish_for_a_wifi() -> None:
    found = dict(line.split("=", 1) for line in lines(ROOM / "units" / "mantelpiece-wifi.socket") if line[:1].isalpha())
    assert found["ListenStream"] == str(SOCKET)
    assert SOCKET.parent == Path("/run"), "where nobody else could lay one"
    assert ([found["SocketGroup"]], found["SocketMode"]) == (directives("admin")["SupplementaryGroups"], "0660")
    assert "SocketUser" not in found
    assert "SupplementaryGroups" not in directives("sync"), "the same user's, and may not"
    assert found["TriggerLimitIntervalSec"] == "0", "a page that asks often never ends it for good"
    assert "User" not in directives("wifi@"), "NetworkManager takes it from root alone"
    assert directives("wifi@")["CapabilityBoundingSet"] == [""]


def test_the_picture_comes_first_and_the_chores_last() -> None:
    frame, admin, sync = (int(directives(name)["Nice"][0]) for name in ("frame", "admin", "sync"))
    assert frame < 0 < admin < sync
    frame, admin, sync = (int(directives(name)["CPUWeight"][0]) for name in ("frame", "admin", "sync"))
    assert frame > 100 > admin > sync
    assert directives("sync")["IOSchedulingClass"] == ["idle"]


def test_the_wall_can_reach_neither_network_nor_keys_nor_the_others_files() -> None:
    found = directives("frame")
    assert found["PrivateNetwork"] == ["yes"]
    assert found["RestrictAddressFamilies"] == ["AF_UNIX"]
    assert found["ReadWritePaths"] == ["/var/lib/mantelpiece/frame /run/mantelpiece"]
    assert found["InaccessiblePaths"] == ["-/var/lib/mantelpiece/private"]
    assert found["User"] != directives("sync")["User"]


def test_originals_may_lie_where_disks_are_mounted_and_nowhere_else() -> None:
    assert directives("sync")["ReadWritePaths"] == ["/var/lib/mantelpiece /run/mantelpiece", "-/srv -/mnt -/media"]
