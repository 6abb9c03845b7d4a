"""Opens library.db: checked, migrated, in WAL mode with full synchronisation, transactions written out.

A library that fails its check is moved aside with its -wal and -shm (`*.corrupt.<time>`) and a new one is begun; one
written by a newer version is refused. Called by sync's processes and, through this package's functions, by admin.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Self

from sync.errors import DiskFailing, DiskFull, DiskReadOnly, LibraryCorrupt, LibraryTooNew
from sync.files import fsync_folder


class Library:
    """One open connection. `transaction()` for writes, `rows()` for reads; used by one thread at a time."""

    def __init__(self, path: Path, *, repair: bool = True, beside: Library | None = None) -> None:
        """Without `repair` nothing is checked or moved, and LibraryCorrupt is raised: for those who are not alone.
        `beside` is another thread's connection to the same library: they write in turns."""
        self.path = path
        # Who waits for SQLite's own lock sleeps, and for up to a tenth of a second longer than need be.
        self._turn: AbstractContextManager[object] = beside._turn if beside else RLock()
        self.quarantined: Path | None = None
        """Where a damaged library was moved when this one was opened."""
        try:
            self.db = _open(path, check=repair)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _looks_damaged(error):
                raise _disk_error(error) from error
            if not repair:
                raise LibraryCorrupt(f"The library {path} is damaged: {error}.") from error
            self.quarantined = _quarantine(path)
            self.db = _open(path, check=True)

    @classmethod
    def to_read(cls, path: Path) -> Self:
        """An open library that cannot be written through. Raises sqlite3's own errors."""
        library = cls.__new__(cls)
        library.path, library.quarantined, library._turn = path, None, RLock()
        library.db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10, isolation_level=None)
        library.db.row_factory = sqlite3.Row
        return library

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is durable together when this ends, or nothing of it is."""
        with self._turn:
            try:
                self.db.execute("BEGIN IMMEDIATE")
                try:
                    yield self.db
                except BaseException:
                    if self.db.in_transaction:
                        self.db.execute("ROLLBACK")
                    raise
                self.db.execute("COMMIT")
            except sqlite3.OperationalError as error:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise _disk_error(error) from error

    def rows(self, sql: str, values: tuple[object, ...] = ()) -> Iterator[sqlite3.Row]:
        """Rows of a query, read as they are iterated. Raises LibraryCorrupt where one cannot be read."""
        try:
            yield from self.db.execute(sql, values)
        except sqlite3.OperationalError as error:
            raise _row_error(error) from error

    def row(self, sql: str, values: tuple[object, ...] = ()) -> sqlite3.Row | None:
        """The first row, or None."""
        try:
            first: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
        except sqlite3.OperationalError as error:
            raise _row_error(error) from error
        return first

    def checkpoint(self) -> None:
        """Bring every committed row into the database file itself: done before a file that old rows name goes away."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def condemn(path: Path) -> None:
    """Have the library moved aside when it is opened for repair: it has rows that cannot be read, which no check of
    SQLite's sees."""
    _verdict(path).touch()


def _verdict(path: Path) -> Path:
    return path.with_name(path.name + ".condemned")


def _open(path: Path, *, check: bool) -> sqlite3.Connection:
    if _version_on_disk(path) == SCHEMA_VERSION:
        return _opened(path, check=check)
    # Two that begin a library at once would both make its tables; SQLite waits neither for that nor for WAL.
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return _opened(path, check=check)  # SQLite says what is wrong, as of any library.
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        return _opened(path, check=check)
    finally:
        os.close(folder)


def _version_on_disk(path: Path) -> int | None:
    """The schema's version in the file's header, waiting for nobody; None without one.

    Asked of SQLite, never read by a file of our own: the kernel drops a process's locks on a file when any of its
    handles is closed. A job that ends then takes itself for the last one, and the log of writes from under the others.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            return int(db.execute("PRAGMA user_version").fetchone()[0])
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def _opened(path: Path, *, check: bool) -> sqlite3.Connection:
    if check and _verdict(path).exists():
        raise sqlite3.DatabaseError("it has rows that cannot be read")
    db = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
    db.row_factory = sqlite3.Row
    try:
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0] if check else "ok"
        if found != "ok":
            raise sqlite3.DatabaseError(found)  # noqa: TRY301
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        # sqlite-utils is a heavy import: a library that is already at the newest version needs only one look.
        if not _is_current(db):
            _migrate(db)
    except UnicodeDecodeError:
        # SQLite quotes the names in its schema, and they are damaged too.
        db.close()
        raise sqlite3.DatabaseError("its names cannot be read") from None
    except BaseException:
        db.close()
        raise
    path.chmod(0o600)
    return db


SCHEMA_VERSION = 11
"""How many migrations sync/library/schema.py holds; a test compares."""


def _is_current(db: sqlite3.Connection) -> bool:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise LibraryTooNew(
            f"The library was written by a newer version (schema {version}, this one knows {SCHEMA_VERSION})."
        )
    return bool(version == SCHEMA_VERSION)


def _migrate(db: sqlite3.Connection) -> None:
    from sqlite_utils import Database

    from sync.library.schema import migrations

    migrations.apply(Database(db))
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _looks_damaged(error: sqlite3.OperationalError) -> bool:
    # A damaged schema shows as an OperationalError too ("malformed database schema", "no such table").
    return any(sign in str(error) for sign in ("malformed", "no such table", "no such column", "not a database"))


def _row_error(error: sqlite3.OperationalError) -> Exception:
    if "decode to UTF-8" in str(error):
        return LibraryCorrupt(f"The library has a row that cannot be read: {error}.")
    return _disk_error(error)


def _disk_error(error: sqlite3.OperationalError) -> Exception:
    name = error.sqlite_errorname
    told = f"The library cannot be used: {error}."
    # Shared memory that cannot grow is how a full disk shows before a row is written.
    if name in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"):
        return DiskFull(told)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return DiskReadOnly(told)
    if name.startswith("SQLITE_IOERR"):
        return DiskFailing(told)
    return error


def _quarantine(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    kept = path.with_name(f"{path.name}.corrupt.{stamp}")
    for suffix in ("-wal", "-shm", ""):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.replace(path.with_name(f"{path.name}.corrupt.{stamp}{suffix}"))
    _verdict(path).unlink(missing_ok=True)
    fsync_folder(path.parent)
    return kept
