"""The published view of the mirror: one SQLite file, written whole, renamed into place, never changed afterwards.

Sync writes it (catalogue_writing.py); the frame reads it with `Catalogue` and needs nothing else of sync's: neither
library.db nor the network. Times are local wall-clock text and UTC seconds; boxes are fractions of the upright display
copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from sync.errors import CatalogueUnreadable

FORMAT = 2
"""2 added the thumbhash; one of format 1 still opens, without."""
SINGLE_PAGES_KIB = 256
"""SQLite keeps so much while single photos are read; left alone it fills two megabytes over the day."""


class AlbumEntry(Struct, frozen=True, kw_only=True):
    """One album of the wall, in the order of the settings."""

    name: str
    weight: float = 1.0
    source: str = "album"
    problem: str = ""
    """A sentence while the album cannot be brought up to date, else empty."""


class FaceEntry(Struct, frozen=True, kw_only=True):
    """One person in one photo; the box is None where Immich knows the person but no face."""

    person_key: str | None = None
    name: str = ""
    birth_date: str | None = None
    box: tuple[float, float, float, float] | None = None
    """x1, y1, x2, y2 as fractions of the display copy, from its top left."""


class PhotoEntry(Struct, frozen=True, kw_only=True):
    """Everything that the wall may say of a photo or choose it by."""

    key: str
    """`<server>:<asset id>`, or `folder:<digest>`; the same over rebuilds."""
    display: str
    """Object name of the display copy, `<sha1>.<ext>`."""
    display_width: int
    display_height: int
    original: str | None = None
    """Object name of the original, where it is kept."""
    taken: int | None = None
    """Seconds since 1970 in UTC."""
    local_time: str | None = None
    """Wall-clock time where it was taken, `2020-06-06T05:35:05`, without zone."""
    zone: str | None = None
    file_name: str = ""
    caption: str | None = None
    rating: int | None = None
    favourite: bool = False
    city: str | None = None
    state: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    live: bool = False
    added: int = 0
    """Seconds since 1970 when the photo first came here."""
    thumbhash: str | None = None
    """Immich's, in base64."""
    faces: tuple[FaceEntry, ...] = ()
    tags: tuple[str, ...] = ()
    albums: tuple[tuple[str, int], ...] = ()
    """Album name and position in it (0 is first in album order)."""
    origin: bytes = b""
    """Sync's own: what it rebuilds a lost library from. Not read by `photo`."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The little that selection needs of every photo at once (100,000 of them are held in memory)."""

    id: int
    key: str
    weight: float
    """The greatest weight among its albums."""
    taken: int
    """UTC seconds; 0 where unknown."""
    order: tuple[int, int]
    """Position of its first album, position in that album."""
    size: tuple[int, int] = (0, 0)
    """Pixels of the display copy."""
    local_time: str = ""
    """As PhotoEntry's; empty where unknown."""
    favourite: bool = False
    rating: int = 0
    albums: int = 1
    """A bit for each of its albums, by their order; those beyond 62 share one."""
    thumbhash: str | None = None


def previous(path: Path) -> Path:
    """Where the catalogue before the one at `path` lies; the frame falls back on it when that one is damaged."""
    return path.with_name(path.name + ".prev")


