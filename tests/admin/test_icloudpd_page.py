"""iCloud on the phone: what is typed becomes the inbox's, what Apple asks is answered, and nothing of it is kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from sync import questions
from sync.files import locked
from sync.home import Home
from sync.library.database import Library
from sync.questions import Asks, Question
from sync.settings.edit import add_inbox, put_server
from sync.settings.ingest import Inbox, Size
from sync.settings.reading import load
from tests.admin.phone import Phone
from tests.admin.queue import queued

ACCOUNT = "anna@example.org"
PAGE = "/ingest/icloud?name=i+%26+Phone"


@pytest.fixture
def inbox(home: Home) -> Home:
    put_server(home, "home", {"url": "http://192.0.2.1:2283"})
    wanted = {"account": ACCOUNT, "program": "/opt/icloudpd", "arguments": ["--auto-delete"]}
    places = {"folder": "/mnt/photos", "library": "x", "landing": "/mnt/in"}
    add_inbox(home, {"name": "i & Phone", "server": "home", **places, "icloudpd": wanted})
    return home


def saved(home: Home) -> Inbox:
    (inbox,) = load(home.settings).settings.inboxes
    return inbox


def seen_on(text: str) -> str:
    return text.split('name="seen" value="', 1)[1].split('"', 1)[0]


FIELDS = {
    "name": "i & Phone", "account": "Ben@Example.org", "size-original": "yes", "size-thumb": "yes",
    "album": "A b\r\n\r\nÖ", "interval_hours": "12", "recent_days": "30", "live": "", "videos": "yes",
}  # fmt: skip


def test_what_is_typed_becomes_the_inboxs_and_options_without_a_field_stay(phone: Phone, inbox: Home) -> None:
    page = phone.get(PAGE).text
    assert ACCOUNT in page and "/opt/icloudpd" not in page
    values = FIELDS | {"seen": seen_on(page), "program": "/bin/sh", "arguments": "--notification-script=/x"}
    answer = phone.post("/ingest/icloud/fields", values)
    assert answer.status_code == 303, answer.text
    wanted = saved(inbox).icloudpd
    assert (wanted.account, wanted.album) == ("ben@example.org", ("A b", "Ö"))
    assert wanted.sizes == (Size.ORIGINAL, Size.THUMB)
    assert (wanted.interval_hours, wanted.recent_days, wanted.live, wanted.videos) == (12, 30, False, True)
    assert (wanted.program, wanted.arguments) == ("/opt/icloudpd", ("--auto-delete",)), "no form reaches these"


@pytest.mark.parametrize(
    "wrong",
    [{"account": "--version"}, {"account": "anna"}, {"size-original": "", "size-thumb": ""}, {"album": "--auto-delete"},
     {"interval_hours": "0"}, {"interval_hours": "nan"}, {"recent_days": "soon"}, {"seen": "old"}],
    ids=lambda wrong: f"{next(iter(wrong))}={next(iter(wrong.values()))}",
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(
    phone: Phone, inbox: Home, wrong: dict[str, str]
) -> None:
    before = inbox.settings.read_bytes()
    values = FIELDS | {"seen": seen_on(phone.get(PAGE).text)} | wrong
    answer = phone.post("/ingest/icloud/fields", {key: value for key, value in values.items() if value})
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert inbox.settings.read_bytes() == before


def asked(home: Home, asks: Asks, choices: tuple[tuple[str, str], ...] = ()) -> AbstractContextManager[None]:
    """A job that waits for an answer."""
    questions.ask(home, Question(about=ACCOUNT, inbox="i & Phone", asks=asks, text="<b>?", choices=choices,
                                 asked_at=datetime(2026, 11, 21, tzinfo=UTC)))  # fmt: skip
    return locked(home.locks / questions.lock_of(ACCOUNT), "the download")


def test_apples_digits_are_typed_on_the_phone_and_reach_the_job(phone: Phone, inbox: Home) -> None:
    with asked(inbox, Asks.CODE, (("a", "•••12"),)):
        assert "Apple wants to hear" in phone.get("/").text, "wherever one is, one is told"
        page = phone.get(PAGE).text
        assert 'autocomplete="one-time-code"' in page and "•••12" in page
        refused = phone.post("/ingest/icloud/answer", {"about": ACCOUNT, "text": "12"})
        assert refused.status_code == 400 and "6 digits" in refused.text
        phone.get(PAGE)
        assert phone.post("/ingest/icloud/answer", {"about": ACCOUNT, "text": "123 456"}).status_code == 303
        assert questions.take_answer(inbox, ACCOUNT) == "123456"
    kept = b"".join(path.read_bytes() for path in inbox.root.rglob("*") if path.is_file())
    assert b"123456" not in kept


def test_a_password_is_typed_unseen(phone: Phone, inbox: Home) -> None:
    with asked(inbox, Asks.PASSWORD):
        assert 'type="password"' in phone.get(PAGE).text
        phone.post("/ingest/icloud/answer", {"about": ACCOUNT, "text": " pass word "})
        assert questions.take_answer(inbox, ACCOUNT) == " pass word "


def test_the_questions_of_a_page_that_stays_open_come_by_themselves(phone: Phone, inbox: Home) -> None:
    first = phone.get("/now?parts=questions").json
    with asked(inbox, Asks.CODE):
        later = phone.get(f"/now?parts=questions&since={first['since']}").json
    assert "one-time-code" in later["parts"]["questions"]


def test_a_wish_to_sign_in_starts_the_download(phone: Phone, inbox: Home, library: Library) -> None:
    with asked(inbox, Asks.CODE):
        pass
    page = phone.get(PAGE).text
    assert "&lt;b&gt;?" in page and "one-time-code" not in page
    assert phone.post("/ingest/icloud/answer", {"about": ACCOUNT, "text": "123456"}).status_code == 400
    phone.get(PAGE)
    phone.post("/ingest/icloud/download", {"name": "i & Phone"})
    assert queued(library) == [("icloudpd", {"inbox": "i & Phone"})]


def test_an_inbox_that_is_not_there_is_not_found(phone: Phone, inbox: Home) -> None:
    assert phone.get("/ingest/icloud?name=x").status_code == 404
    assert phone.post("/ingest/icloud/download", {"name": "x"}).status_code == 404
    assert phone.post("/ingest/icloud/answer", {"about": "x", "text": "123456"}).status_code == 404
