"""Brings an installation up: packages, users, a version of the program, units, the data folder; twice does nothing.

A version is a virtual environment of its own below /opt/mantelpiece-versions, named by what it was made of;
/opt/mantelpiece points to the one in use. So an update is a link, and going back is another.
"""

from __future__ import annotations

import re
import shutil
import socket
import sys
from hashlib import sha256
from pathlib import Path

from appliance import console, exposure, update
from appliance.layout import (
    CHOSEN,
    COMMAND,
    HOME,
    OUR_GROUPS,
    PROGRAM,
    SHARED,
    SOURCE,
    UNITS,
    VERSIONS,
    Wanted,
    chosen_before,
)
from appliance.machine import Machine, Refused

_ROOMS = ("sync", "frame", "admin")
_SOURCE_FILES = ("pyproject.toml", "README.md", "LICENSE")
OLDEST_MINOR = 11
"""Of Python 3."""
ROOM_BYTES = 300 << 20
"""A version and what pip unpacks beside it; less than the mirror leaves free."""


def bring_up(machine: Machine, wanted: Wanted, *, console: bool) -> int:
    """Install or update. 0 when the services work (or there is no systemd to ask), 1 when they went back."""
    _refuse_unsuitable(machine)
    _refuse_taken(machine, wanted.port)
    _packages(machine, wanted)
    _people(machine, wanted)
    version = _version(machine, wanted)
    if wanted.frame and not wanted.desktop_user:
        exposure.tell(machine, wanted)
    _data(machine, wanted)
    machine.link(COMMAND, f"{PROGRAM}/bin/mantelpiece")
    _hints(machine, wanted, asked=console)
    files = wanted.files(_drop_ins(machine))
    wall = wanted.frame and not wanted.desktop_user
    code = update.switch_to(machine, version, files, frame=wall, port=wanted.port)
    if code == 0 and machine.runs and not machine.dry:
        _say_where(machine, wanted)
    return code


def has_desktop(machine: Machine) -> bool:
    """Whether people log in to a desktop here: one is installed, and the machine starts into it."""
    target = machine.at(f"{UNITS}/default.target")
    starts_plainly = target.is_symlink() and target.readlink().name == "multi-user.target"
    return machine.at(f"{UNITS}/display-manager.service").is_symlink() and not starts_plainly


def _say_where(machine: Machine, wanted: Wanted) -> None:
    """What to do next, for somebody who has not read on."""
    code = f"from admin.network import page_addresses; print(*page_addresses({wanted.port}), sep=' or ')"
    where = machine.hear(f"{PROGRAM}/bin/python", "-c", code).strip()
    how = "The wall shows the code to begin with" if wanted.frame else "'sudo mantelpiece password' sets its password"
    print(f"mantelpiece runs. On a phone open {where or 'the address of this machine'}\n{how}.")


