"""The page of notices: what is typed is judged and kept, secrets go in and never come out, the test button tells."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sync import secrets
from sync.home import Home
from sync.library import jobs
from sync.library import notices as rows
from sync.library.database import Library
from sync.library.jobs import State
from sync.library.notices import NoticeRow
from sync.notices.tell import test as try_notices
from sync.settings.reading import load
from sync.work import Work
from tests.admin.phone import Phone
from tests.fakes.post import Hook, webhook
from tests.manual_clock import ManualClock

PASSWORD, ADDRESS = "CANARYmailPassword", "http://127.0.0.1:9/CANARYhook"


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as made:
        yield made


def form(phone: Phone, **values: str) -> dict[str, str]:
    page = phone.get("/notices").text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return {"seen": seen, "problems": "yes", "held": "yes", "after_minutes": "60", "mail_port": "0",
            "mail_security": "starttls"} | values  # fmt: skip


def test_what_is_typed_is_kept_and_secrets_are_not_shown_again(phone: Phone, library: Library, home: Home) -> None:
    sent = form(phone, mail_to="anna@example.org", mail_host="smtp.example.org", mail_user="anna", summary="yes",
                password=PASSWORD, webhook=ADDRESS)  # fmt: skip
    page = phone.follow(phone.post("/notices/change", sent)).text
    assert "anna@example.org" in page
    assert "127.0.0.1" in page, "the webhook's host alone"
    assert PASSWORD not in page
    assert "CANARY" not in page
    told = home.settings.read_text()
    assert tomllib.loads(told)["notices"] == {
        "mail_to": "anna@example.org", "mail_host": "smtp.example.org", "mail_user": "anna", "summary": True,
    }  # fmt: skip
    known = secrets.of_notices(home.secrets)
    assert (known.mail_password.reveal(), known.webhook.reveal()) == (PASSWORD, ADDRESS)
    phone.follow(phone.post("/notices/change", form(phone, mail_to="b@example.org")))
    assert secrets.of_notices(home.secrets) == known, "an empty field keeps it"


@pytest.mark.parametrize("typed", [{"mail_host": "evil.example.org"}, {"mail_port": "2525"}], ids=["host", "port"])
def test_a_password_goes_to_no_other_mail_server_than_it_was_entered_for(
    phone: Phone, library: Library, home: Home, typed: dict[str, str]
) -> None:
    kept = {"mail_to": "anna@example.org", "mail_host": "smtp.example.org", "mail_user": "anna"}
    phone.post("/notices/change", form(phone, **kept, password=PASSWORD))
    before = home.settings.read_text()
    page = phone.post("/notices/change", form(phone, **(kept | typed)))
    assert (page.status_code, "Another mail server" in page.text) == (422, True)
    assert home.settings.read_text() == before
    assert phone.post("/notices/change", form(phone, **(kept | typed), password="another one")).status_code == 303
    assert secrets.of_notices(home.secrets).mail_password.reveal() == "another one"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"mail_to": "anna"}, "This is no mail address"),
        ({"mail_from": "a@x b@x"}, "This is no mail address"),
        ({"after_minutes": "soon"}, "after_minutes"),
        ({"mail_port": "99999"}, "mail_port"),
        ({"mail_security": "hope"}, "mail_security"),
        ({"webhook": "ftp://x"}, "address is none"),
        ({"webhook": "http://a:b@x/"}, "must not hold a name or password"),
        ({"webhook": "http://169.254.169.254/latest"}, "No webhook is there"),
        ({"webhook": "http://[fe80::1]/"}, "No webhook is there"),
        ({"password": "a\x00b"}, "This cannot be a password"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_changes_nothing(
    phone: Phone, home: Home, typed: dict[str, str], sentence: str
) -> None:
    answer = phone.post("/notices/change", form(phone, mail_host="smtp.example.org") | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "smtp.example.org" in answer.text, "what was typed stays"
    assert not load(home.settings).settings.notices.mail_host
    assert secrets.of_notices(home.secrets) == secrets.NoticeSecrets()


def test_the_second_of_two_phones_is_told(phone: Phone) -> None:
    mine = form(phone, mail_to="a@example.org")
    theirs = form(phone, mail_to="b@example.org")
    phone.post("/notices/change", theirs)
    answer = phone.post("/notices/change", mine)
    assert answer.status_code == 409
    assert "b@example.org" in answer.text


def test_secrets_are_forgotten_when_asked(phone: Phone, home: Home) -> None:
    phone.post("/notices/change", form(phone, password=PASSWORD, webhook=ADDRESS))
    for name in ("mail", "webhook", "servers"):
        phone.get("/notices")
        phone.post("/notices/forget", {"name": name})
    assert secrets.of_notices(home.secrets) == secrets.NoticeSecrets()
    assert secrets.password_hash(home.secrets)


def test_the_test_button_tells_of_each_way(
    phone: Phone, library: Library, home: Home, hook: Hook, clock: ManualClock
) -> None:
    phone.post("/notices/change", form(phone, webhook=hook.address))
    answer = phone.post("/notices/test")
    [job] = jobs.in_state(library, State.WAITING)
    assert job.kind == "notices-test"
    work = Work(home=home, settings=load(home.settings).settings, settings_whole=True, library=library, clock=clock)
    result = try_notices(work, {})
    from sync.jobs import progress

    progress.put_ended(home, progress.Ended(job=job.id, outcome="done", exit_code=result.exit_code,
                                            sentence=result.sentence, facts=result.facts))  # fmt: skip
    assert "Webhook: was sent." in phone.follow(answer).text
    assert hook.posted[0]["kind"] == "test"


def test_what_was_told_lately_is_listed_as_text(phone: Phone, library: Library) -> None:
    row = NoticeRow(channel="mail", key="album x", what="Album '<b>x'", told_at=datetime(2026, 11, 21, tzinfo=UTC))
    with library.transaction() as db:
        rows.put(db, row)
    assert "Album &#39;&lt;b&gt;x&#39;" in phone.get("/notices").text
