"""People by name or id, as a person types them."""

from __future__ import annotations

from collections.abc import Iterator

from sync.immich.answers import PeoplePage, Person
from sync.immich.transport import Transport

_SIZE = 1000
_MOST_PAGES = 200


def read_people(transport: Transport) -> Iterator[Person]:
    """Everybody, hidden ones too, page by page."""
    for page in range(1, _MOST_PAGES + 1):
        query = {"page": str(page), "size": str(_SIZE), "withHidden": "true"}
        found = transport.read("GET", "/people", PeoplePage, what="people", query=query)
        yield from found.people
        if not found.has_next_page:
            return
