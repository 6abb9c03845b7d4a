"""Brings one photo's display copy or original among the objects: download, proof, fsync, name. No rows are written.

An object that is here already is not downloaded again; one that the server says is not modified neither. Runs in many
threads at once; what it gives is written down by collect.py only after its bytes and names are on the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from sync.errors import BadTransfer, NotAvailable, PictureRefused
from sync.home import Home
from sync.immich.facts import Asset, Downloaded
from sync.library.photos import PhotoRow
from sync.mirror import proof
from sync.mirror.place import hash_of, part_file, place, present
from sync.mirror.rendition import LONG_SIDE, SHORT_SIDE, Decoders

TRIES = 3


class Origin(Protocol):
    """Where bytes come from: an Immich, or a local folder."""

    def download_original(
        self, asset: Asset, part: BinaryIO, *, etag: str | None = None, cancelled: Callable[[], bool]
    ) -> Downloaded | None: ...

    def download_display(
        self, asset: Asset, part: BinaryIO, *, etag: str | None = None, cancelled: Callable[[], bool]
    ) -> Downloaded | None: ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """One object that lies under its name (not yet settled), or with `name` None: what is here is still right."""

    original: bool
    name: str | None = None
    proof: str = ""
    etag: str | None = None
    bytes: int = 0
    """Of the object."""
    mtime_ns: int = 0
    transferred: int = 0
    """Bytes downloaded for it."""
    size: tuple[int, int] = (0, 0)
    """Width and height of a display copy."""


@dataclass(frozen=True)
class Fetcher:
    """Fetches from one origin. `larger_than_preview` is the panel's (short, long) side where previews are too small."""

    home: Home
    origin: Origin
    decoders: Decoders
    cancelled: Callable[[], bool]
    larger_than_preview: tuple[int, int] | None = None

    def display(self, photo: PhotoRow, *, keep_original: bool) -> list[Fetched]:
        """The display copy; and the original too where it had to be downloaded for it and is kept."""
        asset = photo.asset_facts()
        if self._preview_is_too_small(asset):
            return self._rendered(photo, asset, keep_original=keep_original)
        try:
            return [self._tried(lambda: self._preview(photo, asset))]
        except NotAvailable:
            return self._rendered(photo, asset, keep_original=keep_original)

    def original(self, photo: PhotoRow) -> list[Fetched]:
        """The original."""
        asset = photo.asset_facts()
        return [self._adopted(photo, asset) or self._tried(lambda: self._original(photo, asset))]

    def _preview_is_too_small(self, asset: Asset) -> bool:
        if self.larger_than_preview is None or not asset.width or not asset.height or asset.edited:
            return False
        return min(asset.width, asset.height) > 1440

    def _tried(self, fetch: Callable[[], Fetched]) -> Fetched:
        """Bytes that fail their proof are asked for again; the third failure is the photo's."""
        for left in reversed(range(TRIES)):
            try:
                return fetch()
            except (BadTransfer, PictureRefused):
                if not left:
                    raise
        raise AssertionError

    def _preview(self, photo: PhotoRow, asset: Asset) -> Fetched:
        etag = self._etag(photo.display, photo.display_etag)
        with part_file(self.home) as (file, part):
            first = self.origin.download_display(asset, file, etag=etag, cancelled=self.cancelled)
            if first is None:
                return Fetched(original=False)

            def again() -> Downloaded:
                file.seek(0)
                return _whole(self.origin.download_display(asset, file, cancelled=self.cancelled))

            how, size = proof.of_unknown(first, part, again=again, decoders=self.decoders)
            if size == (0, 0):
                raise NotAvailable("Immich's preview is of a kind that no decoder here reads.")
            return self._placed(file, part, first, how, original=False, size=size)

    def _original(self, photo: PhotoRow, asset: Asset) -> Fetched:
        etag = self._etag(photo.original, photo.original_etag)
        with part_file(self.home) as (file, part):
            first = self.origin.download_original(asset, file, etag=etag, cancelled=self.cancelled)
            if first is None:
                return Fetched(original=True)
            how = self._prove_original(asset, first, file, part)
            return self._placed(file, part, first, how, original=True)

    def _prove_original(self, asset: Asset, first: Downloaded, file: BinaryIO, part: Path) -> str:
        def again() -> Downloaded:
            file.seek(0)
            return _whole(self.origin.download_original(asset, file, cancelled=self.cancelled))

        return proof.of_original(asset, first, part, again=again, decoders=self.decoders)

    def _adopted(self, photo: PhotoRow, asset: Asset) -> Fetched | None:
        """The original, where its bytes are here already under another photo's name, or from before a crash."""
        expected = proof.expected_sha1(asset)
        # A photo that had its original and may have changed is asked for: its checksum would still fit the old bytes.
        if expected is None or photo.original is not None:
            return None
        name = present(self.home, expected)
        if name is None:
            return None
        found = self.home.object_path(name).stat()
        return Fetched(original=True, name=name, proof=proof.CHECKSUM, bytes=found.st_size, mtime_ns=found.st_mtime_ns)

    def _rendered(self, photo: PhotoRow, asset: Asset, *, keep_original: bool) -> list[Fetched]:
        """Our own display copy, from the original."""
        if photo.original is not None and photo.original_for == photo.content:
            return [self._drawn(self.home.object_path(photo.original))]
        adopted = self._adopted(photo, asset)
        if adopted is not None and adopted.name is not None:
            drawn = self._drawn(self.home.object_path(adopted.name))
            return [adopted, drawn] if keep_original else [drawn]
        return self._tried_both(asset, keep_original=keep_original)

    def _tried_both(self, asset: Asset, *, keep_original: bool) -> list[Fetched]:
        drawn: list[Fetched] = []

        def fetch() -> Fetched:
            drawn.clear()
            with part_file(self.home) as (file, part):
                first = _whole(self.origin.download_original(asset, file, cancelled=self.cancelled))
                how = self._prove_original(asset, first, file, part)
                drawn.append(self._drawn(part))
                if not keep_original:
                    return replace(drawn.pop(), transferred=first.bytes)
                return self._placed(file, part, first, how, original=True)

        return [self._tried(fetch), *drawn]

    def _drawn(self, source: Path) -> Fetched:
        with part_file(self.home) as (file, part):
            short_side, long_side = self.larger_than_preview or (SHORT_SIDE, LONG_SIDE)
            size = self.decoders.make_display_copy(source, part, short_side=short_side, long_side=long_side)
            name, found = place(self.home, file, part, hash_of(part))
            return Fetched(
                original=False, name=name, proof=proof.RENDERED, bytes=found.st_size, mtime_ns=found.st_mtime_ns,
                size=size,
            )  # fmt: skip

    def _placed(
        self, file: BinaryIO, part: Path, got: Downloaded, how: str, *, original: bool, size: tuple[int, int] = (0, 0)
    ) -> Fetched:
        name, found = place(self.home, file, part, got.sha1)
        return Fetched(
            original=original, name=name, proof=how, etag=got.etag, bytes=found.st_size, mtime_ns=found.st_mtime_ns,
            transferred=got.bytes, size=size,
        )  # fmt: skip

    def _etag(self, name: str | None, etag: str | None) -> str | None:
        """What to ask with whether it was modified; None where we would not have the bytes that were not."""
        return etag if name is not None and self.home.object_path(name).exists() else None


def _whole(got: Downloaded | None) -> Downloaded:
    if got is None:
        raise BadTransfer("The server says 'not modified' without having been asked.")
    return got
