"""The inboxes that are meant, and the server of one."""

from __future__ import annotations

from sync.errors import UsageError, did_you_mean
from sync.settings_ingest import Inbox
from sync.work import Work


def chosen_of(work: Work, names: list[str] | None) -> list[Inbox]:
    """The named inboxes, or all that are not paused. Raises UsageError."""
    known = {inbox.name.casefold(): inbox for inbox in work.settings.inboxes}
    if names is None:
        return [inbox for inbox in known.values() if not inbox.paused]
    for name in names:
        if name.casefold() not in known:
            hint = did_you_mean(name, [inbox.name for inbox in known.values()])
            raise UsageError(f"There is no inbox {name!r}.{hint}")
    return [known[name.casefold()] for name in names]
