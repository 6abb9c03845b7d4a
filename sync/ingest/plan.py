"""What the next run of an inbox would do, group by group, and an id that stands for exactly that. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from sync.counted import counted
from sync.ingest.archive import shows_again
from sync.ingest.file_albums import facts_of
from sync.ingest.group import Role
from sync.ingest.survey import Survey, Todo
from sync.ingest.templates import parse
from sync.settings.ingest import After, Way

MOST_ITEMS = 500


@dataclass
class Plan:
    """`items` are the first of them, in the form that every chore's preview has."""

    id: str
    counts: Counter[str] = field(default_factory=Counter)
    items: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0


def plan_of(found: Survey) -> Plan:
    """What a run would do with what lies there."""
    # When it runs says nothing of what it does: a first yes ends the rest of a new inbox.
    state = sha256(repr(msgspec.structs.replace(found.inbox, paused=False, interval_minutes=1)).encode())
    plan = Plan("")
    for todo in found.todo:
        item = _item(found, todo)
        state.update(f"{todo.group.key}\0{todo.row.members}\0{todo.sidecars}\0{item['do']}\n".encode())
        if item["do"] == "nothing":
            continue
        plan.counts[item["do"]] += 1
        if len(plan.items) < MOST_ITEMS:
            plan.items.append(item)
        else:
            plan.more += 1
    plan.id = state.hexdigest()[:12]
    return plan


def _item(found: Survey, todo: Todo) -> dict[str, Any]:
    fields = _fields(found, todo)
    asset = todo.assets.get(todo.group.key) or None
    if todo.renewed:
        told = [one for one in fields if one["name"] in ("favourite", "visibility")]
        liked = any(one["name"] == "favourite" for one in told)
        do = ("favourite" if todo.favourite else "unfavourite") if liked else "update"
        return {"what": todo.group.key, "asset": asset, "do": do, "fields": told, "why": "its sidecar changed"}
    do = "register" if found.inbox.way is Way.LIBRARY else "upload"
    if todo.complete:
        do = "file"
    return {"what": todo.group.key, "asset": asset, "do": do, "fields": fields, "why": _why(todo)}


def _why(todo: Todo) -> str:
    if todo.row.problem:
        return f"taken up again: {todo.row.problem}"
    count = len(todo.group.members)
    told = sorted({member.because for member in todo.group.members if member.because})
    together = "1 file" if count == 1 else "{number} files that belong together ({because})"
    files = counted(together, number=count, because=", ".join(told))
    return f"{'new' if todo.fresh else 'changed'}: {files}"


def _fields(found: Survey, todo: Todo) -> list[dict[str, str]]:
    inbox, paths = found.inbox, [member.found.path for member in todo.group.members]
    told: list[tuple[str, str, str]] = []
    if not todo.complete:
        told.append(("files", "", ", ".join(paths)))
    stacked = [member.found.path for size in inbox.stack for member in todo.group.of(Role(size.value))]
    if len(stacked) > 1 and "stack" not in todo.row.steps.split():
        told.append(("stack", "", ", ".join(stacked)))
    if todo.group.live is not None and len(paths) > 1 and "live" not in todo.row.steps.split():
        told.append(("live", "", todo.group.live.found.path))
    if todo.favourite is not None and (todo.favourite != todo.row.favourite or (todo.forced and todo.favourite)):
        told.append(("favourite", "yes" if todo.row.favourite else "no", "yes" if todo.favourite else "no"))
    if todo.hidden and "archive" not in todo.row.steps.split():
        told.append(("visibility", "timeline", "archive"))
    if shows_again(todo):
        told.append(("visibility", "archive", "timeline"))
    if "albums" not in todo.row.steps.split():
        names = [name for text in inbox.albums if (name := parse(text).name(facts_of(found.source, todo)))]
        if names:
            told.append(("albums", "", ", ".join(dict.fromkeys(names))))
    if inbox.way is Way.UPLOAD and inbox.after is not After.KEEP:
        told.append(("file", "kept", "moved" if inbox.after is After.MOVE else "deleted"))
    return [{"name": name, "old": old, "new": new} for name, old, new in told]
