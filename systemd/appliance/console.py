"""What the boot partition tells the kernel, so that a framebuffer has 32 bit, a panel that sleeps is found again, and
no cursor blinks in a photo. `hinted` is pure; what was there before is kept beside it.
"""

from __future__ import annotations

from appliance.machine import Machine

CMDLINES = ("/boot/firmware/cmdline.txt", "/boot/cmdline.txt")
KEPT = ".before-mantelpiece"
HINTS = ("video=HDMI-A-1:1920x1080M-32@60D", "vt.global_cursor_default=0", "consoleblank=0", "cgroup_enable=memory")


def hinted(line: str) -> str:
    """The kernel's line with what is missing; what its owner chose for the same thing stays."""
    words = line.split()
    known = {word.partition("=")[0] for word in words if not word.startswith("cgroup_enable")}
    return " ".join([*words, *(hint for hint in HINTS if hint.partition("=")[0] not in known and hint not in words)])


def cmdline_of(machine: Machine) -> str:
    """Where the kernel's line lies here, or empty: it is no Pi."""
    return next((path for path in CMDLINES if machine.at(path).is_file() and not machine.at(path).is_symlink()), "")


def put_hints(machine: Machine) -> None:
    """Write them, after keeping what was there."""
    path = cmdline_of(machine)
    if not path:
        machine.say("leave the kernel's line alone: this is no Raspberry Pi")
        return
    before = machine.at(path).read_text()
    after = hinted(before) + "\n"
    if after.split() == before.split():
        return
    if not machine.at(path + KEPT).exists():
        machine.write(path + KEPT, before)
    machine.write(path, after)
    print("The kernel is told more after the next restart; what was there is kept as " + path + KEPT)
    machine.run("systemctl", "disable", "getty@tty1.service", may_fail=True)


def take_back(machine: Machine) -> None:
    path = cmdline_of(machine)
    if path and machine.at(path + KEPT).exists():
        machine.write(path, machine.at(path + KEPT).read_bytes())
        machine.remove(path + KEPT)
        machine.run("systemctl", "enable", "getty@tty1.service", may_fail=True)
