"""Which Host headers the page answers to."""

from __future__ import annotations

import pytest

from admin.security.hosts import is_allowed

NAMES = frozenset({"frame", "frame.local", "localhost", "photos.example.org"})


@pytest.mark.parametrize(
    "host",
    ["192.168.1.9", "192.168.1.9:8080", "127.0.0.1:8080", "[fe80::1]:80", "[::1]", "localhost:8080", "frame",
     "frame.local", "frame.local.", "FRAME.local:8080", "photos.example.org"],
)  # fmt: skip
def test_an_address_or_an_own_name_is_answered(host: str) -> None:
    assert is_allowed(host, NAMES)


@pytest.mark.parametrize(
    "host",
    ["", "evil.com", "evil.com:8080", "192.168.1.9.nip.io", "127.1", "0x7f000001", "2130706433", "frame.evil.com",
     "localhost.evil.com", "[::1", "[evil.com]", "[127.0.0.1]", "::1", "192.168.1.9:", "192.168.1.9:99999",
     "192.168.1.9:80:80", "192.168.1.9@evil.com", "evil.com#frame.local", "frame\n", "１２７.0.0.1", "127.0.0.1..",
     "xn--frame.local", ".", ":8080"],
)  # fmt: skip
def test_any_other_host_is_refused(host: str) -> None:
    assert not is_allowed(host, NAMES)
