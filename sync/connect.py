"""Opens a server of the settings for a job: its address, its key, how many may ask at once, and when to stop.

Called by every room that speaks to Immich; what is only being tried is opened by inquiries.py.
"""

from __future__ import annotations

from sync import secrets
from sync.immich.server import Immich
from sync.secrets import LinkSecrets
from sync.work import Work


def open_server(work: Work, name: str, *, link: LinkSecrets | None = None) -> Immich:
    """The server of that name, by a shared link where one is given; no request yet. Raises UsageError."""
    return Immich(
        name,
        work.settings.need_server(name),
        secrets.of_server(work.home.secrets, name),
        locks=work.home.locks,
        clock=work.clock,
        link=link,
        cancelled=work.cancelled,
    )