def version_of(wanted: Wanted, python: str) -> str:
    """A name for what the program is made of: the same sources, extras and Python, the same name."""
    digest = sha256(" ".join((python, *sorted(wanted.extras))).encode())
    for path in (*source_files(), *(SOURCE / "systemd" / name for name in SHARED)):
        digest.update(str(path.relative_to(SOURCE)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def source_files() -> list[Path]:
    """What is installed, and nothing that merely lies there."""
    found = [SOURCE / name for name in _SOURCE_FILES]
    for room in _ROOMS:
        found += [path for path in (SOURCE / room).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted(found)


def _refuse_unsuitable(machine: Machine) -> None:
    text = machine.read("/etc/os-release") or ""
    if not machine.at("/usr/bin/apt-get").exists() or "debian" not in text:
        raise Refused("This is neither Debian nor Raspberry Pi OS; the README says how to run it without services.")
    python = re.fullmatch(r"python3\.(\d+)", _python(machine))
    if python and int(python[1]) < OLDEST_MINOR:
        raise Refused(f"mantelpiece needs Python 3.{OLDEST_MINOR}, and this system has 3.{python[1]}: put Raspberry Pi "
                      "OS Bookworm or Trixie on the card (or take Debian 12 or 13).")  # fmt: skip


def _refuse_taken(machine: Machine, port: int) -> None:
    """Where originals lie there is often another page on port 80; ours would never come up beside it."""
    before = chosen_before(machine.read(CHOSEN))
    active = machine.hear("systemctl", "is-active", "mantelpiece-admin.socket").strip() == "active"
    if not machine.runs or (active and before and before.port == port):
        return
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Refused(f"Port {port} is taken by another program of this machine, a web server for one; choose "
                          "another for the phone page, such as --port 8080.")  # fmt: skip


def _python(machine: Machine) -> str:
    """The name of that machine's Python, such as python3.11; empty where it cannot be told."""
    python = machine.at("/usr/bin/python3")
    return python.readlink().name if python.is_symlink() else ""


def _packages(machine: Machine, wanted: Wanted) -> None:
    status = machine.at("/var/lib/dpkg/status")
    known = status.read_text(errors="replace") if status.exists() else ""
    installed = {part.split("\n", 1)[0] for part in known.split("Package: ")[1:] if "ok installed" in part[:400]}
    missing = [name for name in wanted.packages() if name not in installed]
    if missing:
        # A fresh system updates itself at the same time, and a run that was cut off left packages half set up.
        wait = ("-qq", "-o", "DPkg::Lock::Timeout=600")
        machine.run("dpkg", "--configure", "-a", may_fail=True)
        machine.run("apt-get", "update", *wait, may_fail=True)
        machine.run("apt-get", "install", "-y", *wait, "--no-install-recommends", *missing)


def _people(machine: Machine, wanted: Wanted) -> None:
    """One group; one user for what is kept, one for what is seen."""
    # A unit that names a group which is not there never starts; Debian has neither i2c nor gpio, a small one no render.
    for group in (*OUR_GROUPS, *(wanted.groups() if wanted.frame else ())):
        if not machine.knows("group", group):
            machine.run("groupadd", "--system", group)
    for name in ("mantelpiece", "mantelpiece-frame") if wanted.frame else ("mantelpiece",):
        if not machine.knows("passwd", name):
            machine.run("useradd", "--system", "--gid", "mantelpiece", "--home-dir", HOME, "--no-create-home",
                        "--shell", "/usr/sbin/nologin", name)  # fmt: skip
    if wanted.desktop_user and not machine.belongs(wanted.desktop_user, "mantelpiece"):
        machine.run("usermod", "-aG", "mantelpiece", wanted.desktop_user)
        print(f"The wall begins when {wanted.desktop_user} logs in the next time.")


def _version(machine: Machine, wanted: Wanted) -> str:
    """Make the virtual environment of this version, unless it is there whole."""
    # An upgrade of the system brings another Python, with which the environment of the one before does not run.
    folder = f"{VERSIONS}/{version_of(wanted, _python(machine))}"
    if machine.at(f"{folder}/complete").exists():
        return folder
    print("A version of the program is made; on a small computer that takes some minutes.", flush=True)
    machine.remove(folder)
    free = shutil.disk_usage(machine.prefix).free
    if free < ROOM_BYTES:
        raise Refused(f"{free >> 20} MB are free, and a version needs {ROOM_BYTES >> 20} while it is made; remove "
                      "something ('sudo apt clean' removes downloaded packages), and install again.")  # fmt: skip
    try:
        _make_version(machine, wanted, folder)
    except (Refused, OSError, KeyboardInterrupt):
        machine.remove(folder)  # half a version is of use to nobody, least of all on a disk that is full
        raise
    return folder


def _make_version(machine: Machine, wanted: Wanted, folder: str) -> None:
    for path in source_files():
        if not machine.dry:
            target = machine.at(f"{folder}/source/{path.relative_to(SOURCE)}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    machine.run("python3", "-m", "venv", folder)
    extras = f"[{','.join(wanted.extras)}]" if wanted.extras else ""
    machine.run(f"{folder}/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-cache-dir",
                f"{folder}/source{extras}")  # fmt: skip
    machine.run(f"{folder}/bin/python", "-m", "compileall", "-q", folder, may_fail=True)
    for name in SHARED:
        machine.write(f"{folder}/share/{name}", (SOURCE / "systemd" / name).read_bytes(), 0o755)
    machine.remove(f"{folder}/source")
    machine.settle()
    machine.write(f"{folder}/complete", "")


def _drop_ins(machine: Machine) -> list[str]:
    """Of ours, that are installed; what the owner put beside them stays."""
    patterns = [f"mantelpiece-frame.service.d/{name}.conf" for name in exposure.POWER]
    found = [path for name in (*patterns, "mantelpiece-sync.service.d/root-*.conf",
                               "mantelpiece-admin.socket.d/port.conf")
             for path in machine.at(UNITS).glob(name)]  # fmt: skip
    return [f"{UNITS}/{path.relative_to(machine.at(UNITS))}" for path in sorted(found)]


def _data(machine: Machine, wanted: Wanted) -> None:
    """The data folder, made by its owner; the wall's part of it belongs to the wall, also when that is another now."""
    if not machine.at(HOME).is_dir():
        machine.run("install", "-d", "-m", "0755", "-o", "mantelpiece", "-g", "mantelpiece", HOME)
    elif not machine.dry and machine.at(HOME).stat().st_uid != machine.number("mantelpiece"):
        # A disk that was mounted there beforehand is root's; one from another machine has that one's numbers.
        machine.run("chown", "-R", "-h", "mantelpiece:mantelpiece", f"{HOME}/")
    if not wanted.frame:
        return
    owner, frame = wanted.desktop_user or "mantelpiece-frame", f"{HOME}/frame"
    for folder in ("frame", "frame/intents"):
        there = machine.at(f"{HOME}/{folder}")
        # Only by the name of the whole: on the way to what lies in it, a link of a service's could lead elsewhere.
        if there.is_dir() and not machine.dry and there.lstat().st_uid != machine.number(owner):
            machine.run("chown", "-R", "-h", owner, frame)
        machine.make_folder(HOME, folder, owner=owner, mode=0o2770)


def _hints(machine: Machine, wanted: Wanted, *, asked: bool) -> None:
    if not wanted.frame or wanted.desktop_user or not console.cmdline_of(machine):
        return
    question = "Tell the kernel about the panel (32 bit, always on, no cursor)? What was there is kept."
    if asked or machine.ask(question):
        try:
            console.put_hints(machine)
        except OSError as error:
            print(f"The kernel is told nothing ({error}); the rest goes on.", file=sys.stderr)
