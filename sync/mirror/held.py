"""The job `held`: what a person says to a held removal.

`plan` is the one that the person looked at: exactly that is decided, or nothing where the world moved.
`keep`: the photos stay although the server lists them no more, and nobody is asked again. `remove`: exactly these go,
as far as a new complete listing still lacks them, and not one more; until the server can be asked they stay. `ask`
takes a *keep* back: what stayed by it is held again, and a person is asked anew.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal

import msgspec

from sync.counted import counted
from sync.errors import Held, ServerError, UsageError
from sync.library import albums, memberships
from sync.library import held as rows
from sync.library.database import Library
from sync.library.held import HeldRow
from sync.mirror.compare import compare
from sync.mirror.moment import moment
from sync.mirror.origins import Origins
from sync.mirror.publish import publish
from sync.today import today
from sync.work import Result, Work

Decision = Literal["keep", "remove"]


def held(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"album": name, "decision": "keep" | "remove" | "ask", "plan": id}`; without a plan whatever is held now.

    Facts: {"album", "decision", "photos", "removed"}. Raises UsageError, and Held where something else is held by now.
    """
    name, decision = str(arguments["album"]), arguments["decision"]
    if decision == "ask":
        asked = ask_again(work.library, name, now=work.clock.now())
        facts = {"album": name, "decision": decision, "photos": asked, "removed": 0}
        sentence = "{number} {number:photo waits|photos wait} for your yes in {album} again."
        return Result(facts, counted(sentence, number=asked, album=repr(name)))
    if decision not in ("keep", "remove"):
        raise UsageError(f"A held removal can be kept or removed, not {decision!r}.")
    plan = arguments.get("plan")
    holding = decide(work.library, name, decision, plan=None if plan is None else str(plan))
    facts = {"album": name, "decision": decision, "photos": len(holding.photos), "removed": 0}
    if decision == "keep":
        publish(work.library, work.home, settings=work.settings)
        sentence = "{number} {number:photo stays|photos stay} in {album}."
        return Result(facts, counted(sentence, number=len(holding.photos), album=repr(name)))
    album = work.settings.album(name)
    if album is None:
        return Result(facts, f"{name!r} is no longer set up; its photos leave with the album.")
    try:
        done = compare(work, album, Origins(work).of(album), now=moment(work.clock), today=today(work))
    except ServerError as error:
        sentence = f"Noted; they leave {name!r} once the server can be asked again."
        return Result(facts, sentence, exit_code=error.exit_code, problems=[str(error)])
    albums.problem(work.library, name, sentence=done.sentence, now=work.clock.now(), trusted=work.clock.trusted())
    publish(work.library, work.home, settings=work.settings)
    facts["removed"] = done.removed
    sentence = counted("{number} {number:photo|photos} left {album}.", number=done.removed, album=repr(name))
    return Result(facts, sentence, exit_code=max(done.codes, default=0))


def decide(library: Library, album: str, decision: Decision, *, plan: str | None = None) -> HeldRow:
    """Write down what a person says of `plan`; gives what was held. Raises UsageError where nothing is, Held where
    another plan is."""
    holding = rows.get(library, album)
    if holding is None:
        if plan is not None:
            raise Held(f"Nothing is held in {album!r} any more; nothing was changed.", album=album)
        raise UsageError(f"Nothing is held in the album {album!r}.", advice="'mantelpiece held list' shows what is.")
    if plan is not None and holding.plan != plan:
        raise Held(
            f"What is held in {album!r} is no longer what you looked at; nothing was changed.",
            advice="Look at it again.", album=album,
        )  # fmt: skip
    with library.transaction() as db:
        if decision == "keep":
            memberships.keep_by_hand(db, album=album, assets=holding.photos)
            rows.remove(db, album)
        else:
            rows.put(db, msgspec.structs.replace(holding, decision="remove"))
    if decision == "keep":
        albums.problem(library, album, sentence=None, now=datetime.fromisoformat(holding.since))
    return holding


def ask_again(library: Library, album: str, *, now: datetime) -> int:
    """Hold again what a person kept in the album; gives how many photos. Raises UsageError where nothing is kept."""
    kept, holding = memberships.kept(library, album), rows.get(library, album)
    if not kept:
        raise UsageError(f"Nothing is kept in the album {album!r} that the server lists no more.",
                         advice="'mantelpiece held list' shows what is.")  # fmt: skip
    photos = tuple(sorted({*kept, *(holding.photos if holding else ())}))
    # Held at once, not by the next listing: few of them would leave then without a question.
    plan = blake2b("\n".join(photos).encode(), digest_size=8).hexdigest()
    reason = "They were kept because somebody said so, and that was taken back."
    row = HeldRow(album=album, plan=plan, reason=reason, photos=photos, since=now.isoformat())
    with library.transaction() as db:
        memberships.keep_no_more(db, album=album)
        rows.put(db, row)
    return len(kept)
