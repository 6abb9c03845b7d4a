"""Whose the data are. Root on a service installation works as the service's user, so that no file there ever belongs
to root; anybody else is told whose they are and what to type instead."""

from __future__ import annotations

import os
import pwd
import shlex
from pathlib import Path

from sync.home import SERVICE_HOME, Home

CONTAINER_HOME = Path("/data")
"""As the Containerfile says."""


def become_owner(home: Home, *, service_home: Path = SERVICE_HOME) -> Home:
    """Give up root for the owner of the home, for good; does nothing elsewhere, or for anybody else.

    The folder itself says whose it is: what lies in it is the service's, which could lay a link to a file of root's.
    """
    if os.getuid() != 0 or home.root != service_home:
        return home
    try:
        owner = home.root.stat().st_uid
    except OSError:
        return home
    if owner == 0:
        return home
    account = pwd.getpwuid(owner)
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(owner)
    os.environ["HOME"] = account.pw_dir
    return home


def not_yours(
    error: PermissionError, home: Home, *, service_home: Path = SERVICE_HOME, container_home: Path = CONTAINER_HOME
) -> tuple[str, str]:
    """What was refused, in a sentence, and what to do about it."""
    named = isinstance(error.filename, str | bytes)  # of what is open already there is a number, or nothing
    place = Path(os.fsdecode(error.filename if named else ""))
    try:
        owner = home.root.stat().st_uid
    except OSError:
        owner = os.getuid()
    inside = place.is_relative_to(home.root) or place.is_relative_to(home.runtime)
    if not inside or owner == os.getuid():
        what = f"{place}: permission denied." if named else "Permission denied."
        return what, "Check whose it is, and who may open it (ls -l)."
    sentence = f"The data in {home.root} belong to {_account(owner)}, and you are {_account(os.getuid())}."
    if home.root == service_home:
        return sentence, "Put sudo before it: sudo mantelpiece …"
    if home.root == container_home:
        return sentence, (f"On the machine outside: 'chown -R {os.getuid()} FOLDER' for the folder that is mounted "
                          "here, or run the container with --user, as whose it is.")  # fmt: skip
    again = f"sudo -u {_account(owner)} env MANTELPIECE_HOME={shlex.quote(str(home.root))} mantelpiece …"
    return sentence, f"Try '{again}', or set MANTELPIECE_HOME to a folder of yours."


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"
