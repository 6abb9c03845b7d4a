"""From one version to the next: what could not be made again is copied first, the new one is asked whether it is well,
and the one before comes back by itself where it is not, or where something came between.

What it needs to go back lies in `trying` until the new version was found well: also after a power cut the next run
knows which version worked, with which units, and that its copy of the library is not to be overwritten.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass

from appliance.layout import CHOSEN, HOME, PROGRAM, RUNTIME, VERSIONS, chosen_before
from appliance.machine import Machine, Refused

PATIENCE_SECONDS = 180.0
_KEPT = f"{HOME}/private/before-update"
_SECRETS = "private/secrets.toml"
_PRECIOUS = ("private/library.db", "private/library.db-wal", _SECRETS, "settings/settings.toml")
_TARGET = "mantelpiece.target"
_TRYING = f"{VERSIONS}/trying"


@dataclass(frozen=True)
class Before:
    """What worked."""

    version: str
    """Its folder; empty: nothing was installed."""
    files: dict[str, str | None]
    """Units and the rest of /etc as they were; None: not there."""


def switch_to(machine: Machine, version: str, files: dict[str, str | None], *, frame: bool, port: int) -> int:
    """Use this version with these files of /etc (None: not to be there), and start it. 0 when it works, 1 when what was
    before is back. Raises what it was interrupted by, after that."""
    unproved = _unproved(machine)
    here = Before(_linked(machine), {path: machine.read(path) for path in files})
    if unproved is None and here == Before(version, files):
        _start(machine, again=False)
        return 0
    before = unproved or here
    try:
        _stop(machine)
        if unproved is None and before.version:
            keep_copy(machine)
        machine.settle()
        machine.write(_TRYING, json.dumps(asdict(before)), 0o600)
        machine.settle()
        _put(machine, files)
        machine.link(PROGRAM, version)
        _start(machine, again=True)
        well = not machine.runs or machine.dry or _is_well(frame=frame, port=port)
    except (Refused, OSError, KeyboardInterrupt):
        print("The update was interrupted.")
        go_back(machine, before)
        raise
    if well:
        _found_well(machine, version, before.version)
        return 0
    if not before.version:
        print("It is installed, but not well yet: 'mantelpiece doctor' says what is wrong.")
        machine.remove(_TRYING)
        return 1
    print("The new version is not well.")
    go_back(machine, before)
    if version != before.version:
        machine.remove(version)
    return 1


def keep_copy(machine: Machine) -> None:
    """Of what a migration changes. Called while nothing runs."""
    _as_owner(machine, "rm", "-rf", _KEPT)
    for name in _PRECIOUS:
        if machine.at(f"{HOME}/{name}").is_file():
            _as_owner(machine, "install", "-D", "-p", "-m", "0600", f"{HOME}/{name}", f"{_KEPT}/{name}")


def go_back(machine: Machine, before: Before) -> None:
    """The version before, its units, and the library and settings as it left them; nothing where there was none."""
    if not before.version:
        return
    print("The one before comes back.")
    _stop(machine)
    if machine.at(_TRYING).exists():
        _copy_back(machine)
    _put(machine, before.files)
    machine.link(PROGRAM, before.version)
    _start(machine, again=True)
    machine.settle()
    machine.remove(_TRYING)


def _put(machine: Machine, files: dict[str, str | None]) -> None:
    wall = _wall(machine)
    for path, content in files.items():
        if content is None:
            machine.remove(path)
        else:
            machine.write(path, content)
    if wall != _wall(machine):
        stop_wall_of(machine, wall)
        # What one user's wall left there, another's could neither use nor remove.
        machine.remove(RUNTIME)


def _wall(machine: Machine) -> str:
    """Whose the wall is, as this machine is installed; empty: it has none."""
    chosen = chosen_before(machine.read(CHOSEN))
    return (chosen.desktop_user or "mantelpiece-frame") if chosen and chosen.frame else ""


def stop_wall_of(machine: Machine, user: str) -> None:
    """Where that is a person who is logged in here, their window goes."""
    _session(machine, user, "stop", "mantelpiece-frame.service")


def _session(machine: Machine, user: str, *words: str) -> None:
    """Tell a person's own service manager, where it runs."""
    place = f"/run/user/{machine.number(user)}"
    if machine.runs and machine.at(f"{place}/systemd").is_dir():
        machine.run("env", f"XDG_RUNTIME_DIR={place}", "systemctl", "--user", *words, user=user, may_fail=True)


def _copy_back(machine: Machine) -> None:
    """Only once the copy is known to be whole."""
    for name in _PRECIOUS:
        if machine.at(f"{_KEPT}/{name}").is_file():
            mode = "0640" if name.startswith("settings") else "0600"
            _as_owner(machine, "install", "-p", "-m", mode, f"{_KEPT}/{name}", f"{HOME}/{name}")
        elif name.endswith("-wal"):
            _as_owner(machine, "rm", "-f", f"{HOME}/{name}")


def _found_well(machine: Machine, version: str, before: str) -> None:
    """Nothing goes back any more: keys that are changed from now on must not live on in the copy."""
    if machine.at(f"{_KEPT}/{_SECRETS}").exists():
        _as_owner(machine, "rm", "-f", f"{_KEPT}/{_SECRETS}")
    machine.settle()
    machine.remove(_TRYING)
    folder = machine.at(VERSIONS)
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir() and f"{VERSIONS}/{path.name}" not in (version, before):
            machine.remove(f"{VERSIONS}/{path.name}")


def _linked(machine: Machine) -> str:
    return str(machine.at(PROGRAM).readlink()) if machine.at(PROGRAM).is_symlink() else ""


def _unproved(machine: Machine) -> Before | None:
    """What an update that never came to its end began from."""
    told = machine.read(_TRYING)
    try:
        return Before(**json.loads(told)) if told else None
    except (ValueError, TypeError):
        return None


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
        machine.run("systemctl", "kill", "--signal=HUP", "systemd-logind", may_fail=True)
        machine.run("systemd-tmpfiles", "--create", "/etc/tmpfiles.d/mantelpiece.conf", may_fail=True)
        machine.run("systemctl", "enable", "-q", _TARGET, "mantelpiece-provision.service")
        machine.run("systemctl", "restart" if again else "start", _TARGET)
        if again:
            # A window of the version before would go on with files that are removed some day.
            _session(machine, _wall(machine), "daemon-reload")
            _session(machine, _wall(machine), "try-restart", "mantelpiece-frame.service")


def _stop(machine: Machine) -> None:
    if machine.runs:
        machine.run("systemctl", "stop", _TARGET, may_fail=True)


def _is_well(*, frame: bool, port: int) -> bool:
    """Whether page, service, data (and the wall) say so, within three minutes: a small board is slow."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        told = _health(port)
        if told.get("page") and told.get("service") and told.get("data") and (told.get("wall") or not frame):
            return True
        time.sleep(1.0)
    return False


def _health(port: int) -> dict[str, bool]:
    # A proxy that root's shell names is for the internet: it knows nothing of this machine.
    asking = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with asking.open(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return dict(json.loads(answer.read(4096)))
    except urllib.error.HTTPError as error:
        try:
            return dict(json.loads(error.read(4096)))
        except ValueError:
            return {}
    except (OSError, ValueError):
        return {}
