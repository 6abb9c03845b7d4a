"""The job `favourites`: what people marked at the wall reaches the servers.

Each asset is looked at before it is changed: never another user's, never what is so already, and never against a
change of the server's own that is newer than the wish. A server that is away and a key that may not are no end: the
wish waits and says why.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from sync.connect import open_server
from sync.counted import counted
from sync.errors import NotAvailable, ServerError, UsageError
from sync.immich.server import Immich
from sync.library import intents
from sync.library.intents import IntentRow, State
from sync.work import Result, Work, most_serious

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
REFUSED_PAUSE = timedelta(days=1)
"""The same key will not be let tomorrow either; another one is tried at once."""
FOLDER = "folder"
"""In place of a server's name in the keys of a local folder's photos."""
NOT_A_SERVERS = "It does not come from a server, so that it is a favourite nowhere but here."
SOMEBODY_ELSES = "It belongs to somebody else; in Immich only its owner can make it a favourite."
CHANGED_LATER = "It was changed on the server after that."


def favourites(work: Work, _arguments: dict[str, Any]) -> Result:
    """Facts: {"sent", "waiting", "given_up"}. Exit code 3 where a server is away, 1 where one refuses."""
    now = work.clock.now()
    due = [row for row in intents.waiting(work.library) if work.asked or _is_due(row, now)]
    sent, gone = 0, 0
    problems: list[str] = []
    codes: list[int] = []
    for name, rows in groupby(sorted(due, key=_server), key=_server):
        silent: UsageError | ServerError | None = None
        immich: Immich | None = None
        for row in rows:
            work.check()
            try:
                if silent is not None:
                    raise silent
                immich = immich or _immich(work, name)
                ended = _settled(row, immich)
            except NotAvailable as error:
                ended = replace(row, state=State.GIVEN_UP, sentence=error.sentence)
            except (ServerError, UsageError) as error:
                silent = error
                problems.append(str(error))
                codes.append(error.exit_code)
                ended = _later(row, error, now)
            sent += ended.state is State.DONE
            gone += ended.state is State.GIVEN_UP
            with work.library.transaction() as db:
                intents.settle(db, ended)
    left = len(intents.waiting(work.library))
    facts = {"sent": sent, "waiting": left, "given_up": gone}
    return Result(facts, _sentence(sent, left), exit_code=most_serious(codes), problems=list(dict.fromkeys(problems)))


def _settled(row: IntentRow, immich: Immich | None) -> IntentRow:
    """Do what was wished, if it is to be done. Raises ServerError."""
    if immich is None:
        return replace(row, state=State.GIVEN_UP, sentence=NOT_A_SERVERS)
    asset = row.key.partition(":")[2]
    found = immich.favourite(asset)
    if found.owner_id != immich.me():
        return replace(row, state=State.GIVEN_UP, sentence=SOMEBODY_ELSES)
    if found.is_favorite is not row.value:
        if row.known is row.value and found.updated_at > datetime.fromtimestamp(row.at, UTC):
            return replace(row, state=State.GIVEN_UP, sentence=CHANGED_LATER)
        immich.set_favourite(asset, value=row.value)
    return replace(row, state=State.DONE, sentence="", retry_at=None)


def _later(row: IntentRow, error: ServerError | UsageError, now: datetime) -> IntentRow:
    lasting = error.exit_code != 3 or error.facts.get("status") == 401 or "permission" in error.facts
    pause = REFUSED_PAUSE if lasting else min(FIRST_PAUSE * 2 ** min(row.tries, 10), LONGEST_PAUSE)
    return replace(row, sentence=str(error), tries=row.tries + 1, retry_at=(now + pause).isoformat())


def _is_due(row: IntentRow, now: datetime) -> bool:
    return row.retry_at is None or row.retry_at <= now.isoformat()


def _server(row: IntentRow) -> str:
    return row.key.partition(":")[0]


def _immich(work: Work, name: str) -> Immich | None:
    """None for photos of a folder. Raises UsageError where the server is not set up, or has no key."""
    if name not in work.settings.servers:
        if name == FOLDER:
            return None
        raise UsageError(f"The server {name!r} is not set up any more.")
    return open_server(work, name)


def _sentence(sent: int, left: int) -> str:
    waits = "{count} {count:favourite|favourites} sent, {number} {number:waits|wait}."
    told = waits if left else "{count} {count:favourite|favourites} sent."
    return counted(told, count=sent, number=left)
