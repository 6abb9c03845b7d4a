"""Tests mirror the packages; `tests.fakes` is importable from them."""
