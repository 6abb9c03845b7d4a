"""How far the wall's sandbox is open with each drop-in, by systemd's own measure: 0 is tight, 10 is open."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from appliance.layout import SOURCE, Wanted
from appliance.machine import Machine

POWER = {
    "ddc": "a monitor's own controls", "cec": "a television's remote line", "gpio": "buttons and motion on pins",
    "eink": "an e-ink panel on pins",
}  # fmt: skip
_UNIT = "mantelpiece-frame.service"


def tell(machine: Machine, wanted: Wanted) -> None:
    """One line for the wall as it is, one for each drop-in: whoever opens the sandbox sees by how much."""
    plain = score_of(machine, "")
    if not plain:
        return
    print(f"The wall's sandbox, by systemd-analyze security (0 is tight, 10 is open): {plain}")
    for name, what in POWER.items():
        there = "installed" if name in wanted.allow else f"not installed; --allow {name}"
        print(f"  with {name} ({what}): {score_of(machine, name)}, {there}")


def score_of(machine: Machine, drop_in: str) -> str:
    """Of the wall's unit with that drop-in, or with none; empty where systemd cannot tell."""
    room = SOURCE / "systemd"
    extra = (room / "drop-ins" / f"{drop_in}.conf").read_text() if drop_in else ""
    with tempfile.TemporaryDirectory() as folder:
        unit = Path(folder) / _UNIT
        unit.write_text((room / "units" / _UNIT).read_text().replace("[Install]", extra + "\n[Install]"))
        said = machine.hear("systemd-analyze", "security", "--offline=true", "--threshold=100", str(unit))
    found = re.search(r"Overall exposure level for .*: ([\d.]+)", said)
    return found[1] if found else ""
