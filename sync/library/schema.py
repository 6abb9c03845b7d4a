"""The tables of library.db, as append-only migrations. A migration once released is never edited.

Times are ISO 8601 texts in UTC; JSON columns hold what msgspec encodes. Nothing here is needed to show photos: a lost
library is rebuilt from the published catalogue, the objects and the server without downloading an object again.

The tables of each room lie in schema_*.py, each with what is not plain by its name. Of those here:
intents.file             the name of the file that the wish came in; the same again is no new wish
intents.known            whether the photo was a favourite, as far as we knew when it was wished
intents.state            waiting (for its server), done, or given-up
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from sync.library import schema_ingest, schema_mirror, schema_smart, schema_writeback

migrations = Migrations("mantelpiece")


def _make(db: Database, statements: str) -> None:
    # One by one: executescript would end the migration's transaction.
    for statement in statements.split(";"):
        if statement.strip():
            db.execute(statement)


@migrations()
def mirror_tables(db: Database) -> None:
    """Servers, albums, photos, who is in which, objects, what is held and what lies in the trash."""
    _make(db, schema_mirror.TABLES)


@migrations()
def job_tables(db: Database) -> None:
    """Jobs and the runs that executed them."""
    _make(db, _JOBS)


@migrations()
def smart_tables(db: Database) -> None:
    """Smart albums, what was put into them, and the journal of their runs."""
    _make(db, schema_smart.TABLES)


@migrations()
def intent_table(db: Database) -> None:
    """What people did at the wall."""
    db.execute(_INTENTS)


@migrations()
def album_marks(db: Database) -> None:
    """What stands for the answers of an album's last complete listing."""
    db.execute("ALTER TABLE albums ADD COLUMN mark TEXT")


@migrations()
def writeback_tables(db: Database) -> None:
    """What write-back knows and wrote; see schema_writeback.py."""
    _make(db, schema_writeback.TABLES)


@migrations()
def notice_table(db: Database) -> None:
    """What somebody was told of."""
    db.execute(_NOTICES)


@migrations()
def odd_photos(db: Database) -> None:
    """The few photos that something is to be said of, so that nobody looks through all of them for it."""
    db.execute("CREATE INDEX photos_problem ON photos (id) WHERE problem IS NOT NULL")
    db.execute("CREATE INDEX photos_off_disk ON photos (id) WHERE off_disk <> ''")
    db.execute("CREATE INDEX photos_rewritten ON photos (id) WHERE original_proof = 'rewritten'")


@migrations()
def ingest_tables(db: Database) -> None:
    """Inboxes, their files and groups, what is ours of it on the server, and the journal of runs."""
    _make(db, schema_ingest.TABLES)


@migrations()
def smart_proofs(db: Database) -> None:
    """By what the next run of a smart album can prove that nothing changed."""
    db.execute("ALTER TABLE smart_albums ADD COLUMN proof TEXT")


@migrations()
def ingest_sent(db: Database) -> None:
    """Which sidecar went up with its file: another one is nobody's copy."""
    db.execute("ALTER TABLE ingest_files ADD COLUMN sent TEXT NOT NULL DEFAULT ''")


_JOBS = """
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  lane TEXT NOT NULL,
  resource TEXT NOT NULL,
  arguments TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  cancel INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL,
  kind TEXT NOT NULL,
  arguments TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  boot TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  seconds REAL,
  outcome TEXT,
  exit_code INTEGER,
  sentence TEXT,
  result TEXT
) STRICT;
CREATE TABLE schedule (
  name TEXT PRIMARY KEY,
  identity TEXT NOT NULL,
  last_run TEXT,
  boot TEXT NOT NULL,
  monotonic REAL NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID
"""


_INTENTS = """
CREATE TABLE intents (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  value INTEGER NOT NULL,
  at INTEGER NOT NULL,
  file TEXT NOT NULL,
  known INTEGER,
  state TEXT NOT NULL,
  sentence TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0,
  retry_at TEXT,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID
"""

_NOTICES = """
CREATE TABLE notices (
  channel TEXT NOT NULL,
  key TEXT NOT NULL,
  what TEXT NOT NULL,
  told_at TEXT NOT NULL,
  over_at TEXT,
  PRIMARY KEY (channel, key)
) STRICT, WITHOUT ROWID
"""
