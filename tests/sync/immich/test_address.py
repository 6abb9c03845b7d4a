"""What a person types as an address, and what is refused."""

from __future__ import annotations

import pytest

from sync.errors import ForeignRedirect, NotImmich, ServerError, Unreachable, UsageError
from sync.immich.address import elsewhere, parse_address


@pytest.mark.parametrize(
    ("typed", "api"),
    [
        ("http://nas:2283", "http://nas:2283/api"),
        ("http://nas:2283/", "http://nas:2283/api"),
        ("http://nas:2283/api", "http://nas:2283/api"),
        ("http://nas:2283/api/", "http://nas:2283/api"),
        ("http://nas:2283/.well-known/immich", "http://nas:2283/api"),
        ("https://photos.example/", "https://photos.example/api"),
        ("https://photos.example:443", "https://photos.example/api"),
        ("HTTPS://Photos.Example", "https://photos.example/api"),
        ("photos.example", "http://photos.example/api"),
        ("nas:2283", "http://nas:2283/api"),
        ("192.168.1.10:2283", "http://192.168.1.10:2283/api"),
        ("http://[fd12::5]:2283", "http://[fd12::5]:2283/api"),
        ("https://home.example/immich/api", "https://home.example/immich/api"),
        ("  http://nas:2283\n", "http://nas:2283/api"),
        ("http://2130706433:2283", "http://2130706433:2283/api"),
        ("http://127.0.0.1:2283", "http://127.0.0.1:2283/api"),
        ("http://100.64.0.7:2283", "http://100.64.0.7:2283/api"),
        ("https://photos.example//api", "https://photos.example/api"),
    ],
)
def test_an_address_is_taken_as_people_write_it(typed: str, api: str) -> None:
    assert parse_address(typed).api == api


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ftp://nas",
        "file:///etc/passwd",
        "javascript://nas/%0aalert(1)",
        "http://user:hunter2@nas",
        "http://user@nas",
        "http://nas/?apiKey=hunter2",
        "http://nas/?",
        "http://nas/#hunter2",
        "http://nas:0",
        "http://nas:70000",
        "http://nas:port",
        "http://",
        "http://na s",
        "http://nas\\@evil.example",
        "http://169.254.169.254/latest",
        "http://[fe80::1%25eth0]:2283",
        "http://[::ffff:169.254.169.254]",
        "http://224.0.0.1",
        "http://[ff02::1]",
        "http://0.0.0.0:2283",
        "http://[::]:2283",
        "http://metadata.google.internal",
        "http://[fd00:ec2::254]",
        "http://100.100.100.200",
        "http://2852039166",
        "http://0xA9FEA9FE:2283",
        "http://169.254.43518",
        "http://0",
        "http://[::1",
    ],
)
def test_what_is_no_plain_server_address_is_refused_in_one_sentence(typed: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_address(typed)
    assert "hunter2" not in str(refused.value)
    assert refused.value.advice


PAGE = NotImmich("Not Immich's API: it answered with a web page.")


def _redirect(to: str) -> ForeignRedirect:
    return ForeignRedirect("The server redirects.", to=to)


@pytest.mark.parametrize(
    ("typed", "answered", "meant"),
    [
        ("https://photos.example/photos", PAGE, "https://photos.example"),
        ("http://nas:2283/albums/1/photos/2/", PAGE, "http://nas:2283"),
        ("https://photos.example", PAGE, ""),
        ("https://photos.example/photos", Unreachable("It does not answer."), ""),
        ("http://photos.example", _redirect("https://photos.example"), "https://photos.example"),
        ("http://photos.example/immich", _redirect("https://photos.example:8443"), "https://photos.example:8443/immich"),
        ("http://photos.example", _redirect("https://login.example"), ""),
        ("http://photos.example", _redirect("http://photos.example:81"), ""),
        ("https://photos.example", _redirect("https://photos.example:81"), ""),
        ("http://nas", _redirect("https://169.254.169.254"), ""),
        ("http://nas", ForeignRedirect("It redirects to somewhere unreadable."), ""),
    ],
)
def test_what_a_browser_shows_leads_to_what_was_meant(typed: str, answered: ServerError, meant: str) -> None:
    assert elsewhere(typed, answered) == meant
