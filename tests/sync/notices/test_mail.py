"""Mail over real sockets: what arrives, what never leaves without TLS, and a sentence for everything that fails."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sync.errors import NoticeFailed, UsageError
from sync.notices.decide import News
from sync.notices.letter import write
from sync.notices.mail import send
from sync.secrets import Secret
from sync.settings.tree import MailSecurity, Notices
from tests.fakes.post import MailServer, mail_server
from tests.ports import free_port

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PASSWORD = "CANARYpassword"
Certificate = tuple[str, str]


def rules(server: MailServer, **values: Any) -> Notices:
    given = {"mail_to": "anna@example.org", "mail_host": "127.0.0.1", "mail_port": server.port,
             "mail_security": MailSecurity.NONE}  # fmt: skip
    return Notices(**given | values)


def letter(what: str = "Server home", sentence: str = "It does not answer.") -> Any:
    return write("frame", [News("problem", "server home", what, sentence, "Look at it.", NOW)], now=NOW)


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_mail_goes_over_tls_with_its_password(certificate: Certificate, security: MailSecurity) -> None:
    implicit = security is MailSecurity.TLS
    with mail_server(certificate=certificate, implicit=implicit, password=PASSWORD) as server:
        known = rules(server, mail_security=security, mail_user="anna@example.org", mail_to="b@x.org, c@x.org")
        send(known, Secret(PASSWORD), letter())
    [(to, mail)] = server.letters
    assert to == ["b@x.org", "c@x.org"]
    assert mail["From"] == "anna@example.org"
    assert mail["Subject"] == "mantelpiece on frame: Server home: It does not answer."
    assert "Look at it." in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert all(secure for secure, line in server.heard if line.startswith(("AUTH", "MAIL", "DATA")))


@pytest.mark.parametrize("security", [MailSecurity.NONE, MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_name_that_leads_to_where_nothing_is_sent_gets_no_byte(
    monkeypatch: pytest.MonkeyPatch, security: MailSecurity
) -> None:
    # This machine's address stands in for a link-local one, on which nothing listens here.
    monkeypatch.setattr("sync.notices.mail.is_forbidden", lambda host: host == "127.0.0.1")
    with mail_server() as server, pytest.raises(NoticeFailed, match="nothing is ever sent there"):
        send(rules(server, mail_security=security), Secret(""), letter())
    assert not any(line for _, line in server.heard)


def test_without_tls_a_password_is_not_sent() -> None:
    with mail_server(password=PASSWORD) as server, pytest.raises(UsageError, match="without TLS"):
        send(rules(server, mail_user="anna"), Secret(PASSWORD), letter())
    assert server.heard == []


@pytest.mark.parametrize(
    ("offers", "values", "told"),
    [
        pytest.param({}, {"mail_security": MailSecurity.STARTTLS}, "offers no STARTTLS", id="no STARTTLS"),
        pytest.param({}, {"mail_security": MailSecurity.TLS}, "speaks no TLS there", id="plain where TLS is meant"),
        pytest.param({"refuses_all": True}, {}, "refuses the mail for anna@example.org", id="nobody is taken"),
    ],
)
def test_a_mail_server_that_refuses_is_told_in_a_sentence(
    offers: dict[str, Any], values: dict[str, Any], told: str
) -> None:
    with mail_server(**offers) as server, pytest.raises(NoticeFailed, match=told):
        send(rules(server, **values), Secret(""), letter())


def test_one_who_is_refused_keeps_it_from_nobody_else() -> None:
    with mail_server(refuses=("b@x.org",)) as server:
        assert "b@x.org" in send(rules(server, mail_to="a@x.org b@x.org"), Secret(""), letter())
    assert [to for to, _ in server.letters] == [["a@x.org"]]


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(certificate: Certificate, security: MailSecurity) -> None:
    implicit = security is MailSecurity.TLS
    with (
        mail_server(certificate=certificate, implicit=implicit, password=PASSWORD) as server,
        pytest.raises(NoticeFailed, match="cannot be trusted"),
    ):
        send(rules(server, mail_security=security, mail_user="anna"), Secret(PASSWORD), letter())
    assert not [line for _, line in server.heard if line.startswith("AUTH")]


@pytest.mark.usefixtures("trusting")
def test_a_wrong_password_is_told_and_never_repeated(certificate: Certificate) -> None:
    with mail_server(certificate=certificate, password="another") as server, pytest.raises(NoticeFailed) as caught:
        send(rules(server, mail_security=MailSecurity.STARTTLS, mail_user="anna"), Secret(PASSWORD), letter())
    assert "user name or the password" in str(caught.value)
    assert PASSWORD not in repr(caught.value.__cause__) + repr(caught.value.__context__) + str(caught.value)


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(NoticeFailed, match="cannot be reached"):
        send(rules(MailServer(port=free_port())), Secret(""), letter())


@pytest.mark.parametrize("hostile", ["A\r\nBcc: evil@example.org", "A\nSubject: x", "\x00\x1b[31m", "名前 ✿" * 80, "‮x"])
def test_hostile_names_are_text(hostile: str) -> None:
    with mail_server() as server:
        send(rules(server), Secret(""), letter(what=f"Album {hostile!r}", sentence=hostile))
    [(to, mail)] = server.letters
    assert to == ["anna@example.org"]
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject")) == 1
    assert "Look at it." in mail.get_content()


@pytest.mark.parametrize("address", ["anna", "a@b@c", "a b@", "@x", "a@x\r\nBcc: b@x", "<a@x>"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with mail_server() as server, pytest.raises(UsageError, match="mail address"):
        send(rules(server, mail_from=address), Secret(""), letter())
    assert server.letters == []
