"""The tables of library.db, as append-only migrations. A migration once released is never edited.

Times are ISO 8601 texts in UTC; JSON columns hold what msgspec encodes. Nothing here is needed to show photos: a lost
library is rebuilt from the published catalogue, the objects and the server without downloading an object again.

What is not plain by its name:
photos.facts    the Asset as msgpack; photos.details the Details as msgpack, for the facts whose digest is details_for
photos.content  16 bytes that change when the picture itself may have; *_for is the content its object was fetched for
photos.off_disk '' all that is wanted is here, 'original' or 'all': left out for want of space
memberships.position     sorts within the album, ascending (the newest first); the catalogue numbers the photos by it
memberships.fingerprint  16 bytes of the facts as this album's source lists them; NULL makes the next listing new facts
memberships.gone         the Moment (JSON) of the complete listing that lacked it; off the wall, not yet off the disk
objects.checked_at       when its bytes were last hashed; '' means never since it was taken over
objects.retired          the Moment (JSON) since when no photo names it
smart_albums.album       Immich's id of the album on the server; smart_albums.wanted is the name or id in the settings
smart_albums.day         the day that the rule was last judged for, where it moves with the calendar
smart_added.state        added, asked (the answer was lost), or out (taken out by a person)
smart_changes.done       NULL while nobody knows: the answer was lost
intents.file             the name of the file that the wish came in; the same again is no new wish
intents.known            whether the photo was a favourite, as far as we knew when it was wished
ingest_inboxes.cursor    the server's own time up to which changes of the library were looked at
ingest_files.place       the file's path below the library's folder; ingest_files.sidecar is its length and ctime
ingest_files.sent         the same of the sidecar that went up with the file
ingest_groups.members    a digest of the files that make up the group; ingest_groups.steps the steps that are done
ingest_favourites        assets that are favourites because of us
ingest_changes.done      NULL while nobody knows: the answer was lost
intents.state            waiting (for its server), done, or given-up
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from sync.library.schema_ingest import INGEST
from sync.library.schema_writeback import TABLES as WRITEBACK

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

@migrations()
def smart_tables(db: Database) -> None:
    """Smart albums, what was put into them, and the journal of their runs."""
    for statement in _SMART.split(";"):
        if statement.strip():
            db.execute(statement)


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
    for statement in WRITEBACK.split(";"):
        if statement.strip():
            db.execute(statement)


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
    for statement in INGEST.split(";"):
        if statement.strip():
            db.execute(statement)


@migrations()
def smart_proofs(db: Database) -> None:
    """By what the next run of a smart album can prove that nothing changed."""
    db.execute("ALTER TABLE smart_albums ADD COLUMN proof TEXT")


@migrations()
def ingest_sent(db: Database) -> None:
    """Which sidecar went up with its file: another one is nobody's copy."""
    db.execute("ALTER TABLE ingest_files ADD COLUMN sent TEXT NOT NULL DEFAULT ''")


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
  token TEXT,
  listed_at TEXT,
  server_version TEXT,
  account TEXT,
  listed INTEGER NOT NULL DEFAULT 0,
  complete INTEGER NOT NULL DEFAULT 0,
  proof TEXT NOT NULL DEFAULT '',
  left_out TEXT NOT NULL DEFAULT '{}',
  problem TEXT,
  problem_since TEXT,
  problem_lasts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE photos (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  server TEXT NOT NULL,
  asset TEXT NOT NULL,
  facts BLOB NOT NULL,
  content BLOB NOT NULL,
  details BLOB,
  details_for BLOB,
  added TEXT NOT NULL,
  original TEXT,
  original_for BLOB,
  original_proof TEXT,
  original_etag TEXT,
  display TEXT,
  display_for BLOB,
  display_width INTEGER,
  display_height INTEGER,
  display_proof TEXT,
  display_etag TEXT,
  off_disk TEXT NOT NULL DEFAULT '',
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
  fingerprint BLOB,
  kept_by_hand INTEGER NOT NULL DEFAULT 0,
  gone TEXT,
  gone_why TEXT,
  PRIMARY KEY (album, photo)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_photo ON memberships (photo);
CREATE TABLE objects (
  name TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  proof TEXT NOT NULL,
  checked_at TEXT NOT NULL,
  problem TEXT,
  retired TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_retired ON objects (retired) WHERE retired IS NOT NULL;
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

_SMART = """
CREATE TABLE smart_albums (
  name TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  wanted TEXT NOT NULL,
  album TEXT NOT NULL,
  rule TEXT NOT NULL,
  day TEXT NOT NULL,
  version TEXT NOT NULL,
  account TEXT NOT NULL,
  total INTEGER NOT NULL DEFAULT 0,
  undone INTEGER NOT NULL DEFAULT 0,
  held TEXT,
  problem TEXT,
  problem_since TEXT
) STRICT;
CREATE TABLE smart_added (
  album TEXT NOT NULL,
  asset TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (album, asset)
) STRICT, WITHOUT ROWID;
CREATE TABLE smart_runs (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  server TEXT NOT NULL,
  album TEXT NOT NULL,
  plan TEXT NOT NULL,
  created INTEGER NOT NULL DEFAULT 0,
  at TEXT NOT NULL,
  undone_at TEXT
) STRICT;
CREATE TABLE smart_changes (
  run INTEGER NOT NULL REFERENCES smart_runs (id),
  asset TEXT NOT NULL,
  action TEXT NOT NULL,
  ours INTEGER NOT NULL,
  done INTEGER,
  PRIMARY KEY (run, asset)
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
