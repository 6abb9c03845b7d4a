"""Every setting of the Wall page is read by the frame: what nobody reads would be a promise that nothing keeps."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from admin.pages.wall_fields import FIELDS, full_key

FRAME = Path(__file__).parents[2] / "frame"


def read_in(source: str) -> set[str]:
    """`section.name` of everything that is taken from something called as a section of the settings is."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            of = node.value
            name = of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""
            found.add(f"{name.lstrip('_')}.{node.attr}")
    return found


@pytest.fixture(scope="module")
def read() -> set[str]:
    return set().union(*(read_in(path.read_text(encoding="utf-8")) for path in FRAME.rglob("*.py")))


@pytest.mark.parametrize("key", FIELDS)
def test_a_setting_of_the_wall_page_is_read_by_the_frame(key: str, read: set[str]) -> None:
    assert full_key(key) in read


def test_a_setting_that_is_only_written_or_named_is_not_read() -> None:
    assert read_in("wall = make()\nlayout = 'wall.layout'\nother.layout") == {"other.layout"}
    assert read_in("size = self._settings.wall.layout") >= {"wall.layout"}
