"""Whom and what a server knows, for forms in which people, tags and users are ticked instead of typed.

Asked of sync when such a form is opened, kept for a while; a form never waits long for it, and typing always works.
"""

from __future__ import annotations

from contextlib import suppress

from admin.asking import PATIENCE_SECONDS, answer, queue
from admin.context import Context, ServiceAway

KINDS = ("people", "tags", "users")
FRESH_SECONDS = 300.0
_SEPARATORS = ",\n\r"

Names = dict[str, list[str]]


def ask_ahead(context: Context) -> None:
    """Have them asked for before a form needs them."""
    for server in context.settings.servers:
        known_names(context, server, patience_seconds=0)


def known_names(context: Context, server: str, *, patience_seconds: float = PATIENCE_SECONDS) -> Names:
    """The names of each kind in the order of the alphabet; none of any while the answer is not there."""
    names: Names = {kind: [] for kind in KINDS}
    if server not in context.settings.servers or not context.service_runs():
        return names
    with suppress(ServiceAway):
        asked_at, number = context.known_names.get(server, (0.0, 0))
        now = context.clock.monotonic()
        if not number or now - asked_at >= FRESH_SECONDS:
            number = queue(context, "names", {"server": server})
            context.known_names[server] = now, number
        found = answer(context, number, "names", patience_seconds=patience_seconds).ended
        if found is not None and found.outcome == "done":
            return {kind: _sound(found.facts.get(kind, [])) for kind in KINDS}
    return names


def _sound(names: list[str]) -> list[str]:
    """Those that a field with commas between names can hold."""
    return sorted((name for name in names if not set(name) & set(_SEPARATORS)), key=str.casefold)
