"""The job `smart-apply`: brings smart albums up to date. One album's trouble never stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from sync.connect import open_server
from sync.counted import counted
from sync.errors import MantelpieceError, ServerError, UsageError
from sync.library import servers
from sync.library import smart as rows
from sync.library.servers import ServerRow
from sync.library.smart import SmartRow
from sync.settings.tree import Smart, chosen_of
from sync.smart.apply import apply
from sync.smart.look import Looked, look
from sync.work import Result, Work, most_serious

Told = dict[str, Any]


def keep(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"albums": [names] | None, "plan": id | None}`; a plan is that of exactly one album. Facts: {"albums": {name:
    {added, removed, held, total, refused, created, run, listed, problems}}}; `listed` is why its photos were listed,
    empty where it was proved without that there was nothing to do. Raises UsageError, Cancelled, DiskError."""
    chosen = chosen_of(work.settings.smart, arguments.get("albums"), work.settings.need_smart)
    confirmed = arguments.get("plan") or None
    if confirmed and len(chosen) != 1:
        raise UsageError("A plan is applied to one smart album; name it.")
    told: dict[str, Told] = {}
    codes: list[int] = []
    for server in dict.fromkeys(smart.server for smart in chosen):
        mine = [smart for smart in chosen if smart.server == server]
        work.report({"doing": "Listing photos", "album": ", ".join(smart.name for smart in mine)[:200]})
        for smart, facts, code in _of_server(work, server, mine, confirmed):
            told[smart.name] = facts
            codes.append(code)
    problems = [f"{name}: {text}" for name, facts in told.items() for text in facts["problems"]]
    added, removed = (sum(facts[key] for facts in told.values()) for key in ("added", "removed"))
    sentence = "{added} added, {removed} taken out in {number} smart {number:album|albums}."
    sentence = counted(sentence, added=added, removed=removed, number=len(told))
    return Result({"albums": told}, sentence, exit_code=most_serious(codes), problems=problems)


def _of_server(
    work: Work, server: str, chosen: list[Smart], confirmed: str | None
) -> Iterator[tuple[Smart, Told, int]]:
    active: list[Smart] = []
    for smart in chosen:
        row = rows.get(work.library, smart.name)
        if row is not None and row.undone and not work.asked:
            text = "Its last run was taken back; it waits until 'mantelpiece smart apply' is called for it."
            yield smart, _facts(problems=[text]), 0
        else:
            active.append(smart)
    if not active:
        return
    try:
        immich = open_server(work, server)
        found = look(work, immich, active, confirmed=confirmed, asked_for=work.asked or confirmed is not None)
    except (ServerError, UsageError) as error:
        _note_server(work, server, error.sentence)
        for smart in active:
            yield smart, *_trouble(work, smart, error)
        return
    _note_server(work, server, None)
    for looked in found:
        work.check()
        work.report({"doing": "Changing albums", "album": looked.smart.name})
        try:
            facts, code = _applied(work, immich, looked, confirmed)
        except (ServerError, UsageError) as error:
            facts, code = _trouble(work, looked.smart, error)
        yield looked.smart, facts, code


def _note_server(work: Work, name: str, sentence: str | None) -> None:
    row = ServerRow(name=name, url=work.settings.servers[name].url)
    servers.problem(work.library, row, sentence=sentence, now=work.clock.now().isoformat(timespec="seconds"))


def _applied(work: Work, immich: Any, looked: Looked, confirmed: str | None) -> tuple[Told, int]:
    if looked.problem is not None:
        raise looked.problem
    plan = looked.plan
    if plan is None:
        # Proved by a few small requests: nothing can have become of it.
        return _facts(total=looked.before.total), 0
    if confirmed is not None and plan.id != confirmed:
        raise UsageError(
            f"The plan is no longer {confirmed}: photos or the album have changed since. Nothing was done.",
            advice=f"See 'mantelpiece smart preview' again; it is {plan.id} now.",
        )
    done = apply(work.library, immich, looked, now=work.clock.now(), check=work.check, asked_for=work.asked)
    problems, code = list(done.problems), 1 if done.problems or done.refused else 0
    refused = "The server refused {number} {number:photo|photos} ({why})."
    problems += [counted(refused, number=count, why=why) for why, count in sorted(done.refused.items())]
    if looked.only_added:
        problems.append(f"Photos were only added in this run: {looked.only_added}.")
    if plan.hold:
        code = 4
        problems.append(
            f"{plan.reason} They stay until you say: 'mantelpiece smart preview {looked.smart.name!r}' shows them."
        )
    facts = _facts(
        added=done.added, removed=done.removed, held=len(plan.hold), total=looked.plan.total if looked.plan else 0,
        refused=done.refused, created=done.created, run=done.run, listed=looked.listed, problems=problems,
    )  # fmt: skip
    return facts, code


def _facts(**facts: Any) -> Told:
    empty: Told = {"added": 0, "removed": 0, "held": 0, "total": 0, "refused": {}, "created": False, "run": None}
    empty["listed"] = ""
    return empty | {"problems": []} | facts


def _trouble(work: Work, smart: Smart, error: MantelpieceError) -> tuple[Told, int]:
    """The album is left as it is, and says why."""
    row = rows.get(work.library, smart.name) or SmartRow(name=smart.name)
    if row.problem != error.sentence:
        since = row.problem_since or work.clock.now().isoformat(timespec="seconds")
        with work.library.transaction() as db:
            rows.put(db, msgspec.structs.replace(row, problem=error.sentence, problem_since=since))
    return _facts(total=row.total, problems=[str(error)]), error.exit_code
