"""The job `writeback-explain`: what write-back knows and thinks of one file: which asset it is, what it would write
and why not, and what it wrote before. Reads the file and the library; writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from sync.counted import counted
from sync.errors import UsageError
from sync.library import known, known_groups
from sync.library import writeback as ledger
from sync.settings.writeback import Module, Root
from sync.work import Result, Work
from sync.writeback.examine import Around, examine
from sync.writeback.examined import FAILED, HELD, shown
from sync.writeback.exiftool import ExifTool
from sync.writeback.knowledge import Knowledge
from sync.writeback.paths import Mapping
from sync.writeback.prepare import ready
from sync.writeback.remembered import facts_of, knowledge_of, proof_of

_HISTORY = 20


def explain(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"file": path or Immich's id}`. Facts: {"asset", "file", "root", "immich", "state", "reason", "notes",
    "fields", "ours", "history"}. Raises UsageError where nothing is known of it."""
    root, row = _asset(work, str(arguments["file"]))
    server = known.server(work.library, root.server)
    assert server is not None
    probed, problem = ready(work, root)
    facts = facts_of(row.facts)
    with ExifTool() as tool:
        seen = examine(Around(work, tool, root, probed, server), row)
    groups = known_groups.groups_of(work.library, row.id)
    told = knowledge_of(row, groups, server, modules=root.modules, now=work.clock.now())
    fields = [{"name": tag, "old": old, "new": new, "file": str(target.path)}
              for target in seen.changed for tag, old, new in map(shown, target.decided.changes)]  # fmt: skip
    files = {str(target.path): json.loads(target.row.ours) for target in seen.targets}
    written = [one for path in files or [str(seen.path)] for one in ledger.changes_of(work.library, path, _HISTORY)]
    history = [{"run": one.run, "file": one.path, "fields": json.loads(one.fields), "undone": one.undone}
               for one in written]  # fmt: skip
    # What befell it when it was written, no look at it tells.
    stopped = (row.state == HELD and bool(seen.loses)) or (row.state == FAILED and bool(fields))
    reason = seen.reason or problem or (row.reason if stopped else "")
    answer = {
        "asset": row.asset,
        "file": str(seen.path),
        "immich": facts.path,
        "root": root.name,
        "modules": [module.value for module in root.modules],
        "proof": msgspec.to_builtins(proof_of(row.proof)),
        "known": msgspec.to_builtins(told),
        "state": seen.state or (row.state if stopped else ""),
        "reason": reason,
        "notes": _notes(root, told),
        "fields": fields,
        "ours": files,
        "history": history,
    }
    return Result(answer, _sentence(seen.path, reason, len(fields)))


def _notes(root: Root, told: Knowledge) -> list[str]:
    """What is left out on purpose."""
    notes = []
    if told.edited and Module.FACES in root.modules:
        notes.append("It was edited in Immich: where faces are is known of the edited picture alone, and not written.")
    if told.albums is None and Module.ALBUMS in root.modules:
        notes.append("What is known of albums is too old to be written.")
    return notes


def _sentence(path: Path, reason: str, fields: int) -> str:
    if reason:
        return f"{path.name} is not written: {reason.rstrip('.')}."
    if fields:
        return counted("The next run writes {number} {number:field|fields} of {file}.", number=fields, file=path.name)
    return f"{path.name} says all that Immich knows."


def _asset(work: Work, typed: str) -> tuple[Root, known.AssetRow]:
    """The asset of that id or file, and its root. Raises UsageError."""
    roots = {root.name: root for root in work.settings.writeback}
    for server in dict.fromkeys(root.server for root in roots.values()):
        row = known.find_asset(work.library, server, typed.lower())
        if row is not None and row.root in roots:
            return roots[row.root], row
        if row is not None:
            raise UsageError(f"Immich calls it {facts_of(row.facts).path}, which is under no root.")
    path = Path(typed).absolute()
    for original in (path, path.with_suffix("")):
        ledgered = ledger.file(work.library, str(original))
        row = known.find_asset(work.library, ledgered.server, ledgered.asset) if ledgered else None
        if row is not None and row.root in roots:
            return roots[row.root], row
    inside = [root for root in roots.values() if path.is_relative_to(root.folder)]
    if not inside:
        raise UsageError(f"{path} is in the folder of no root.", advice=f"Roots: {', '.join(roots) or 'none'}.")
    return _by_path(work, inside, path)


def _by_path(work: Work, roots: list[Root], path: Path) -> tuple[Root, known.AssetRow]:
    for root in roots:
        mapping = Mapping([root])
        for number, name, packed in known.facts(work.library, root.server):
            if name == root.name:
                place = mapping.place(facts_of(packed).path)
                row = known.asset(work.library, number) if place and place.path == path else None
                if row is not None:
                    return root, row
    raise UsageError(
        f"Immich knows no photo at {path}.",
        advice="If it is new there, call 'mantelpiece writeback preview' first: it asks Immich what is new.",
    )
