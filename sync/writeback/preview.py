"""The job `writeback-preview`: what the next run would write, file by file and field by field. Writes into no file.

It asks the server what is new and remembers it, as a run does. Looks at so many files as a person can read; the rest
is counted, and a run of the plan writes exactly those that were shown.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from sync.connect import open_server
from sync.errors import ServerError
from sync.library import known, plans
from sync.library import writeback as ledger
from sync.settings.tree import chosen_of
from sync.settings.writeback import Root
from sync.work import Result, Work, most_serious
from sync.writeback.counts import all_counts, count_state, sentence
from sync.writeback.examine import Around, doubled
from sync.writeback.examined import HELD, Examined, shown
from sync.writeback.exiftool import ExifTool
from sync.writeback.gather import gather
from sync.writeback.guard import Losing, judge
from sync.writeback.paths import suggest
from sync.writeback.prepare import ready, sweep
from sync.writeback.probe import listed_files
from sync.writeback.put import key_of, look_at_all
from sync.writeback.remembered import facts_of
from sync.writeback.run import Told, count_unmapped, places

SHOWN = 500
"""So many items are in the answer, and looked at unless more are asked for."""
_SAMPLE = 5000


def preview(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"roots": [names] | None, "most": n | None}`. Facts: {"plan", "counts", "items": [{"what", "asset", "do",
    "fields": [{"name", "old", "new"}], "why"}], "more", "suggestions"}. Raises UsageError, ServerError, Cancelled."""
    roots = chosen_of(work.settings.writeback, arguments.get("roots"), work.settings.need_root)
    most = arguments.get("most") or SHOWN
    told, suggestions = Told(), list[str]()
    seen: list[tuple[str, Examined]] = []
    with ExifTool() as tool:
        for server in dict.fromkeys(root.server for root in roots):
            mine = [root for root in roots if root.server == server]
            found, hints = _of_server(work, tool, server, mine, told, most - len(seen))
            seen += found
            suggestions += hints
    plan = [[key, one.digest()] for key, one in seen]
    held = _held(work, seen, told)
    number = sha256(msgspec.json.encode(plan)).hexdigest()[:12]
    with work.library.transaction() as db:
        plans.put(db, number, plan, now=work.clock.now())
    facts = {
        "plan": number,
        "counts": all_counts(told.counts),
        "items": [_item(one, held.get(one.row.id, "")) for _, one in seen[:SHOWN]],
        "more": max(0, len(seen) - SHOWN) + told.counts["waiting"],
        "suggestions": suggestions,
    }
    told.counts["updated"] = len(seen)
    text = sentence(told.counts).replace("photos written", "photos would be written")
    return Result(facts, text, exit_code=most_serious(told.codes), problems=told.problems + suggestions)


def _of_server(
    work: Work, tool: ExifTool, server: str, roots: list[Root], told: Told, most: int
) -> tuple[list[tuple[str, Examined]], list[str]]:
    immich = open_server(work, server)
    all_roots = [root for root in work.settings.writeback if root.server == server]
    try:
        found = gather(work, immich, server, all_roots)
    except ServerError as error:
        told.trouble(error)
        return [], []
    told.problems += found.problems
    count_unmapped(work, found, told.counts)
    seen: list[tuple[str, Examined]] = []
    hints: list[str] = []
    for root in roots:
        probed, problem = ready(work, root)
        if problem:
            told.problems.append(f"{root.name}: {problem} Nothing would be written there.")
            told.codes.append(1)
            continue
        sweep(work, root)
        around = Around(work, tool, root, probed, found.row)
        around.doubled = doubled(places(work, around))
        before = told.counts["file_not_found"]
        seen += _look(work, around, told.counts, most - len(seen))
        if told.counts["file_not_found"] > before or not known.by_root(work.library, server).get(root.name):
            hints += _suggested(work, server, root)
    return seen, hints


def _look(work: Work, around: Around, counts: Counter[str], most: int) -> list[tuple[str, Examined]]:
    numbers = known.dirty(work.library, around.root.name, around.root.server)
    found: list[tuple[str, Examined]] = []
    for done, number in enumerate(numbers):
        work.check()
        work.report({"doing": "Looking at files", "album": around.root.name, "done": done, "of": len(numbers)})
        if len(found) >= most:
            counts["waiting"] += len(numbers) - done
            break
        for one in look_at_all(around, [number], only=None):
            if one.state:
                count_state(counts, one.state)
            elif one.changed:
                counts["simulated"] += 1
                found.append((key_of(around, one.row.asset), one))
            else:
                counts["skipped"] += 1
    return found


def _held(work: Work, seen: list[tuple[str, Examined]], told: Told) -> dict[int, str]:
    """Why a run without a plan would ask before it writes into these, by number."""
    held: dict[int, str] = {}
    for server in dict.fromkeys(_server(key) for key, _ in seen):
        losing = [
            Losing(one.row.id, one.row.root, one.loses, one.digest(), one.row.state == HELD)
            for key, one in seen
            if _server(key) == server and one.loses
        ]
        if not losing:
            continue
        verdict = judge(losing, ledger.having(work.library, server, 0))
        if verdict.hold:
            held |= {one.number: " ".join(verdict.reasons) for one in verdict.hold}
            told.problems.append(f"{' '.join(verdict.reasons)} Only a confirmed plan does that.")
            told.codes.append(4)
    told.counts["held"] = len(held)
    return held


def _server(key: str) -> str:
    return key.rpartition(" ")[0]


def _item(one: Examined, held: str) -> dict[str, Any]:
    files = {target.role: target.path.name for target in one.changed}
    return {
        "what": str(one.path),
        "asset": one.row.asset,
        "do": "hold" if held else "write",
        "fields": [{"name": tag if target.role == "original" else f"sidecar {tag}", "old": old, "new": new}
                   for target in one.changed for tag, old, new in map(shown, target.decided.changes)],
        "why": held or "Immich knows it otherwise than " + " and ".join(files.values()) + " says.",
    }  # fmt: skip


def _suggested(work: Work, server: str, root: Root) -> list[str]:
    """The mapping under which more would be found, where there is a better one."""
    paths: list[str] = []
    for _, name, packed in known.facts(work.library, server):
        if name in ("", root.name) and len(paths) < _SAMPLE:
            paths.append(facts_of(packed).path)
    better = suggest(paths, listed_files(work, root.folder), Path(root.folder))
    if better is None or (better.prefix.rstrip("/"), better.folder) == (root.prefix.rstrip("/"), root.folder):
        return []
    return [f"{root.name}: {better.sentence}"]
