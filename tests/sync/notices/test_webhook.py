"""The webhook over real sockets: JSON to one address, nowhere else."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.errors import NoticeFailed, UsageError
from sync.notices.letter import trial
from sync.notices.webhook import send
from sync.secrets import NoticeSecrets, Secret
from tests.fakes.post import webhook
from tests.ports import free_port

LETTER = trial("frame", now=datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
KEY = "CANARYwebhookKey"


def known(address: str, **headers: str) -> NoticeSecrets:
    return NoticeSecrets(webhook=Secret(address), headers=tuple((name, Secret(v)) for name, v in headers.items()))


def test_a_letter_arrives_as_json_with_its_header() -> None:
    with webhook() as hook:
        send(known(hook.address + KEY, Authorization=f"Bearer {KEY}"), LETTER)
    assert hook.posted == [LETTER.data]
    assert hook.posted[0]["kind"] == "test"
    assert hook.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert hook.paths == [f"/hooks/{KEY}"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with (
        webhook() as other,
        webhook(status=status, location=other.address) as hook,
        pytest.raises(NoticeFailed, match="redirects elsewhere"),
    ):
        send(known(hook.address), LETTER)
    assert other.posted == []


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
def test_a_refusal_is_told_without_the_address(status: int) -> None:
    with webhook(status=status) as hook, pytest.raises(NoticeFailed) as caught:
        send(known(hook.address + KEY), LETTER)
    assert f"HTTP {status}" in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_webhook_that_is_not_there_is_told_without_its_key() -> None:
    with pytest.raises(NoticeFailed, match="cannot be reached") as caught:
        send(known(f"http://127.0.0.1:{free_port()}/hooks/{KEY}"), LETTER)
    assert KEY not in repr(caught.value.__cause__) + repr(caught.value.__context__) + str(caught.value)


def test_neither_proxies_nor_passwords_of_the_environment_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login anna password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with webhook() as proxy, webhook() as hook:
        monkeypatch.setenv("http_proxy", proxy.address)
        send(known(hook.address), LETTER)
    assert (len(hook.posted), len(proxy.posted)) == (1, 0)
    assert "Authorization" not in hook.headers[0]


@pytest.mark.parametrize("address", ["ftp://x/", "x", "http://", "http://a:b@x/", "http://x y/", "http://x:99999/"])
def test_what_is_no_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UsageError, match="webhook's address"):
        send(known(address), LETTER)


FORBIDDEN = {
    "link-local": "http://169.254.169.254/latest/meta-data/",
    "as a number": "http://2852039166/",
    "in IPv6": "http://[fe80::1%25eth0]/",
    "mapped": "http://[::ffff:169.254.1.1]/",
    "metadata": "http://metadata.google.internal/",
    "multicast": "http://224.0.0.251/",
    "nowhere": "http://0.0.0.0/",
}


@pytest.mark.parametrize("address", FORBIDDEN.values(), ids=FORBIDDEN)
def test_nothing_is_sent_to_where_no_webhook_is(address: str) -> None:
    with pytest.raises(UsageError, match="No webhook is there"):
        send(known(address), LETTER)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_there_is_refused_before_a_byte_is_sent(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    # This machine's address stands in for a link-local one, on which nothing listens here.
    with webhook() as hook:
        port = hook.address.rpartition(":")[2].partition("/")[0]
        real = socket.getaddrinfo

        def renamed(host: str, *more: object, **others: object) -> object:
            return real("127.0.0.1" if host == "hooks.example.org" else host, *more, **others)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", renamed)
        monkeypatch.setattr("sync.notices.webhook.is_forbidden", lambda host: host == "127.0.0.1")
        with pytest.raises(UsageError, match="No webhook is there"):
            send(known(f"{scheme}://hooks.example.org:{port}/{KEY}"), LETTER)
    assert hook.posted == []


def test_a_header_that_could_begin_another_is_refused() -> None:
    with webhook() as hook, pytest.raises(UsageError, match="no header may have"):
        send(known(hook.address, X="a\r\nY: b"), LETTER)
    assert hook.posted == []
