"""What does the work of every kind of job, for the process of one job (`python -m sync job <id>`).

Each room is imported only when its handler is called: a job carries the memory of its own room alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from sync.jobs.kinds import KINDS
from sync.work import Handler, Result, Work


def handlers() -> Mapping[str, Handler]:
    return {kind: _lazy(*of.handler.split(":")) for kind, of in KINDS.items()}


def _lazy(module: str, name: str) -> Handler:
    def handle(work: Work, arguments: dict[str, Any]) -> Result:
        handler: Handler = getattr(import_module(module), name)
        return handler(work, arguments)

    return handle
