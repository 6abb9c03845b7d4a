"""The tables of write-back: what Immich knows, what was written where, and the journal by which it can be undone.

writeback_servers.since    the server's time up to which updates were seen; whole_at: of the last whole listing
writeback_assets.facts     what is written of one asset, as msgpack; proof: what tells its file from others
writeback_assets.faces     boxes as msgpack; NULL: not asked for yet
writeback_assets.dirty     its file must be looked at: Immich knows something new, or the file is not as we left it
writeback_assets.state     '' in order, else why its file was not written (missing, ambiguous, unproved, ...)
writeback_assets.tried     what the state was found for; the same again is not tried again
writeback_groups           people, albums and tags, by kind; mark changes when who is in it may have
writeback_files.ours       what we added to that file, as JSON: only this may be taken out of it again
writeback_changes.done     NULL while nobody knows: the process died in between
writeback_changes.told     Immich was asked to read the file again
writeback_changes.back     what takes the write back, as msgpack
"""

TABLES = """
CREATE TABLE writeback_servers (
  name TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  version TEXT NOT NULL,
  since TEXT NOT NULL DEFAULT '',
  whole_at TEXT NOT NULL DEFAULT '',
  albums_at TEXT NOT NULL DEFAULT '',
  tags_at TEXT NOT NULL DEFAULT '',
  faces_at TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE writeback_roots (
  name TEXT PRIMARY KEY,
  identity TEXT NOT NULL,
  told TEXT NOT NULL DEFAULT '',
  found TEXT NOT NULL DEFAULT '',
  rests INTEGER NOT NULL DEFAULT 1,
  problem TEXT,
  problem_since TEXT
) STRICT;
CREATE TABLE writeback_assets (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  asset TEXT NOT NULL,
  root TEXT NOT NULL,
  stamp TEXT NOT NULL,
  facts BLOB NOT NULL,
  proof BLOB NOT NULL,
  faces BLOB,
  faces_at TEXT NOT NULL DEFAULT '',
  dirty INTEGER NOT NULL DEFAULT 1,
  gone INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  tried TEXT NOT NULL DEFAULT '',
  UNIQUE (server, asset)
) STRICT;
CREATE INDEX writeback_assets_dirty ON writeback_assets (root) WHERE dirty = 1;
CREATE INDEX writeback_assets_state ON writeback_assets (root, state) WHERE state != '';
CREATE TABLE writeback_groups (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  kind TEXT NOT NULL,
  known TEXT NOT NULL,
  name TEXT NOT NULL,
  mark TEXT NOT NULL,
  UNIQUE (server, kind, known)
) STRICT;
CREATE TABLE writeback_members (
  grouped INTEGER NOT NULL REFERENCES writeback_groups (id),
  asset INTEGER NOT NULL REFERENCES writeback_assets (id),
  PRIMARY KEY (grouped, asset)
) STRICT, WITHOUT ROWID;
CREATE INDEX writeback_members_asset ON writeback_members (asset);
CREATE TABLE writeback_files (
  path TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  asset TEXT NOT NULL,
  root TEXT NOT NULL,
  role TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ours TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX writeback_files_asset ON writeback_files (server, asset);
CREATE TABLE writeback_plans (
  id TEXT PRIMARY KEY,
  at TEXT NOT NULL,
  items TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE writeback_runs (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  ended_at TEXT,
  counts TEXT NOT NULL DEFAULT '{}',
  undone_at TEXT
) STRICT;
CREATE TABLE writeback_changes (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES writeback_runs (id),
  server TEXT NOT NULL,
  asset TEXT NOT NULL,
  root TEXT NOT NULL,
  path TEXT NOT NULL,
  role TEXT NOT NULL,
  fields TEXT NOT NULL,
  back BLOB NOT NULL,
  ours_before TEXT NOT NULL,
  ours_after TEXT NOT NULL,
  done INTEGER,
  undone INTEGER NOT NULL DEFAULT 0,
  told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX writeback_changes_run ON writeback_changes (run);
CREATE INDEX writeback_changes_told ON writeback_changes (server) WHERE told = 0;
CREATE INDEX writeback_changes_open ON writeback_changes (path) WHERE done IS NULL
"""
