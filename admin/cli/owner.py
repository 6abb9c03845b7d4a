"""Root on a service installation works as the service's user, so that no file there ever belongs to root."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from sync.home import SERVICE_HOME, Home


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
