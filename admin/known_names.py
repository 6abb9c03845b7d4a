"""Whom and what a server knows, for forms in which people, tags and users are ticked instead of typed.

Asked of sync when such a form is opened, kept for a while; a form never waits long for it, and typing always works.
"""

from __future__ import annotations

from contextlib import suppress

from admin.asking import PATIENCE_SECONDS, answer, queue
from admin.house import House, ServiceAway

KINDS = ("people", "tags", "users")
FRESH_SECONDS = 300.0
_SEPARATORS = ",\n\r"

Names = dict[str, list[str]]


def ask_ahead(house: House) -> None:
    """Have them asked for before a form needs them."""
    for server in house.settings.servers:
        known_names(house, server, patience_seconds=0)


def known_names(house: House, server: str, *, patience_seconds: float = PATIENCE_SECONDS) -> Names:
    """The names of each kind in the order of the alphabet; none of any while the answer is not there."""
    names: Names = {kind: [] for kind in KINDS}
    if server not in house.settings.servers or not house.service_runs():
        return names
    with suppress(ServiceAway):
        asked_at, number = house.known_names.get(server, (0.0, 0))
        now = house.clock.monotonic()
        if not number or now - asked_at >= FRESH_SECONDS:
            number = queue(house, "names", {"server": server})
            house.known_names[server] = now, number
        found = answer(house, number, "names", patience_seconds=patience_seconds).ended
        if found is not None and found.outcome == "done":
            return {kind: _sound(found.facts.get(kind, [])) for kind in KINDS}
    return names


def _sound(names: list[str]) -> list[str]:
    """Those that a field with commas between names can hold."""
    return sorted((name for name in names if not set(name) & set(_SEPARATORS)), key=str.casefold)
