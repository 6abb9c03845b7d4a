"""People in photos, and people with accounts."""

from __future__ import annotations

from collections.abc import Iterator

from sync.immich.answers import MarkedPeople, MarkedPerson, Named, PeoplePage, Person
from sync.immich.transport import Transport, in_path

_SIZE = 1000
_MOST_PAGES = 200


def read_people(transport: Transport) -> Iterator[Person]:
    """Everybody, hidden ones too, page by page."""
    for page in range(1, _MOST_PAGES + 1):
        found = transport.read("GET", "/people", PeoplePage, what="people", query=_page(page))
        yield from found.people
        if not found.has_next_page:
            return


def read_marked_people(transport: Transport) -> Iterator[MarkedPerson]:
    """The same with the time of each one's last change (of a name, not of a face)."""
    for page in range(1, _MOST_PAGES + 1):
        found = transport.read("GET", "/people", MarkedPeople, what="people", query=_page(page))
        yield from found.people
        if not found.has_next_page:
            return


def _page(number: int) -> dict[str, str]:
    return {"page": str(number), "size": str(_SIZE), "withHidden": "true"}


def read_person(transport: Transport, person_id: str) -> Person:
    """One of them; a list shows no unnamed person with few faces. Raises NotAvailable."""
    return transport.read("GET", f"/people/{in_path(person_id)}", Person, what=f"person {person_id}")


def read_partners(transport: Transport) -> list[tuple[str, str]]:
    """Who shares all photos with me: id and name."""
    query = {"direction": "shared-with"}
    return [(one.id, one.name) for one in transport.read("GET", "/partners", list[Named], what="partners", query=query)]


def read_users(transport: Transport) -> list[tuple[str, str]]:
    """Who has an account: id and name."""
    return [(one.id, one.name) for one in transport.read("GET", "/users", list[Named], what="users")]
