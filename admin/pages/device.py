"""The device: versions, disk, memory, clock, addresses, what is wrong; the password; sign out everywhere."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import ServiceAway, context
from admin.language import text
from admin.network import page_addresses
from admin.pages.displays import DISPLAYS
from admin.pages.keys import Keys
from admin.pages.login import too_many
from admin.pages.tokens import TOKENS
from admin.restart import SERVICES, restart
from admin.security import gate, passwords
from admin.security.throttle import TooManyGuesses
from sync.errors import DiskError
from sync.library import objects, servers
from sync.settings.cautions import cautions

pages = Blueprint("device", __name__)


@pages.get("/more")
def more() -> str:
    return render_template("more.html")


@pages.get("/device")
def page() -> str:
    loaded = context().loaded()
    return render_template(
        "device.html", services=SERVICES, problems=loaded.problems, cautions=cautions(loaded.settings),
        pinned=sorted(loaded.pinned), **facts(),
    )  # fmt: skip


def facts() -> dict[str, Any]:
    """What is known of this machine and what runs on it."""
    here = context()
    used, known = 0, []
    try:
        with here.library() as library:
            used, known = objects.bytes_on_disk(library), servers.every(library)
    except (ServiceAway, DiskError):
        pass
    disk, settings = shutil.disk_usage(here.home.root), here.settings
    return {
        "ours": _version("mantelpiece"), "python": platform.python_version(), "system": _system(), "used": used,
        "disk": {"free": disk.free, "total": disk.total}, "budget": settings.mirror.budget_gb, "memory": _memory(),
        "heat": heat(), "servers": known, "trusted": here.clock.trusted(), "now": here.clock.now().isoformat(),
        "addresses": page_addresses(here.port, settings.admin.host), "wall": here.now(),
    }  # fmt: skip


@pages.post("/restart/<button>")
def begin_anew(button: str) -> Response:
    """Asked for once more before it is done."""
    if button not in SERVICES:
        abort(404)
    if request.form.get("sure") != "yes":
        return redirect(url_for("device.page", restart=button) + "#restart", 303)
    restart(context(), button)
    return redirect(url_for("device.page", begun=button), 303)


@pages.get("/password")
def password() -> str:
    return _password({}, renew=True)


@pages.post("/password")
def change_password() -> Response | str | tuple[str, int]:
    """A new password ends every session but this one. Keys that somebody else may know are renewed, and shown once:
    no redirect, for they must stand in no address."""
    here, renew = context(), bool(request.form.get("renew"))
    problems = _judge(request.form.get("old", ""), request.form.get("password", ""), request.form.get("again", ""))
    if problems:
        return _password(problems, renew=renew), 422
    here.set_password(request.form["password"])
    gate.sign_in()
    renewed = {keys.name: _renewed(keys) for keys in (TOKENS, DISPLAYS)} if renew else {}
    if any(renewed.values()):
        return render_template("password_changed.html", renewed=renewed)
    return redirect(url_for("device.more", saved=1), 303)


def _renewed(keys: Keys) -> dict[str, str]:
    return {name: keys.shown(secret) for name, secret in keys.of(context()).renew().items()}


def _password(problems: dict[str, str], *, renew: bool) -> str:
    keys = sum(len(kind.of(context()).every()) for kind in (TOKENS, DISPLAYS))
    return render_template(
        "password.html", problems=problems, shortest=passwords.SHORTEST, keys=keys, renew=renew
    )


@pages.post("/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    context().sessions.end_all()
    return redirect(url_for("login.page"), 303)


def _judge(old: str, new: str, again: str) -> dict[str, str]:
    here = context()
    if not passwords.SHORTEST <= len(new) <= passwords.LONGEST:
        return {"password": text("setup.password_short", shortest=passwords.SHORTEST)}
    if new != again:
        return {"again": text("setup.password_differs")}
    try:
        right = gate.guess(lambda: passwords.matches(old, here.password_hash()))
    except TooManyGuesses as error:
        return {"old": too_many(error)}
    return {} if right else {"old": text("login.wrong")}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return platform.system()


def _memory() -> dict[str, int]:
    """Total and free memory in bytes."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    told = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
    return {"total": told.get("MemTotal", 0), "free": told.get("MemAvailable", 0)}


def heat() -> dict[str, Any]:
    """Temperature in degrees Celsius, and whether the power supply was ever too weak; None where it cannot be told."""
    celsius, weak = None, None
    try:
        celsius = int(Path("/sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        pass
    for alarm in Path("/sys/class/hwmon").glob("hwmon*/in0_lcrit_alarm"):
        try:
            weak = alarm.read_text(encoding="ascii").strip() == "1"
        except OSError:
            pass
    return {"celsius": celsius, "weak": weak}
