"""From one version to the next: what could not be made again is copied first, the new one is asked whether it is well,
and the one before comes back by itself where it is not.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

from appliance.layout import HOME, PROGRAM, VERSIONS
from appliance.machine import Machine

HEALTH = "http://localhost/healthz"
PATIENCE_SECONDS = 90.0
_KEPT = f"{HOME}/private/before-update"
_PRECIOUS = ("private/library.db", "private/library.db-wal", "private/secrets.toml", "settings/settings.toml")
_TARGET = "mantelpiece.target"


def switch_to(machine: Machine, version: str, *, changed: bool, frame: bool) -> int:
    """Point to it and start. 0 when it works, 1 when the version before is back."""
    before = str(machine.at(PROGRAM).readlink()) if machine.at(PROGRAM).is_symlink() else ""
    if before == version and not changed:
        _start(machine, again=False)
        return 0
    if before and before != version:
        _stop(machine)
        keep_copy(machine)
    machine.link(PROGRAM, version)
    _start(machine, again=True)
    if not machine.runs or machine.dry or _is_well(frame=frame):
        _forget_old(machine, version, before)
        return 0
    if not before or before == version:
        print("It is installed, but not well yet: 'mantelpiece doctor' says what is wrong.")
        return 1
    print("The new version is not well. The one before comes back.")
    go_back(machine, before)
    return 1


def keep_copy(machine: Machine) -> None:
    """Of what a migration changes. Called while nothing runs."""
    _as_owner(machine, "rm", "-rf", _KEPT)
    for name in _PRECIOUS:
        if machine.at(f"{HOME}/{name}").is_file():
            _as_owner(machine, "install", "-D", "-p", "-m", "0600", f"{HOME}/{name}", f"{_KEPT}/{name}")


def go_back(machine: Machine, version: str) -> None:
    """The version before, with the library and settings as it left them."""
    _stop(machine)
    for name in _PRECIOUS:
        if machine.at(f"{_KEPT}/{name}").is_file():
            mode = "0640" if name.startswith("settings") else "0600"
            _as_owner(machine, "install", "-p", "-m", mode, f"{_KEPT}/{name}", f"{HOME}/{name}")
        elif name.endswith("-wal"):
            _as_owner(machine, "rm", "-f", f"{HOME}/{name}")
    machine.link(PROGRAM, version)
    _start(machine, again=True)


def _as_owner(machine: Machine, *words: str) -> None:
    """Never as root: a link that the service's user laid in its own folder would lead root anywhere."""
    machine.run(*words, user="mantelpiece")


def _start(machine: Machine, *, again: bool) -> None:
    if machine.prefix.parts != ("/",):
        machine.run("systemctl", "enable", _TARGET, "mantelpiece-provision.service", may_fail=True)
        return
    if machine.runs:
        machine.run("systemctl", "daemon-reload")
        machine.run("udevadm", "control", "--reload", may_fail=True)
        machine.run("systemctl", "enable", "-q", _TARGET, "mantelpiece-provision.service")
        machine.run("systemctl", "restart" if again else "start", _TARGET)


def _stop(machine: Machine) -> None:
    if machine.runs:
        machine.run("systemctl", "stop", _TARGET)


def _is_well(*, frame: bool) -> bool:
    """Whether page, service, data (and the wall) say so, within a minute and a half."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        told = _health()
        if told.get("page") and told.get("service") and told.get("data") and (told.get("wall") or not frame):
            return True
        time.sleep(1.0)
    return False


def _health() -> dict[str, bool]:
    try:
        with urllib.request.urlopen(HEALTH, timeout=5) as answer:
            return dict(json.loads(answer.read(4096)))
    except urllib.error.HTTPError as error:
        try:
            return dict(json.loads(error.read(4096)))
        except ValueError:
            return {}
    except (OSError, ValueError):
        return {}


def _forget_old(machine: Machine, version: str, before: str) -> None:
    """All versions but this one and the one before."""
    folder = machine.at(VERSIONS)
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = f"{VERSIONS}/{path.name}"
        if name not in (version, before):
            machine.remove(name)
