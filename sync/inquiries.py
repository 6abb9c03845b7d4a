"""What a person who sets up asks of a server: is it there, whose key is this, which albums are there, which is this.

Handlers of asked jobs; they change nothing. A server that is not set up yet comes as a *candidate*: its address in
the arguments, its key in the secrets file under a name of the moment, never in the arguments (they are kept).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from sync import secrets
from sync.counted import counted
from sync.errors import ForeignRedirect, NotImmich, PermissionMissing
from sync.immich.address import elsewhere
from sync.immich.facts import Probe
from sync.immich.reader import Reader
from sync.mirror.covers import covers
from sync.settings.tree import Mode, Server, Source
from sync.work import Result, Work

OPTIONAL = (("asset.update", "Favourites marked at the wall stay here and do not reach Immich."),)
"""Permission and what does not work without it; a key that lacks it is sound."""

_GUESSES = 2
"""By TLS, without the path."""

MOST_NAMES = 80
"""Of each kind: more than anybody ticks, and a page stays small."""


def probe(work: Work, arguments: dict[str, Any]) -> Result:
    """Version, whose key, what it may not do, and the address that answered. {"server": name} or a candidate."""
    found, url = _probed(work, arguments)
    lacking = [*found.missing, *_for_smart(work, str(arguments.get("server", "")), found.permissions)]
    missing = [{"permission": permission, "without": without} for permission, without in lacking]
    facts = {
        "server": arguments.get("server", ""),
        "url": url,
        "version": str(found.version),
        "user": found.user_name,
        "user_id": found.user_id,
        "admin": found.admin,
        "permissions": None if found.permissions is None else list(found.permissions),
        "missing": missing,
        "optional": _optional(found.permissions),
    }
    problems = [f"The key lacks {entry['permission']}: {entry['without']}" for entry in missing]
    whose = f", key of {found.user_name}" if found.user_name else ""
    return Result(facts, f"Immich {found.version}{whose}.", exit_code=1 if problems else 0, problems=problems)


def _probed(work: Work, arguments: dict[str, Any]) -> tuple[Probe, str]:
    """What answers at the address, or, for a candidate, at the one that was most likely meant."""
    if not arguments.get("candidate"):
        return _immich(work, arguments).probe(), work.settings.need_server(arguments["server"]).url
    settings = arguments["settings"]
    for _ in range(_GUESSES):
        try:
            return _immich(work, arguments | {"settings": settings}).probe(), settings["url"]
        except (NotImmich, ForeignRedirect) as error:
            other = elsewhere(settings["url"], error)
            if not other:
                raise
            settings = settings | {"url": other}
    return _immich(work, arguments | {"settings": settings}).probe(), settings["url"]


def _optional(permissions: tuple[str, ...] | None) -> list[dict[str, str]]:
    """What a key lacks that showing photos does not need."""
    if permissions is None or "all" in permissions:
        return []
    return [{"permission": name, "without": without} for name, without in OPTIONAL if name not in permissions]


def _for_smart(work: Work, server: str, permissions: tuple[str, ...] | None) -> list[tuple[str, str]]:
    """What the smart albums of a server want and its key may not do, and what will not work without it."""
    if permissions is None or "all" in permissions:
        return []
    mine = [smart for smart in work.settings.smart if smart.server == server]
    wanted = [
        ("album.create", "A smart album that is missing cannot be made.", mine),
        ("albumAsset.create", "Smart albums get no photos.", mine),
        ("albumAsset.delete", "Nothing leaves a smart album.", [one for one in mine if one.mode is not Mode.ADD]),
        ("album.update", "A smart album's description, order and cover cannot be set.",
         [one for one in mine if one.description or one.order or one.cover]),
        ("albumUser.create", "Smart albums cannot be shared.", [one for one in mine if one.viewers or one.editors]),
        ("partner.read", "Rules cannot name an owner.",
         [one for one in mine if b'"owner"' in msgspec.json.encode((one.rule, one.filters))]),
    ]  # fmt: skip
    return [(name, without) for name, without, users in wanted if users and name not in permissions]


def albums(work: Work, arguments: dict[str, Any]) -> Result:
    """Every album that could be mirrored. {"server": name}. `cover` is what the page shows as /thumb/…, or None."""
    immich = _immich(work, arguments)
    found = sorted(immich.albums(), key=lambda album: album.name.casefold())
    shown = covers(work, immich, [album.cover_asset_id for album in found if album.cover_asset_id])
    listed = [{"id": album.id, "name": album.name, "owned": album.owned, "photos": album.asset_count,
               "cover": shown.get(album.cover_asset_id or "")} for album in found]  # fmt: skip
    return Result({"albums": listed}, counted("{number} {number:album|albums}.", number=len(listed)))


def names(work: Work, arguments: dict[str, Any]) -> Result:
    """Whom and what a rule may name. {"server": name}. Facts: {"people", "tags", "users": lists of names}, those with
    most photos first; what the key may not list is empty."""
    immich = _immich(work, arguments)
    asked: tuple[tuple[str, Callable[[], Iterable[str]]], ...] = (
        ("people", lambda: (one.name for one in immich.people() if one.name and not one.is_hidden)),
        ("tags", lambda: (one.path for one in immich.tags())),
        ("users", lambda: (name for _, name in immich.users())),
    )
    facts: dict[str, Any] = {}
    problems: list[str] = []
    for what, ask in asked:
        try:
            facts[what] = list(dict.fromkeys(ask()))[:MOST_NAMES]
        except PermissionMissing as error:
            facts[what] = []
            problems.append(error.sentence)
    sentence = "{people} {people:person|people}, {tags} {tags:tag|tags}."
    sentence = counted(sentence, people=len(facts["people"]), tags=len(facts["tags"]))
    return Result(facts, sentence, exit_code=1 if problems else 0, problems=problems)


def resolve(work: Work, arguments: dict[str, Any]) -> Result:
    """The id and name behind what a person typed. {"server" or candidate, "source": album|person|link|rule, "name" or
    "rule"}; a rule has no id, and its name is what it says."""
    immich = _immich(work, arguments)
    source = Source(arguments["source"])
    if source is Source.RULE:
        # Imported here: the other inquiries need no rules.
        from sync.smart.explain import explain
        from sync.smart.source import check_rule

        said = explain(check_rule(immich, arguments["rule"]))
        return Result({"id": "", "name": said}, f"{said}.")
    if source is Source.PERSON:
        number, name = immich.find_person(arguments["name"])
        return Result({"id": number, "name": name}, f"{name}.")
    album = immich.link_album() if source is Source.LINK else immich.find_album(arguments["name"])
    facts = {"id": album.id, "name": album.name, "photos": album.asset_count}
    sentence = "{name}, {number} {number:photo or video|photos and videos}."
    return Result(facts, counted(sentence, name=album.name, number=album.asset_count))


def _immich(work: Work, arguments: dict[str, Any]) -> Reader:
    candidate = arguments.get("candidate", "")
    path = work.home.secrets
    if candidate:
        server = msgspec.convert(arguments["settings"], Server)
        name, section, entry = candidate, "candidates", candidate
    else:
        name, section, entry = arguments["server"], "servers", arguments["server"]
        server = work.settings.need_server(name)
    keys = secrets.of_server(path, entry, section=section)
    link = None
    if arguments.get("source") == Source.LINK.value:
        link = secrets.of_link(path, arguments["link"], section="candidates")
    return Reader(name, server, keys, locks=work.home.locks, clock=work.clock, link=link)
