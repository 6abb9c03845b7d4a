"""What an address without its scheme is taken for. What is forbidden is tested where it is refused."""

from __future__ import annotations

import pytest

from sync.hosts import with_scheme


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("192.168.1.5:2283", "http://192.168.1.5:2283"),
        ("[fd00::1]:2283", "http://[fd00::1]:2283"),
        ("nas:2283/photos", "http://nas:2283/photos"),
        ("NAS.LOCAL", "http://NAS.LOCAL"),
        ("nas.fritz.box:2283", "http://nas.fritz.box:2283"),
        ("photos.example.org", "https://photos.example.org"),
        ("https.example.org", "https://https.example.org"),
        ("https://nas", "https://nas"),
        ("ftp://nas", "ftp://nas"),
        ("", ""),
        ("http:/192.168.1.5:2283", "http:/192.168.1.5:2283"),
        ("HTTPS//nas", "HTTPS//nas"),
    ],
)
def test_an_address_without_its_scheme_gets_one_and_half_a_scheme_stays_to_be_refused(typed: str, taken: str) -> None:
    assert with_scheme(typed) == taken
