"""Which function answers which request, with which permission in which version.

Route functions register themselves; the server asks `find`. A permission of None is open to everybody, ANY to
every valid key; 1.135 lets any key use most routes, which `v1=ANY` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Blob, SharedLink, User
from tests.fakes.immich.refusal import Refusal, bad_uuid

ANY = "(any key)"
_UUID4 = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")


@dataclass(slots=True)
class Call:
    """One request as a route sees it. `body` is decoded JSON, or None when there was none."""

    version: int
    library: Library
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None
    raw_body: bytes = b""
    params: dict[str, str] = field(default_factory=dict)
    user: User | None = None
    permissions: tuple[str, ...] = ()
    link: SharedLink | None = None
    key_name: str = ""
    key_id: str = ""

    @property
    def me(self) -> User:
        if self.user is None:
            raise Refusal(401, "Authentication required")
        return self.user


@dataclass(slots=True)
class Json:
    """An answer of JSON: a value, or bytes that are JSON already."""

    value: Any = None
    status: int = 200
    encoded: bytes | None = None


@dataclass(slots=True)
class Large:
    """JSON too large to hold: pieces whose concatenation is the body, written to a file once per `name`."""

    name: str
    pieces: Callable[[], Any]


@dataclass(slots=True)
class Stored:
    """A file, as Express' sendFile answers it: ranges, weak ETag, conditions."""

    blob: Blob
    mime: str
    disposition: str | None = None
    cache: str = "private, max-age=86400, no-transform"


@dataclass(slots=True)
class Redirect:
    location: str


@dataclass(slots=True)
class Empty:
    status: int = 204


Answer = Json | Large | Stored | Redirect | Empty
Handler = Callable[[Call], Answer]


@dataclass(slots=True, frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler
    permissions: tuple[str | None, str | None, str | None]
    admin: bool
    link: tuple[bool, bool, bool]
    versions: tuple[int, ...]


ROUTES: list[Route] = []


def route(
    method: str,
    path: str,
    permission: str | None,
    *,
    v1: str | None = "",
    admin: bool = False,
    link: bool | tuple[bool, bool, bool] = False,
    versions: tuple[int, ...] = (1, 2, 3),
) -> Callable[[Handler], Handler]:
    """Register a handler for /api`path`; `:name` in it becomes a parameter."""
    pattern = re.compile("/api" + re.sub(r":(\w+)", r"(?P<\1>[^/]+)", path) + "/?")

    def register(handler: Handler) -> Handler:
        first = permission if v1 == "" else v1
        links = link if isinstance(link, tuple) else (link, link, link)
        ROUTES.append(Route(method, pattern, handler, (first, permission, permission), admin, links, versions))
        return handler

    return register


def find(method: str, path: str, version: int) -> tuple[Route, dict[str, str]] | None:
    """The route and its parameters; HEAD is answered by GET's route."""
    wanted = "GET" if method == "HEAD" else method
    for candidate in ROUTES:
        if candidate.method != wanted or version not in candidate.versions:
            continue
        match = candidate.pattern.fullmatch(path)
        if match:
            return candidate, match.groupdict()
    return None


def uuid_of(call: Call, name: str = "id") -> str:
    """A path parameter that must be a version-4 UUID; upper case finds nothing, as in a text column."""
    value = call.params[name]
    if not _UUID4.fullmatch(value):
        raise bad_uuid(call.version, name)
    return value


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and bool(_UUID4.fullmatch(value))
