"""The tables of library.db, as append-only migrations. A migration once released is never edited.

Times are ISO 8601 texts in UTC; JSON columns hold what msgspec encodes. Nothing here is needed to show photos: a lost
library is rebuilt from the objects and the server without downloading an object again.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("mantelpiece")


@migrations()
def mirror_tables(db: Database) -> None:
    """Servers, albums, photos, who is in which, objects, what is held and what lies in the trash."""
    for statement in _MIRROR.split(";"):
        if statement.strip():
            db.execute(statement)


@migrations()
def job_tables(db: Database) -> None:
    """Jobs and the runs that executed them."""
    for statement in _JOBS.split(";"):
        if statement.strip():
            db.execute(statement)


_MIRROR = """
CREATE TABLE servers (
  name TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  version TEXT,
  probe TEXT,
  probed_at TEXT,
  problem TEXT,
  problem_since TEXT
) STRICT;
CREATE TABLE albums (
  name TEXT PRIMARY KEY,
  identity TEXT NOT NULL,
  title TEXT NOT NULL,
  token TEXT,
  listed_at TEXT,
  full_listed_at TEXT,
  server_version TEXT,
  listed INTEGER NOT NULL DEFAULT 0,
  left_out TEXT NOT NULL DEFAULT '{}',
  problem TEXT,
  problem_since TEXT
) STRICT;
CREATE TABLE photos (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  server TEXT NOT NULL,
  asset TEXT NOT NULL,
  facts BLOB NOT NULL,
  fingerprint BLOB NOT NULL,
  details BLOB,
  details_for TEXT,
  added TEXT NOT NULL,
  original TEXT,
  original_proof TEXT,
  original_etag TEXT,
  display TEXT,
  display_width INTEGER,
  display_height INTEGER,
  display_proof TEXT,
  display_etag TEXT,
  problem TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  retry_at TEXT
) STRICT;
CREATE INDEX photos_original ON photos (original);
CREATE INDEX photos_display ON photos (display);
CREATE TABLE memberships (
  album TEXT NOT NULL,
  photo INTEGER NOT NULL REFERENCES photos (id),
  position INTEGER NOT NULL,
  kept_by_hand INTEGER NOT NULL DEFAULT 0,
  gone_at TEXT,
  gone_boot TEXT,
  gone_monotonic REAL,
  PRIMARY KEY (album, photo)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_photo ON memberships (photo);
CREATE TABLE objects (
  name TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  proof TEXT NOT NULL,
  checked_at TEXT NOT NULL,
  problem TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE held (
  album TEXT PRIMARY KEY,
  plan TEXT NOT NULL,
  reason TEXT NOT NULL,
  photos TEXT NOT NULL,
  since TEXT NOT NULL,
  decision TEXT
) STRICT;
CREATE TABLE trash (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  album TEXT NOT NULL,
  position INTEGER NOT NULL,
  photo TEXT NOT NULL,
  objects TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  reason TEXT NOT NULL,
  trashed_at TEXT NOT NULL
) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID
"""

_JOBS = """
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  lane TEXT NOT NULL,
  arguments TEXT NOT NULL,
  resource TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at TEXT NOT NULL,
  not_before TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  cancel INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_state ON jobs (state);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL REFERENCES jobs (id),
  kind TEXT NOT NULL,
  arguments TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  outcome TEXT,
  exit_code INTEGER,
  sentence TEXT,
  result TEXT
) STRICT;
CREATE INDEX runs_started ON runs (started_at);
CREATE TABLE schedule (
  name TEXT PRIMARY KEY,
  last_run TEXT,
  last_outcome TEXT
) STRICT
"""
