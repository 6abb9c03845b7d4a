"""Takes an installation away. Photos, settings and keys go only after a person's yes, and the users with them."""

from __future__ import annotations

from appliance import console, update
from appliance.layout import (
    CHOSEN,
    CLOCK,
    COMMAND,
    HOME,
    OUR_GROUPS,
    PROGRAM,
    RUNTIME,
    UNITS,
    VERSIONS,
    Wanted,
    chosen_before,
)
from appliance.machine import Machine

_PEOPLE = ("mantelpiece", "mantelpiece-frame")


def remove_all(machine: Machine, *, data: bool) -> None:
    """`data` is a yes that was given beforehand."""
    if machine.runs:
        machine.run("systemctl", "disable", "-q", "--now", "mantelpiece.target", "mantelpiece-provision.service",
                    may_fail=True)  # fmt: skip
        machine.run("systemctl", "stop", "mantelpiece-admin.socket", "mantelpiece-wifi.socket", "mantelpiece-sync",
                    "mantelpiece-frame", "mantelpiece-admin", "mantelpiece-clock", "mantelpiece-wifi@*.service",
                    "mantelpiece-card@*.service", may_fail=True)  # fmt: skip
    user = chosen.desktop_user if (chosen := chosen_before(machine.read(CHOSEN))) else ""
    update.stop_wall_of(machine, user)
    links = (f"{UNITS}/multi-user.target.wants/mantelpiece.target", f"{UNITS}/mantelpiece.target.wants")
    drop_ins = [f"{UNITS}/mantelpiece-{name}.d" for name in ("frame.service", "sync.service", "admin.socket")]
    for path in (*links, *drop_ins, *Wanted().files(), COMMAND, PROGRAM, VERSIONS, RUNTIME, CLOCK):
        machine.remove(path)
    console.take_back(machine)
    if machine.runs:
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "kill", "--signal=HUP", "systemd-logind", may_fail=True)
    if not machine.at(HOME).exists():
        _remove_people(machine)
    elif data or machine.ask(f"Delete {HOME} too, with all photos, settings and keys?"):
        machine.remove(HOME)
        _remove_people(machine)
    else:
        print(f"Photos, settings and keys stay in {HOME}; 'systemd/install --uninstall --data' deletes them.")


def _remove_people(machine: Machine) -> None:
    for name in _PEOPLE:
        if machine.knows("passwd", name):
            machine.run("userdel", name, may_fail=True)
    for group in OUR_GROUPS:
        if machine.knows("group", group):
            machine.run("groupdel", group, may_fail=True)
