"""Reads the command line of the replaced plugin's icloudpd, with its `--immich-*` options, and makes inboxes of it.

Every option is named: kept, translated or dropped, and why. Secrets in it are neither kept nor repeated. Pure; called
by the job `ingest-import`.
"""

from __future__ import annotations

import re
from typing import Any

from sync.errors import did_you_mean
from sync.ingest.command_line import options, users
from sync.ingest.old_options import DROPPED, READERS, SECRET, Given, OldInbox, TakenOver, Unusable
from sync.replaced.lines import Line

_VARIABLE = re.compile(r"\$\{?\w+")


def read_command(text: str) -> TakenOver:
    """What a command line means. Raises UsageError where there is none."""
    found = TakenOver()
    seen: set[tuple[str, str | None]] = set()
    for pairs in users(options(text)):
        inbox = OldInbox()
        for option, value in pairs:
            _take(Given(option, value, inbox, found), silent=(option, value) in seen)
        seen |= set(pairs)
        _close(inbox, found)
    return found


def _take(given: Given, *, silent: bool) -> None:
    shown = f"{given.option} {given.value}" if given.value and given.option not in SECRET else given.option
    if given.value and _VARIABLE.search(given.value) and given.option not in SECRET:
        line = Line(shown, False, "names a variable, and nothing is expanded: set it by hand")
    elif given.option in DROPPED:
        line = Line(shown, False, DROPPED[given.option])
    elif given.option not in READERS:
        near = did_you_mean(given.option, [*READERS, *DROPPED])
        # What is not known may be a secret: its value is not repeated.
        line = Line(given.option, False, f"is not known.{near}")
    else:
        try:
            line = Line(shown, True, READERS[given.option](given))
        except Unusable as why:
            line = Line(shown, False, str(why))
    if not silent:
        found = given.found.lines
        found.append(line)


def _close(inbox: OldInbox, found: TakenOver) -> None:
    values, account = inbox.values, inbox.icloudpd.get("account", "")
    if not values.get("folder"):
        found.lines.append(Line("the folder", False, "no --directory is named: set the inbox's folder by hand"))
        return
    base = "iCloud" if not account else f"iCloud {account.partition('@')[0]}"
    taken = {one["name"].casefold() for one in found.inboxes}
    name = next(name for name in (base, *(f"{base} {number}" for number in range(2, 99)))
                if name.casefold() not in taken)  # fmt: skip
    icloudpd = inbox.icloudpd | ({"arguments": inbox.free} if inbox.free else {})
    icloudpd.setdefault("sizes", ["original"])
    whole: dict[str, Any] = {"name": name, "way": "library", "favourite_rating": 0, **values, "icloudpd": icloudpd}
    whole["landing"] = values["folder"].rstrip("/") + ".landing"
    found.inboxes.append(whole)
    if "favourite_sizes" not in values:
        whole["favourite_rating"] = 0
    told = "files arrive in a landing folder beside the one that Immich scans, and what is there is linked into it"
    found.lines.append(Line(f"inbox {name!r}", True, told))
    if not account:
        found.lines.append(Line("the account", False, "no --username is named: icloudpd is not run from here"))
