"""Writes the published catalogue: whole, durable, renamed into place, and never touched again. Sync alone does it.

The one before it stays beside it under `previous`, for a frame that finds the new one damaged.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sync.catalogue import FORMAT, AlbumEntry, PhotoEntry, previous
from sync.errors import LibraryCorrupt
from sync.files import disk_errors, fsync_folder

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE albums (
  name TEXT PRIMARY KEY, position INTEGER NOT NULL, weight REAL NOT NULL, source TEXT NOT NULL, problem TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE photos (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, display TEXT NOT NULL, display_width INTEGER NOT NULL,
  display_height INTEGER NOT NULL, original TEXT, taken INTEGER, local_time TEXT, zone TEXT, file_name TEXT NOT NULL,
  caption TEXT, rating INTEGER, favourite INTEGER NOT NULL, city TEXT, state TEXT, country TEXT, latitude REAL,
  longitude REAL, make TEXT, model TEXT, lens TEXT, live INTEGER NOT NULL, added INTEGER NOT NULL, thumbhash TEXT
);
CREATE TABLE memberships (
  album TEXT NOT NULL, position INTEGER NOT NULL, photo INTEGER NOT NULL, PRIMARY KEY (album, position)
) WITHOUT ROWID;
CREATE INDEX memberships_photo ON memberships (photo);
CREATE TABLE people (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, birth_date TEXT);
CREATE TABLE faces (
  photo INTEGER NOT NULL, person INTEGER, x1 REAL, y1 REAL, x2 REAL, y2 REAL
);
CREATE INDEX faces_photo ON faces (photo);
CREATE TABLE tags (photo INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (photo, tag)) WITHOUT ROWID;
CREATE TABLE origins (photo INTEGER PRIMARY KEY, origin BLOB NOT NULL);
"""


def write(path: Path, *, generation: int, albums: Iterable[AlbumEntry], photos: Iterable[PhotoEntry]) -> None:
    """Write the catalogue of `generation` and put it at `path`, on the disk when this returns.

    Raises DiskError, and LibraryCorrupt where two photos claim one key or place.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    with disk_errors("Publishing the catalogue"):
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as db:
                _fill(db, generation, albums, photos)
            _durable(part)
            part.chmod(0o444)
            _keep_previous(path)
            part.replace(path)
        except sqlite3.OperationalError as error:
            part.unlink(missing_ok=True)
            raise OSError(28, str(error)) if "full" in str(error) else error from error
        except sqlite3.IntegrityError as error:
            part.unlink(missing_ok=True)
            # Keys and places are unique in a whole library; damage that its own check passes shows here.
            raise LibraryCorrupt(f"What the library says of its photos contradicts itself: {error}.") from error
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        fsync_folder(path.parent)


def _keep_previous(path: Path) -> None:
    link = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        os.link(path, link)
    except FileNotFoundError:
        return
    link.replace(previous(path))
    # Two names of one file: rename does nothing then, and leaves the first name behind.
    link.unlink(missing_ok=True)


def _durable(part: Path) -> None:
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fill(db: sqlite3.Connection, generation: int, albums: Iterable[AlbumEntry], photos: Iterable[PhotoEntry]) -> None:
    # No journal: the file is thrown away unless it is finished.
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    for statement in _SCHEMA.split(";"):
        db.execute(statement)
    people: dict[str, int] = {}
    for position, album in enumerate(albums):
        db.execute(
            "INSERT INTO albums VALUES (?, ?, ?, ?, ?)",
            (album.name, position, album.weight, album.source, album.problem),
        )
    count = 0
    for number, photo in enumerate(photos, start=1):
        count = number
        _add(db, number, photo, people)
    db.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [("format", str(FORMAT)), ("generation", str(generation)), ("photos", str(count))],
    )
    db.execute("COMMIT")


def _add(db: sqlite3.Connection, number: int, photo: PhotoEntry, people: dict[str, int]) -> None:
    db.execute(
        "INSERT INTO photos VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            number, photo.key, photo.display, photo.display_width, photo.display_height, photo.original,
            photo.taken, photo.local_time, photo.zone, photo.file_name, photo.caption, photo.rating,
            photo.favourite, photo.city, photo.state, photo.country, photo.latitude, photo.longitude,
            photo.make, photo.model, photo.lens, photo.live, photo.added, photo.thumbhash,
        ),
    )  # fmt: skip
    db.executemany(
        "INSERT INTO memberships VALUES (?, ?, ?)", [(name, position, number) for name, position in photo.albums]
    )
    if photo.origin:
        db.execute("INSERT INTO origins VALUES (?, ?)", (number, photo.origin))
    db.executemany("INSERT INTO tags VALUES (?, ?)", [(number, tag) for tag in dict.fromkeys(photo.tags)])
    for face in photo.faces:
        person = None
        if face.person_key is not None:
            person = people.get(face.person_key)
            if person is None:
                person = people[face.person_key] = len(people) + 1
                db.execute(
                    "INSERT INTO people VALUES (?, ?, ?, ?)", (person, face.person_key, face.name, face.birth_date)
                )
        db.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?)", (number, person, *(face.box or (None,) * 4)))
