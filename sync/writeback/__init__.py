"""Immich's knowledge into the original files: gathered, planned, written safely, journalled, undone."""
