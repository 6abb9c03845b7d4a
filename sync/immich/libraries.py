"""External libraries: which there are, what they cover, and having one scanned. All of it is for administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from sync.errors import PermissionMissing, SchemaDrift
from sync.immich.answers import Id
from sync.immich.transport import Transport, in_path

T = TypeVar("T")
_ADVICE = (
    "Immich lets only administrators read and scan external libraries: give the API key of an administrator who owns "
    "the library, with library.read and library.update; or let this inbox upload, which any key may."
)


class LibraryInfo(Struct, frozen=True, rename="camel"):
    """One external library."""

    id: Id
    name: str
    owner_id: Id
    """Whose photos they are; only with that user's key are they found again."""
    import_paths: tuple[str, ...]
    exclusion_patterns: tuple[str, ...]


def read_libraries(transport: Transport) -> list[LibraryInfo]:
    """Every external library of the server. Raises PermissionMissing where the key is no administrator's."""
    return _admin(lambda: transport.read("GET", "/libraries", list[LibraryInfo], what="external libraries"))


def read_library(transport: Transport, library_id: str) -> LibraryInfo:
    """One of them. Raises PermissionMissing, NotAvailable."""
    path, what = f"/libraries/{in_path(library_id)}", f"external library {library_id}"
    found = _admin(lambda: transport.read("GET", path, LibraryInfo, what=what))
    if found.id != library_id:
        raise SchemaDrift(f"The server's answer for {what} is about another one.", field="id")
    return found


def scan_library(transport: Transport, library_id: str) -> None:
    """Have Immich look for new and changed files; it does so after it has answered."""
    path, what = f"/libraries/{in_path(library_id)}/scan", f"scan of external library {library_id}"
    _admin(lambda: transport.order("POST", path, what=what))


def _admin(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except PermissionMissing as error:
        raise PermissionMissing(error.sentence, advice=_ADVICE, **error.facts) from None
