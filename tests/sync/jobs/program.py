"""`python -m sync` with handlers that fail in every way: `serve`, or `job <id>`. Started by the tests of sync/jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

from sync import daemon
from sync.clock import SystemClock
from sync.errors import Unreachable
from sync.home import find
from sync.jobs import child
from sync.work import Result, Work

PROGRAM = (sys.executable, __file__)


def behave(work: Work, arguments: dict[str, Any]) -> Result:
    """Does what the first album, or `do`, says."""
    what = arguments.get("do") or (arguments.get("albums") or ["ok"])[0]
    work.report({"doing": f"Being {what}", "done": 1, "of": 2})
    match what.split()[0]:
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "once":
            mark = work.home.root / "was-here"
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case "defect":
            raise ValueError(what)
        case "unreachable":
            raise Unreachable(f"No answer at http://x/?key={what}.", host="x")
        case "slow":
            while True:
                work.check()
                time.sleep(0.01)
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            grandchild = subprocess.Popen(["sleep", "600"])
            (work.home.root / "deaf").write_text(f"{os.getpid()} {grandchild.pid}")
            while True:
                time.sleep(1)
        case "garbage":
            work.library.db.close()
            for suffix in ("-wal", "-shm"):
                work.library.path.with_name(work.library.path.name + suffix).unlink(missing_ok=True)
            work.library.path.write_bytes(os.urandom(65536))
            os.kill(os.getpid(), signal.SIGKILL)
        case "large":
            return Result({"text": "x" * 100_000}, "Large.")
    return Result({"albums": {}, "asked": work.asked, "whole": work.settings_whole}, f"{what} is done.")


HANDLERS = dict.fromkeys(("sync", "scrub", "preview", "held"), behave)

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            sys.exit(daemon.run(find(), clock=SystemClock(), program=PROGRAM, retry_seconds=0.05))
        case ["job", number]:
            sys.exit(child.run(find(), int(number), HANDLERS, clock=SystemClock()))
