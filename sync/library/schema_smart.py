"""The tables of smart albums: what was put into them, and the journal of their runs.

smart_albums.album       Immich's id of the album on the server; smart_albums.wanted is the name or id in the settings
smart_albums.day         the day that the rule was last judged for, where it moves with the calendar
smart_added.state        added, asked (the answer was lost), or out (taken out by a person)
smart_changes.done       NULL while nobody knows: the answer was lost
"""

from __future__ import annotations

TABLES = """
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
