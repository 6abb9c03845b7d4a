"""What does the work of every kind of job, for the process of one job (`python -m sync job <id>`).

Each room is imported only when its handler is called: a job carries the memory of its own room alone. Here, and nowhere
else, the mirror is handed what lists by a rule: the two rooms do not know each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from sync.jobs.kinds import KINDS
from sync.work import Handler, Result, Work


def handlers() -> Mapping[str, Handler]:
    return {kind: _lazy(*of.handler.split(":")) for kind, of in KINDS.items()}


def _lazy(module: str, name: str) -> Handler:
    def handle(work: Work, arguments: dict[str, Any]) -> Result:
        handler: Handler = getattr(import_module(module), name)
        return handler(replace(work, list_by_rule=list_by_rule), arguments)

    return handle


def list_by_rule(*given: Any, **named: Any) -> Any:
    """sync.smart.source.list_by_rule, imported when it is called."""
    return import_module("sync.smart.source").list_by_rule(*given, **named)