class Catalogue:
    """A published catalogue, opened for reading. It stays readable after a newer one took its name."""

    def __init__(self, path: Path) -> None:
        """Raises CatalogueUnreadable when the file is missing, torn, empty or of a newer format."""
        try:
            # immutable: the reader may not write beside the file, and needs no locks on what never changes.
            self._db = sqlite3.connect(f"file:{_quoted(path)}?mode=ro&immutable=1", uri=True, check_same_thread=False)
            meta = dict(self._db.execute("SELECT key, value FROM meta"))
            self.generation = int(meta["generation"])
            self.count = int(meta["photos"])
            form = self._form = int(meta["format"])
            ending = self._db.execute("SELECT count(*), max(id) FROM photos").fetchone()
        except (sqlite3.Error, KeyError, ValueError, OSError) as error:
            raise CatalogueUnreadable(f"The catalogue {path} cannot be read: {error}.", path=str(path)) from error
        if form > FORMAT:
            raise CatalogueUnreadable(f"The catalogue {path} has format {form}; this version reads {FORMAT}.")
        if ending[0] != self.count:
            raise CatalogueUnreadable(f"The catalogue {path} is torn: {ending[0]} of {self.count} photos.")

    def close(self) -> None:
        self._db.close()

    def albums(self) -> list[AlbumEntry]:
        """Albums in the order of the settings."""
        rows = self._rows("SELECT name, weight, source, problem FROM albums ORDER BY position")
        return [
            AlbumEntry(name=name, weight=weight, source=source, problem=problem)
            for name, weight, source, problem in rows
        ]

    def candidates(self, only: str = "") -> Generator[Candidate, None, None]:
        """All photos that are in an album, in album order (albums by settings, photos by position), one at a time.

        `only` is an album; one that is not here, or has no photo, leaves all of them.
        """
        look = "p.thumbhash" if self._form > 1 else "NULL"
        rows = self._rows(
            f"""SELECT p.id, p.key, max(a.weight), coalesce(p.taken, 0),
                      min(a.position * 100000000 + m.position) AS place,
                      p.display_width, p.display_height, coalesce(p.local_time, ''), p.favourite,
                      coalesce(p.rating, 0), sum(DISTINCT 1 << min(a.position, 62)), {look}
               FROM memberships m JOIN albums a ON a.name = m.album JOIN photos p ON p.id = m.photo
               WHERE m.album = ?1 OR NOT EXISTS (SELECT 1 FROM memberships WHERE album = ?1)
               GROUP BY p.id ORDER BY place""",  # noqa: S608 - one of the two words above
            (only,),
        )
        for number, key, weight, taken, place, width, height, *more in rows:
            yield Candidate(number, key, weight, taken, divmod(place, 100000000), (width, height), *more)
        self._db.execute(f"PRAGMA cache_size = -{SINGLE_PAGES_KIB}")

    def photo(self, number: int) -> PhotoEntry:
        """All facts of the photo with a candidate's id. Raises CatalogueUnreadable when the row cannot be read."""
        row = next(self._rows("SELECT * FROM photos WHERE id = ?", (number,)), None)
        if row is None:
            raise CatalogueUnreadable(f"The catalogue has no photo {number}.")
        fields = dict(zip(_PHOTO_COLUMNS, row[1:], strict=self._form == FORMAT))
        fields["favourite"], fields["live"] = bool(fields["favourite"]), bool(fields["live"])
        faces = self._rows(
            """SELECT q.key, coalesce(q.name, ''), q.birth_date, f.x1, f.y1, f.x2, f.y2
               FROM faces f LEFT JOIN people q ON q.id = f.person WHERE f.photo = ? ORDER BY f.rowid""",
            (number,),
        )
        return PhotoEntry(
            **fields,
            faces=tuple(
                FaceEntry(person_key=key, name=name, birth_date=birth, box=(x1, y1, x2, y2) if x1 is not None else None)
                for key, name, birth, x1, y1, x2, y2 in faces
            ),
            tags=tuple(tag for (tag,) in self._rows("SELECT tag FROM tags WHERE photo = ? ORDER BY tag", (number,))),
            albums=tuple(
                self._rows(
                    """SELECT m.album, m.position FROM memberships m JOIN albums a ON a.name = m.album
                       WHERE m.photo = ? ORDER BY a.position""",
                    (number,),
                )
            ),
        )

    def ids_of(self, *, people: Sequence[str], albums: Sequence[str], tags: Sequence[str]) -> set[int]:
        """Ids of the photos that show one of these people (names), are in one of these albums or carry one of these
        tags (or one below it); upper and lower case are the same."""
        found: set[int] = set()
        for name in people:
            sql = "SELECT f.photo FROM people q JOIN faces f ON f.person = q.id WHERE lower(q.name) = lower(?)"
            found |= {number for (number,) in self._rows(sql, (name,))}
        for name in albums:
            sql = "SELECT photo FROM memberships WHERE lower(album) = lower(?)"
            found |= {number for (number,) in self._rows(sql, (name,))}
        for name in tags:
            sql = "SELECT photo FROM tags WHERE lower(tag) = lower(?1) OR lower(tag) LIKE lower(?2) ESCAPE '!'"
            below = name.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "/%"
            found |= {number for (number,) in self._rows(sql, (name, below))}
        return found

    def of_people_born_on(self, ending: str) -> list[int]:
        """Ids of the photos of everybody whose birthday ends like `-06-21`."""
        sql = "SELECT DISTINCT f.photo FROM people q JOIN faces f ON f.person = q.id WHERE q.birth_date LIKE ?"
        return [number for (number,) in self._rows(sql, (f"____{ending}%",))]

    def origin(self, number: int) -> bytes:
        """What sync wrote of the photo for itself; empty where it wrote nothing."""
        row = next(self._rows("SELECT origin FROM origins WHERE photo = ?", (number,)), None)
        return b"" if row is None else bytes(row[0])

    def number_of(self, key: str) -> int | None:
        """The id of the photo with that key, or None."""
        row = next(self._rows("SELECT id FROM photos WHERE key = ?", (key,)), None)
        return None if row is None else int(row[0])

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> Iterator[tuple]:  # type: ignore[type-arg]
        try:
            yield from self._db.execute(sql, values)
        except sqlite3.Error as error:
            raise CatalogueUnreadable(f"The catalogue is damaged: {error}.") from error


_PHOTO_COLUMNS = (
    "key", "display", "display_width", "display_height", "original", "taken", "local_time", "zone", "file_name",
    "caption", "rating", "favourite", "city", "state", "country", "latitude", "longitude", "make", "model", "lens",
    "live", "added", "thumbhash",
)  # fmt: skip


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
