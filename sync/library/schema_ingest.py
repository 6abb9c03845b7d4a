"""The tables of ingest: inboxes, their files and groups, what is ours of it on the server, and the journal of runs.

ingest_inboxes.cursor    the server's own time up to which changes of the library were looked at
ingest_files.place       the file's path below the library's folder; ingest_files.sidecar is its length and ctime
ingest_files.sent        the same of the sidecar that went up with the file
ingest_groups.members    a digest of the files that make up the group; ingest_groups.steps the steps that are done
ingest_favourites        assets that are favourites because of us
ingest_changes.done      NULL while nobody knows: the answer was lost
"""

from __future__ import annotations

TABLES = """
CREATE TABLE ingest_inboxes (
  inbox TEXT PRIMARY KEY,
  identity TEXT NOT NULL,
  cursor TEXT NOT NULL,
  problem TEXT NOT NULL,
  ran_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE ingest_files (
  inbox TEXT NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  facts TEXT NOT NULL,
  sidecar TEXT NOT NULL,
  favourite INTEGER,
  hidden INTEGER NOT NULL,
  place TEXT NOT NULL,
  asset TEXT NOT NULL,
  sha1 TEXT NOT NULL,
  PRIMARY KEY (inbox, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE ingest_groups (
  inbox TEXT NOT NULL,
  "key" TEXT NOT NULL,
  members TEXT NOT NULL,
  sidecars TEXT NOT NULL,
  state TEXT NOT NULL,
  steps TEXT NOT NULL,
  favourite INTEGER NOT NULL,
  problem TEXT NOT NULL,
  late INTEGER NOT NULL,
  PRIMARY KEY (inbox, "key")
) STRICT, WITHOUT ROWID;
CREATE TABLE ingest_favourites (
  server TEXT NOT NULL,
  asset TEXT NOT NULL,
  PRIMARY KEY (server, asset)
) STRICT, WITHOUT ROWID;
CREATE TABLE ingest_albums (
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  album TEXT NOT NULL,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE ingest_runs (
  id INTEGER PRIMARY KEY,
  inbox TEXT NOT NULL,
  server TEXT NOT NULL,
  "plan" TEXT NOT NULL,
  at TEXT NOT NULL,
  counts TEXT NOT NULL,
  undone_at TEXT
) STRICT;
CREATE TABLE ingest_changes (
  number INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES ingest_runs (id),
  what TEXT NOT NULL,
  asset TEXT NOT NULL,
  target TEXT NOT NULL,
  done INTEGER,
  UNIQUE (run, what, asset, target)
) STRICT
"""
