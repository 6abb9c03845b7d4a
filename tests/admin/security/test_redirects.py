"""Where a form may send the browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.security.redirects import safe_path


@pytest.mark.parametrize("path", ["/", "/albums", "/album?name=A%20%26%20B", "/runs/3", "/?hidden=home:1"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert safe_path(path, "/") == path


@pytest.mark.parametrize(
    "path",
    [None, "", "albums", "//evil.com", "/\\evil.com", "https://evil.com", "javascript:alert(1)", "/a\\b", "/a\nb",
     "/\t/evil.com", "/ /evil.com", "\\\\evil.com", "/a\x00", "/" + "a" * 600, "///evil.com",
     "/%0d\r\nSet-Cookie: a=b"],
)  # fmt: skip
def test_anything_else_is_not(path: str | None) -> None:
    assert safe_path(path, "/otherwise") == "/otherwise"


@given(st.text())
def test_nothing_leads_to_another_host(wanted: str) -> None:
    found = safe_path(wanted, "/")
    assert found.startswith("/")
    assert found[1:2] not in ("/", "\\")
    assert not any(character in found for character in "\r\n\t\\ ")
