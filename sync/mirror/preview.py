"""The job `preview`: what the next sync of an album would do, photo by photo with reasons. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from sync.immich.facts import Asset
from sync.library import photos
from sync.mirror.compare import Looked, look
from sync.mirror.moment import moment
from sync.mirror.origins import Origins
from sync.mirror.plan import Change
from sync.mirror.stage import Stage
from sync.today import today
from sync.work import Result, Work

MOST_ITEMS = 1000
"""Of a larger plan the counts say the rest."""


def preview(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"album": name}`. Facts: {"album", "plan", "complete", "proof", "items": [{action, asset, file_name, reason}],
    "add", "update", "replace", "remove", "hold", "keep", "left_out"}. Raises UsageError, ServerError."""
    album = work.settings.need_album(str(arguments["album"]))
    with Stage(work.home.parts) as stage:
        server, now = Origins(work).of(album), moment(work.clock)
        looked = look(work, album, server, stage, now=now, today=today(work), anew=True)
        assert isinstance(looked, Looked)
        items = list(_items(work, looked, stage))
    plan = looked.plan
    facts = {
        "album": album.name,
        "plan": plan.id,
        "complete": plan.complete,
        "proof": looked.proof,
        "items": items,
        "add": len(plan.add) + len(plan.returning),
        "update": len(plan.update),
        "replace": len(plan.replace),
        "remove": len(plan.explained) + len(looked.verdict.remove),
        "hold": len(looked.verdict.hold),
        "keep": plan.keep + plan.kept_by_hand,
        "left_out": plan.left_out,
    }
    sentence = (
        f"{facts['add']} to add, {facts['replace']} to fetch again, {facts['remove']} to remove, "
        f"{facts['hold']} to ask you about, {facts['keep']} stay as they are."
    )
    problems = [text for text in (looked.verdict.reason, looked.doubtful) if text]
    return Result(facts, sentence, exit_code=4 if looked.verdict.hold else 0, problems=problems)


def _items(work: Work, looked: Looked, stage: Stage) -> Iterator[dict[str, str]]:
    plan, verdict = looked.plan, looked.verdict
    left = MOST_ITEMS
    for asset in plan.add[:left]:
        _, facts = stage.one(asset)
        name = msgspec.msgpack.decode(facts, type=Asset).file_name
        yield {"action": "add", "asset": asset, "file_name": name, "reason": "new in the album"}
    left -= len(plan.add)
    known: tuple[tuple[str, list[Change] | tuple[Change, ...]], ...] = (
        ("add", plan.returning),
        ("replace", plan.replace),
        ("update", plan.update),
        ("remove", plan.explained),
        ("remove", verdict.remove),
        ("hold", verdict.hold),
    )
    for action, changes in known:
        for change in changes[: max(0, left)]:
            photo = photos.get(work.library, change.photo)
            name = photo.asset_facts().file_name if photo is not None else ""
            yield {"action": action, "asset": change.asset, "file_name": name, "reason": change.why}
        left -= len(changes)
