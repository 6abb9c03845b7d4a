"""What a person or an upgrade does to the library while a test runs, by name.

In process: `server.edits.trash("IMG_0001.jpg")`. From another process: POST /__edit__ {"do": "trash",
"asset": "IMG_0001.jpg"}. Assets and albums are named by id or by name.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Protocol

from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Album, Asset, Blob, Person, make_id
from tests.fakes.immich.scanning import scan


class Running(Protocol):
    """The part of a server that edits can change."""

    version: int
    mode: str


class Edits:
    """One method per edit; each is whole before the next request is answered."""

    def __init__(self, library: Library, server: Running) -> None:
        self._library = library
        self._server = server

    def run(self, command: dict[str, Any]) -> Any:
        """`{"do": name, …arguments}`; ValueError for an unknown name."""
        name, arguments = command["do"], {k: v for k, v in command.items() if k != "do"}
        if name.startswith("_") or name == "run" or not hasattr(self, name):
            raise ValueError(f"unknown edit {name!r}")
        with self._library.lock:
            return getattr(self, name)(**arguments) or {"ok": True}

    def _asset(self, asset: str) -> Asset:
        return self._library.assets.get(asset) or self._library.asset_named(asset)

    def _album(self, album: str) -> Album:
        return self._library.albums.get(album) or self._library.album_named(album)

    # ---- albums

    def add_to_album(self, asset: str, album: str) -> None:
        chosen = self._album(album)
        chosen.asset_ids[self._asset(asset).id] = None
        chosen.updated_us = self._library.tick_us()
        self._library.changed()

    def remove_from_album(self, asset: str, album: str) -> None:
        """As on the real server, the album's updatedAt stays."""
        del self._album(album).asset_ids[self._asset(asset).id]
        self._library.changed()

    def move(self, asset: str, album: str, to: str) -> None:
        self.remove_from_album(asset, album)
        self.add_to_album(asset, to)

    def empty_album(self, album: str) -> None:
        self._album(album).asset_ids.clear()
        self._library.changed()

    def delete_album(self, album: str) -> None:
        del self._library.albums[self._album(album).id]
        self._library.changed()

    def rename_album(self, album: str, name: str) -> None:
        chosen = self._album(album)
        chosen.name, chosen.updated_us = name, self._library.tick_us()
        self._library.changed()

    def unshare(self, album: str) -> None:
        self._album(album).shared_with.clear()
        self._library.changed()

    # ---- assets

    def trash(self, asset: str) -> None:
        chosen = self._asset(asset)
        chosen.trashed = True
        self._library.touch(chosen)

    def restore(self, asset: str) -> None:
        chosen = self._asset(asset)
        chosen.trashed = False
        self._library.touch(chosen)

    def delete(self, asset: str) -> None:
        """Gone for good, from every album too."""
        chosen = self._asset(asset)
        del self._library.assets[chosen.id]
        for album in self._library.albums.values():
            album.asset_ids.pop(chosen.id, None)
        self._library.changed()

    def favourite(self, asset: str, value: bool = True) -> None:
        chosen = self._asset(asset)
        chosen.favourite = value
        self._library.touch(chosen)

    def set_visibility(self, asset: str, visibility: str) -> None:
        chosen = self._asset(asset)
        chosen.visibility = visibility
        self._library.touch(chosen)

    def archive(self, asset: str) -> None:
        self.set_visibility(asset, "archive")

    def describe(self, asset: str, description: str) -> None:
        chosen = self._asset(asset)
        chosen.description = description
        self._library.touch(chosen)

    def rate(self, asset: str, rating: int | None) -> None:
        chosen = self._asset(asset)
        chosen.rating = rating
        self._library.touch(chosen)

    def rewrite_upload(self, asset: str, comment: str = "rewritten") -> None:
        """New bytes on disk; checksum, size and updatedAt stay as they were at upload."""
        chosen = self._asset(asset)
        chosen.original = self._rewritten(chosen, comment)
        self._library.changed()

    def rewrite_external(self, asset: str, comment: str = "rewritten", rescan: bool = True) -> None:
        """New bytes in an external library; after a rescan size, fileModifiedAt and updatedAt follow."""
        chosen = self._asset(asset)
        chosen.original = self._rewritten(chosen, comment)
        if rescan:
            chosen.size_bytes = chosen.original.size_bytes()
            chosen.modified_ms = chosen.original.modified_ms or 0
            self._library.touch(chosen)
        self._library.changed()

    def _rewritten(self, asset: Asset, comment: str) -> Blob:
        """The picture with a JPEG comment put in: other bytes, same pixels."""
        if asset.original is None:
            raise ValueError(f"{asset.name} has no file")
        data, text = asset.original.read(), comment.encode()
        segment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
        path = self._new_file("rewritten", asset)
        path.write_bytes(data[:2] + segment + data[2:])
        return Blob(path, modified_ms=self._library.tick_us() // 1000)

    def replace_bytes(self, asset: str, path: str) -> None:
        """Another picture under the same id, as a damaged or exchanged file on the server is."""
        chosen = self._asset(asset)
        chosen.original = Blob(Path(path), modified_ms=self._library.tick_us() // 1000)
        self._library.changed()

    def edit_asset(self, asset: str) -> None:
        """Turned by a quarter in Immich's editor (2.5 and up): `?edited=true` gives the new picture."""
        from PIL import Image

        chosen = self._asset(asset)
        if chosen.preview is None:
            raise ValueError(f"{chosen.name} has no preview")
        with Image.open(chosen.preview.path) as picture:
            turned = picture.transpose(Image.Transpose.ROTATE_90)
            for name in ("edited_original", "edited_preview"):
                path = self._new_file(name, chosen)
                quality = 92 if name == "edited_original" else 80
                turned.save(path, quality=quality, icc_profile=picture.info.get("icc_profile"))
                setattr(chosen, name, Blob(path, modified_ms=self._library.tick_us() // 1000))
        chosen.width, chosen.height = chosen.height, chosen.width
        chosen.edited = True
        self._library.touch(chosen)

    def _new_file(self, name: str, asset: Asset) -> Path:
        folder = self._library.folder / "edits"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}-{asset.id}-{self._library.now_us}.jpg"

    def lose_preview(self, asset: str) -> None:
        chosen = self._asset(asset)
        chosen.preview = chosen.thumbnail = None
        self._library.changed()

    def lose_original(self, asset: str) -> None:
        """Its file is gone from the server's disk; nothing that the server lists says so."""
        chosen = self._asset(asset)
        chosen.original = None
        self._library.changed()

    def take_offline(self, asset: str, offline: bool = True) -> None:
        """An external file gone from its folder (and back): offline ones count as trashed."""
        chosen = self._asset(asset)
        chosen.offline = chosen.trashed = offline
        self._library.touch(chosen)

    # ---- external libraries

    def add_library(
        self, name: str, import_paths: list[str], maps: dict[str, str] | None = None
    ) -> dict[str, str]:
        """An external library over folders that the test owns; answers `{"id": …}`."""
        for inside, outside in (maps or {}).items():
            self._library.maps[inside] = Path(outside)
        return {"id": self._library.add_library(name, import_paths).id}

    def hold_scans(self, held: bool = True) -> None:
        """From now on a scan is accepted and does nothing, until this is taken back."""
        self._library.scans_held = held
        if not held:
            for library_id in self._library.scans_waiting:
                scan(self._library, self._library.libraries[library_id])
            self._library.scans_waiting.clear()

    # ---- people, keys, server

    def rename_person(self, person: str, name: str) -> None:
        chosen = self._person(person)
        chosen.name, chosen.updated_us = name, self._library.tick_us()
        self._library.changed()

    def delete_person(self, person: str) -> None:
        """Gone with its name; the faces stay, as nobody's. No asset's updatedAt moves."""
        chosen = self._person(person)
        del self._library.people[chosen.id]
        for asset in self._library.assets.values():
            self._keep_faces(asset, chosen.id, person_id=None)
        self._library.changed()

    def add_face(self, asset: str, person: str, box: tuple[int, int, int, int]) -> None:
        """A face is drawn or recognised; the asset's updatedAt stays."""
        self._library.add_face(self._asset(asset), self._person(person), (box[0], box[1], box[2], box[3]))

    def move_face(self, asset: str, person: str, box: tuple[int, int, int, int]) -> None:
        self._keep_faces(self._asset(asset), self._person(person).id, box=tuple(box))
        self._library.changed()

    def remove_face(self, asset: str, person: str) -> None:
        chosen, gone = self._asset(asset), self._person(person).id
        chosen.faces = tuple(face for face in chosen.faces if face.person_id != gone)
        self._library.changed()

    def _keep_faces(self, asset: Asset, person: str, **changed: Any) -> None:
        asset.faces = tuple(
            dataclasses.replace(face, **changed) if face.person_id == person else face for face in asset.faces
        )

    def _person(self, person: str) -> Person:
        people = self._library.people
        return people.get(person) or next(one for one in people.values() if one.name == person)

    def tag(self, asset: str, tag: str) -> None:
        chosen = self._asset(asset)
        chosen.tag_ids = (*chosen.tag_ids, self._library.add_tag(tag).id)
        self._library.touch(chosen)

    def untag(self, asset: str, tag: str) -> None:
        chosen, gone = self._asset(asset), self._library.add_tag(tag).id
        chosen.tag_ids = tuple(one for one in chosen.tag_ids if one != gone)
        self._library.touch(chosen)

    def place(self, asset: str, latitude: float, longitude: float) -> None:
        chosen = self._asset(asset)
        chosen.exif = dataclasses.replace(chosen.exif, latitude=latitude, longitude=longitude)
        self._library.touch(chosen)

    def take_at(self, asset: str, taken_ms: int, offset_minutes: int, zone: str) -> None:
        """Another time is given to it: an instant, and what the clocks there said."""
        chosen = self._asset(asset)
        chosen.taken_ms, chosen.offset_minutes = taken_ms, offset_minutes
        chosen.exif = dataclasses.replace(chosen.exif, zone=zone)
        self._library.touch(chosen)

    def make_key(self, name: str, permissions: list[str] | None = None, user: str | None = None) -> dict[str, str]:
        """A key of this user (by e-mail; made when new), default the admin; answers `{"api_key": …}`."""
        users = self._library.users.values()
        owner = next((u for u in users if u.email == user), None) if user else self._library.me
        owner = owner or self._library.add_user(str(user).partition("@")[0].title(), str(user))
        key = self._library.add_key(owner, name, permissions=permissions or ("all",))
        return {"api_key": key.secret}

    def revoke_keys(self) -> None:
        """Every key stops working, as after a restored database."""
        self._library.keys.clear()

    def set_version(self, version: int) -> None:
        self._server.version = version

    def set_mode(self, mode: str) -> None:
        """ "normal", "maintenance" or "db-down"."""
        self._server.mode = mode

    def copy_asset(self, asset: str, name: str, album: str | None = None) -> dict[str, str]:
        """Another asset with bytes of its own (a tail makes them differ), as after an upload."""
        model = self._asset(asset)
        if model.original is None:
            raise ValueError(f"{model.name} has no file")
        new_id = make_id("copy", name)
        original = Blob(model.original.path, name.encode()[:64], self._library.tick_us() // 1000)
        fresh = dataclasses.replace(
            model, id=new_id, name=name, original=original, checksum=original.checksum(),
            size_bytes=original.size_bytes(), path=f"/data/upload/{new_id}.jpg", library_id=None,
            updated_us=0, created_ms=0, stack_id=None,
        )  # fmt: skip
        self._library.add_asset(fresh)
        if album is not None:
            self.add_to_album(new_id, album)
        return {"id": new_id}
