"""The library a stand-in serves: every record by id, one lock, and a revision that grows with each change.

Answers that are costly to build (a listing of 100,000) are remembered per revision, so a changed library is
never answered from memory. Tests hold the lock only through the methods here and `edits`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any

from tests.fakes.immich.model import (
    ALL,
    Album,
    Asset,
    ExternalLibrary,
    Face,
    Key,
    Memory,
    Partner,
    Person,
    SharedLink,
    Stack,
    Tag,
    User,
    make_id,
)

BASE_US = 1_780_000_000_000_000


class Library:
    """Everything one server holds. `folder` is where its files lie; the server may write there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.lock = threading.RLock()
        self.revision = 0
        self.now_us = BASE_US
        self.by_wall_clock = False
        """Changes happen now, as the answers' Date says; else at times of their own, the same in every run."""
        self.users: dict[str, User] = {}
        self.keys: dict[str, Key] = {}
        self.assets: dict[str, Asset] = {}
        self.albums: dict[str, Album] = {}
        self.people: dict[str, Person] = {}
        self.tags: dict[str, Tag] = {}
        self.stacks: dict[str, Stack] = {}
        self.memories: dict[str, Memory] = {}
        self.links: dict[str, SharedLink] = {}
        self.libraries: dict[str, ExternalLibrary] = {}
        self.partners: list[Partner] = []
        self.looks: dict[str, list[str]] | None = None
        """Asset ids by the text that smart search finds them for, the best first; None: it is off."""
        self.mounted = {"/mnt/photos"}
        """Folders of the server that no test owns."""
        self.maps: dict[str, Path] = {}
        """Where the server's folders lie here, as a container's mounts would say; others lie where they say."""
        self.scans_held = False
        self.scans_waiting: list[str] = []
        self._remembered: dict[Hashable, Any] = {}
        self.me = self.add_user("Admin", "admin@example.org", admin=True)
        self.api_key = self.add_key(self.me, "all").secret

    # ---- time and memory

    def tick_us(self) -> int:
        """The server's clock: every change happens a little later than the one before."""
        self.now_us += 1_000_013
        if self.by_wall_clock:
            self.now_us = max(self.now_us, time.time_ns() // 1000)
        return self.now_us

    def changed(self) -> None:
        with self.lock:
            self.revision += 1
            self._remembered.clear()

    def remember(self, what: Hashable, make: Callable[[], Any]) -> Any:
        """`make()`, once per revision and question."""
        with self.lock:
            if what not in self._remembered:
                self._remembered[what] = make()
            return self._remembered[what]

    def touch(self, asset: Asset) -> None:
        """The asset's updatedAt moves, as it does on favourite, archive, trash, restore, rating, edit."""
        asset.updated_us = self.tick_us()
        self.changed()

    def on_disk(self, path: str) -> Path:
        """Where a folder of the server lies here."""
        for inside, outside in self.maps.items():
            if path == inside or path.startswith(inside.rstrip("/") + "/"):
                return outside / path[len(inside.rstrip("/")) :].lstrip("/")
        return Path(path)

    # ---- adding

    def add_user(self, name: str, email: str, *, admin: bool = False) -> User:
        user = User(make_id("user", email), name, email, admin=admin)
        self.users[user.id] = user
        return user

    def add_key(self, user: User, name: str, *, permissions: Iterable[str] = ALL, secret: str | None = None) -> Key:
        number = f"{user.email}/{name}"
        key = Key(
            make_id("key", number),
            secret or make_id("secret", number).replace("-", "") + "abcdefghijk",
            user.id,
            name,
            tuple(permissions),
        )
        self.keys[key.secret] = key
        return key

    def add_asset(self, asset: Asset) -> Asset:
        if not asset.updated_us:
            asset.updated_us = self.tick_us()
        if not asset.created_ms:
            asset.created_ms = asset.updated_us // 1000
        self.assets[asset.id] = asset
        self.changed()
        return asset

    def add_album(
        self, name: str, assets: Iterable[Asset] = (), *, owner: User | None = None, description: str = ""
    ) -> Album:
        user = owner or self.me
        stamp = self.tick_us()
        album = Album(
            make_id("album", f"{user.email}/{name}/{len(self.albums)}"),
            user.id,
            name,
            dict.fromkeys(asset.id for asset in assets),
            description,
            created_us=stamp,
            updated_us=stamp,
        )
        self.albums[album.id] = album
        self.changed()
        return album

    def add_person(self, name: str, *, birth_date: str | None = None, owner: User | None = None) -> Person:
        user = owner or self.me
        person = Person(make_id("person", f"{user.email}/{name}/{len(self.people)}"), user.id, name, birth_date)
        person.updated_us = self.tick_us()
        self.people[person.id] = person
        self.changed()
        return person

    def add_face(self, asset: Asset, person: Person | None, box: tuple[int, int, int, int]) -> Face:
        number = f"{asset.id}/{len(asset.faces)}"
        face = Face(make_id("face", number), person.id if person else None, box, asset.width, asset.height)
        asset.faces = (*asset.faces, face)
        self.changed()
        return face

    def add_tag(self, value: str, *, owner: User | None = None) -> Tag:
        """The tag with this path ("Places/Vienna"), its parents made as needed."""
        user = owner or self.me
        for tag in self.tags.values():
            if tag.value == value and tag.owner_id == user.id:
                return tag
        head, _, _ = value.rpartition("/")
        parent = self.add_tag(head, owner=user) if head else None
        stamp = self.tick_us()
        tag = Tag(make_id("tag", f"{user.email}/{value}"), user.id, value, parent.id if parent else None)
        tag.created_us = tag.updated_us = stamp
        self.tags[tag.id] = tag
        self.changed()
        return tag

    def add_stack(self, assets: Iterable[Asset]) -> Stack:
        members = list(assets)
        stack = Stack(make_id("stack", members[0].id), members[0].owner_id, members[0].id, [a.id for a in members])
        for asset in members:
            asset.stack_id = stack.id
        self.stacks[stack.id] = stack
        self.changed()
        return stack

    def add_memory(self, year: int, month_day: tuple[int, int], assets: Iterable[Asset]) -> Memory:
        memory = Memory(make_id("memory", f"{year}/{month_day}"), self.me.id, year, month_day, [a.id for a in assets])
        memory.created_ms = self.tick_us() // 1000
        self.memories[memory.id] = memory
        self.changed()
        return memory

    def add_link(self, album: Album, *, allow_download: bool = True) -> SharedLink:
        key = (make_id("link", album.id) + make_id("link2", album.id)).replace("-", "")[:67]
        link = SharedLink(make_id("linkid", album.id), key, album.owner_id, album.id)
        link.allow_download = allow_download
        link.created_ms = self.tick_us() // 1000
        self.links[key] = link
        self.changed()
        return link

    def add_library(self, name: str, import_paths: list[str]) -> ExternalLibrary:
        library = ExternalLibrary(make_id("library", name), self.me.id, name, import_paths)
        library.created_ms = self.tick_us() // 1000
        self.libraries[library.id] = library
        self.changed()
        return library

    def add_partner(self, sharer: User, *, in_timeline: bool) -> Partner:
        partner = Partner(sharer.id, self.me.id, in_timeline)
        self.partners.append(partner)
        self.changed()
        return partner

    # ---- finding

    def album_named(self, name: str) -> Album:
        return next(album for album in self.albums.values() if album.name == name)

    def asset_named(self, name: str) -> Asset:
        return next(asset for asset in self.assets.values() if asset.name == name)

    def album_assets(self, album: Album) -> list[Asset]:
        """What the album counts and lists: timeline and archived ones, newest first; nothing trashed."""

        def collect() -> list[Asset]:
            found = (self.assets[i] for i in album.asset_ids if i in self.assets)
            kept = [a for a in found if not a.trashed and a.visibility in ("timeline", "archive")]
            return sorted(kept, key=lambda a: (-a.taken_ms, a.id))

        listed: list[Asset] = self.remember(("album", album.id), collect)
        return listed
