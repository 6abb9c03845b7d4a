"""A Debian root in a folder, and a real systemd in it: namespaces of its own, no network but its own loopback.

Wheels are fetched once; whatever is installed afterwards takes them from a folder, so that the booted machine needs no
network. Needs root, debootstrap, systemd-nspawn and a package mirror.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
PACKAGES = "systemd,systemd-sysv,dbus,libpam-systemd,python3,python3-venv,ca-certificates,procps,xvfb"
WHEELS = "/var/wheels"
_PATIENCE_SECONDS = 300.0
_OURS = ("PIP_", "VIRTUAL_ENV", "MANTELPIECE_")
_OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS}
_HEALTH = "import urllib.request as u; print(u.urlopen('http://127.0.0.1/healthz', timeout=9).read().decode())"


def environ() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}


def run(*words: str | Path, **more: str) -> str:
    """What it said. An AssertionError with its end where it fails."""
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env=environ() | more, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def make_root(folder: Path, suite: str) -> Path:
    """A Debian of that name, without mantelpiece, with the wheels of whatever it needs."""
    root = folder / suite
    run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, root)
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    shutil.copy(certificates, root / certificates.relative_to("/"))
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    run("chroot", root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "network-manager", "polkitd",
        "wlr-randr", DEBIAN_FRONTEND="noninteractive")  # fmt: skip
    copy_sources(root / "root/mantelpiece")
    run("chroot", root, "python3", "-m", "venv", "/var/fetching")
    pip = ("chroot", root, "/var/fetching/bin/pip", "wheel", "-q", "-w", WHEELS)
    run(*pip, "/root/mantelpiece[mqtt]", "setuptools>=68", "wheel")
    for path in (root / WHEELS.lstrip("/")).glob("mantelpiece*"):
        path.unlink()
    return root


def copy_sources(folder: Path) -> None:
    """What a clone has, as far as it is installed."""
    for name in ("sync", "frame", "admin", "systemd"):
        shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(TOP / name, folder / name)


def install_into(root: Path, *words: str) -> str:
    return run(root / "root/mantelpiece/systemd/install", "--prefix", root, *words, **_OFFLINE)


@dataclass(frozen=True)
class Booted:
    """One running machine."""

    root: Path
    leader: int
    """The process id of its systemd."""

    def command(self, *words: str) -> list[str]:
        return ["nsenter", "-t", str(self.leader), "-a", *words]

    def run(self, *words: str) -> str:
        return run(*self.command(*words), **_OFFLINE)

    def says(self, *words: str) -> tuple[int, str]:
        """Exit code and all that it said."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, check=False,
                              env=environ() | _OFFLINE, stdin=subprocess.DEVNULL)  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def show(self, unit: str, what: str) -> str:
        return self.run("systemctl", "show", "--value", "-p", what, unit).strip()

    def health(self) -> dict[str, bool]:
        code, said = self.says("python3", "-c", _HEALTH)
        return dict(json.loads(said)) if code == 0 else {}

    def until(self, condition: Callable[[], object], seconds: float = _PATIENCE_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.says("journalctl", "--no-pager", "-n", "60")[1]
            time.sleep(0.3)


@contextmanager
def booted(root: Path) -> Iterator[Booted]:
    """Its systemd, until it has reached what the machine starts into."""
    command = ["systemd-nspawn", "-D", root, "--register=no", "--keep-unit", "--private-network", "--boot",
               "--console=pipe", "systemd.unit=multi-user.target"]  # fmt: skip
    outside = environ() | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=outside)
    try:
        machine = Booted(root, _leader(process))
        machine.until(lambda: machine.says("systemctl", "is-active", "multi-user.target")[0] == 0)
        yield machine
    finally:
        process.terminate()  # its systemd is told to power off
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _leader(process: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "systemd-nspawn ended"
        found = children.read_text().split()
        if found and b"systemd" in Path(f"/proc/{found[-1]}/cmdline").read_bytes().split(b"\0")[0]:
            return int(found[-1])
        time.sleep(0.1)
    raise AssertionError("no systemd was started")
