"""Has a service end and begin anew: the wall by its control socket, sync by its bell, the page itself by a signal.

Each ends cleanly with the exit code ANEW; systemd, or `mantelpiece run`, starts it again.
"""

from __future__ import annotations

import os
import signal
from threading import Timer

from admin.context import Context, ServiceAway
from sync.jobs.wake import BEGIN_ANEW as ANEW_RING
from sync.jobs.wake import ring

SERVICES = ("frame", "sync", "admin")
BEGIN_ANEW = signal.SIGUSR1
_ANSWER_SECONDS = 0.5
"""The page's own answer is sent first."""


def restart(context: Context, service: str) -> None:
    """Raises FrameNotRunning or ServiceAway for one that does not run."""
    if service == "frame":
        context.frame("restart")
    elif service == "sync":
        if not ring(context.home, ANEW_RING):
            raise ServiceAway("The sync service is not running.")
    else:
        Timer(_ANSWER_SECONDS, os.kill, (os.getpid(), BEGIN_ANEW)).start()
