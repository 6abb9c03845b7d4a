"""Which folders can be originals or inboxes: refused at set-up, rather than found out at night.

None of our own; on a service installation none that its sandbox keeps closed (at a desk the person's own rights
decide). Called by settings/edit.py, and by ingest for what somebody wrote into the settings by hand.
"""

from __future__ import annotations

from pathlib import Path

from sync.errors import UsageError
from sync.home import SERVICE_HOME, Home

OPEN = ("/srv", "/mnt", "/media")
"""As in mantelpiece-sync.service."""
DROP_INS = Path("/etc/systemd/system/mantelpiece-sync.service.d")


def refuse_closed(home: Home, folder: Path, *, drop_ins: Path = DROP_INS, service_home: Path = SERVICE_HOME) -> None:
    """Raises UsageError, with what opens it, for a folder that the service may only read."""
    if home.root != service_home:
        return
    wanted = Path(folder).resolve()
    if not any(wanted.is_relative_to(place) for place in (*OPEN, *_opened(drop_ins))):
        raise UsageError(
            f"The service may not write into {folder}: it is neither below {', '.join(OPEN[:-1])} nor {OPEN[-1]}.",
            advice=f"Open it with 'sudo systemd/install --root {wanted}', then try again.",
        )


def refuse_own(home: Home, folder: Path) -> None:
    """Raises UsageError for a folder that is mantelpiece's own, or holds it: what lies there is nobody's original."""
    wanted, own = Path(folder).resolve(), home.root.resolve()
    if wanted.is_relative_to(own) or own.is_relative_to(wanted):
        raise UsageError(
            f"{folder} and mantelpiece's own folder, {home.root}, lie in one another.",
            advice="Choose a folder beside it: what is kept there would be taken for new photos, or changed.",
        )


def _opened(drop_ins: Path) -> list[str]:
    """What drop-ins name."""
    found: list[str] = []
    for file in sorted(drop_ins.glob("*.conf")):
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        values = [line.partition("=")[2] for line in lines if line.startswith("ReadWritePaths=")]
        found += [path.lstrip("-+") for value in values for path in value.split()]
    return found
