"""The tables of the mirror: servers, albums, photos, objects, what is held and what lies in the trash.

servers.probed_at is written no more
photos.facts    the Asset as msgpack; photos.details the Details as msgpack, for the facts whose digest is details_for
photos.content  16 bytes that change when the picture itself may have; *_for is the content its object was fetched for
photos.off_disk '' all that is wanted is here, 'original' or 'all': left out for want of space
memberships.position     sorts within the album, ascending (the newest first); the catalogue numbers the photos by it
memberships.fingerprint  16 bytes of the facts as this album's source lists them; NULL makes the next listing new facts
memberships.gone         the Moment (JSON) of the complete listing that lacked it; off the wall, not yet off the disk
objects.checked_at       when its bytes were last hashed; '' means never since it was taken over
objects.retired          the Moment (JSON) since when no photo names it
"""

from __future__ import annotations

TABLES = """
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
