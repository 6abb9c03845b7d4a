"""From rows of the library to a mail and a post: once each, again when it is over, and never with a key in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sync import questions, secrets
from sync.errors import UsageError
from sync.files import locked
from sync.library import albums, held, jobs, runs, servers
from sync.library import notices as rows
from sync.library import smart as smart_rows
from sync.library.held import HeldRow
from sync.library.jobs import SCHEDULE, Lane, State
from sync.library.runs import Outcome
from sync.library.servers import ServerRow
from sync.library.smart import SmartRow
from sync.notices import channels
from sync.notices.matters import matters
from sync.questions import Asks, Question
from sync.settings.tree import Album, MailSecurity, Server, Settings, Smart
from tests.fakes.post import Hook, MailServer, mail_server, webhook
from tests.sync.notices.conftest import Device

KEY = "CANARYkeyOfTheServer12345"


@pytest.fixture
def post() -> Iterator[tuple[MailServer, Hook]]:
    with mail_server() as mail, webhook() as hook:
        yield mail, hook


@pytest.fixture
def telling(device: Device, post: tuple[MailServer, Hook]) -> Device:
    mail, hook = post
    device.settings = Settings(
        servers={"home": Server(url="http://192.0.2.1")},
        albums=(Album(name="Holidays", server="home"), Album(name="Old", server="home", paused=True)),
        smart=(Smart(name="Anna", server="home"),),
    )
    device.rules(mail_to="anna@example.org", mail_host="127.0.0.1", mail_port=mail.port,
                 mail_security=MailSecurity.NONE)  # fmt: skip
    secrets.put(device.home.secrets, "notices", "webhook", address=hook.address)
    return device


def trouble(device: Device, sentence: str | None, *, ago: timedelta = timedelta(hours=2)) -> None:
    library = device.library()
    now = (device.clock.now() - ago).isoformat()
    servers.problem(library, ServerRow(name="home", url="x"), sentence=sentence, now=now)
    library.close()


def test_a_problem_is_told_once_and_its_end_once(telling: Device, post: tuple[MailServer, Hook]) -> None:
    mail, hook = post
    trouble(telling, "It does not answer.")
    assert telling.tell().facts["sent"] == {"mail": 1, "webhook": 1}
    assert telling.tell().facts["sent"] == {}
    telling.clock.advance(3600)
    trouble(telling, None)
    assert telling.tell().facts["sent"] == {"mail": 1, "webhook": 1}
    assert telling.tell().facts["sent"] == {}
    assert [one["news"][0]["kind"] for one in hook.posted] == ["problem", "over"]
    assert [letter["Subject"].partition(": ")[2] for _, letter in mail.letters] == [
        "Server home: It does not answer.", "Server home is well again",
    ]  # fmt: skip


def test_a_channel_that_fails_is_tried_again_and_the_other_hears_it_once(
    telling: Device, post: tuple[MailServer, Hook]
) -> None:
    mail, hook = post
    hook.status = 500
    trouble(telling, "It does not answer.")
    failed = telling.tell()
    assert (failed.exit_code, failed.facts["sent"]) == (1, {"mail": 1})
    hook.status = 200
    assert telling.tell().facts["sent"] == {"webhook": 1}
    assert (len(mail.letters), len(hook.posted)) == (1, 2)


def test_a_mail_server_that_never_ends_keeps_nothing_from_the_webhook(
    telling: Device, post: tuple[MailServer, Hook], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, hook = post
    mail.drips = True
    trouble(telling, "It does not answer.")
    for longest_seconds in (0.3, 3, 60):  # also for the webhook, which on a slow machine wants more
        monkeypatch.setattr(channels, "LONGEST_SECONDS", longest_seconds)
        told = telling.tell()
        assert "came to no end" in told.facts["failed"]["mail"]
        if told.facts["sent"]:
            break
    assert told.facts["sent"] == {"webhook": 1}
    assert hook.posted
    monkeypatch.setattr(channels, "LONGEST_SECONDS", 0.3)
    assert "came to no end" in telling.test().facts["channels"]["mail"]


def test_several_matters_are_one_message(telling: Device, post: tuple[MailServer, Hook]) -> None:
    mail, _ = post
    trouble(telling, "It does not answer.")
    library = telling.library()
    since = (telling.clock.now() - timedelta(hours=3)).isoformat()
    with library.transaction() as db:
        held.put(db, HeldRow(album="Holidays", plan="x", reason="30 photos are gone.", photos=("a",), since=since))
        row = SmartRow(name="Anna", server="home", problem="There is no person 'Anna'.", problem_since=since)
        smart_rows.put(db, row)
    library.close()
    telling.tell()
    [(_, letter)] = mail.letters
    text = letter.get_content()
    assert letter["Subject"].endswith("(and 2 more)")
    for sentence in ("It does not answer.", "30 photos are gone.", "There is no person 'Anna'."):
        assert sentence in text


def test_what_apple_wants_to_hear_is_told_at_once_and_not_again(
    telling: Device, post: tuple[MailServer, Hook]
) -> None:
    mail, _ = post
    account = "anna@example.org"
    question = Question(about=account, inbox="iPhone", asks=Asks.CODE, text="?", asked_at=telling.clock.now())
    questions.ask(telling.home, question)
    with locked(telling.home.locks / questions.lock_of(account), "the download"):
        assert telling.tell().facts["sent"] == {"mail": 1, "webhook": 1}
    telling.clock.advance(1200)
    assert telling.tell().facts["sent"] == {}, "that nobody answered is the same matter"
    [(_, letter)] = mail.letters
    assert "waits for its digits" in letter.get_content() and "ingest download" in letter.get_content()


def test_a_servers_trouble_is_one_matter_for_all_its_albums(telling: Device) -> None:
    trouble(telling, "It does not answer.")
    library = telling.library()
    now = telling.clock.now()
    for name in ("Holidays", "Old"):
        albums.problem(library, name, sentence="It does not answer.", now=now)
    with library.transaction() as db:
        smart_rows.put(db, SmartRow(name="Anna", server="home", problem="It does not answer.", problem_since=None))
    assert [one.key for one in matters(library, telling.settings)] == ["server home"]
    library.close()


@pytest.mark.parametrize(
    ("kind", "outcome", "code", "expected"),
    [
        ("scrub", Outcome.FAILED, 1, ["run scrub DiskFull"]),
        ("scrub", Outcome.CRASHED, 1, ["run scrub DiskFull"]),
        ("scrub", Outcome.DONE, 1, []),
        ("scrub", Outcome.DONE, 4, ["run scrub DiskFull"]),
        ("scrub", Outcome.CANCELLED, 1, []),
        ("sync", Outcome.FAILED, 1, ["run sync DiskFull"]),
        ("sync", Outcome.DONE, 3, []),
    ],
)
def test_a_run_that_failed_or_is_held_is_a_matter(
    telling: Device, kind: str, outcome: Outcome, code: int, expected: list[str]
) -> None:
    library = telling.library()
    ran(library, kind, Outcome.DONE, 0)
    ran(library, kind, outcome, code)
    assert [one.key for one in matters(library, telling.settings)] == expected
    ran(library, kind, Outcome.DONE, 0)
    assert matters(library, telling.settings) == []
    library.close()


def ran(library, kind: str, outcome: Outcome, code: int, *, asked_by: str = SCHEDULE) -> None:  # type: ignore[no-untyped-def]
    number = jobs.add(library, kind=kind, lane=Lane.BULK, resource="", arguments={}, asked_by=asked_by)
    job = jobs.get(library, number)
    assert job is not None
    with library.transaction() as db:
        run = runs.start(db, job, boot="b")
        runs.end(db, run, outcome=outcome, exit_code=code, sentence="The disk is full.",
                 result={"facts": {"error": "DiskFull"}, "advice": "Free some."})  # fmt: skip
        jobs.set_state(db, number, State.ENDED)


def test_what_only_a_person_runs_is_nobody_elses_news(telling: Device) -> None:
    library = telling.library()
    ran(library, "import", Outcome.FAILED, 1, asked_by="phone")
    assert matters(library, telling.settings) == []
    library.close()


def test_no_secret_ever_leaves_in_a_notice(telling: Device, post: tuple[MailServer, Hook]) -> None:
    mail, hook = post
    address = secrets.of_notices(telling.home.secrets).webhook.reveal()
    trouble(telling, f"Refused {KEY} at http://x/?key=abcdef12345 and {address}")
    telling.tell()
    seen = mail.letters[0][1].as_string() + mail.letters[0][1].get_content() + str(hook.posted)
    assert KEY not in seen
    assert "abcdef12345" not in seen
    assert address not in seen
    library = telling.library()
    assert all(KEY not in row.what for row in rows.every(library))
    library.close()


def test_an_untrusted_clock_tells_nothing(telling: Device, post: tuple[MailServer, Hook]) -> None:
    trouble(telling, "It does not answer.")
    telling.clock.believed = False
    assert telling.tell().facts["sent"] == {}
    assert post[0].letters == []


def test_the_test_button_tries_every_way_and_tells_of_each(telling: Device, post: tuple[MailServer, Hook]) -> None:
    mail, hook = post
    assert telling.test().facts["channels"] == {"mail": "", "webhook": ""}
    hook.status = 403
    done = telling.test()
    assert done.exit_code == 1
    assert done.facts["channels"]["mail"] == ""
    assert "HTTP 403" in done.facts["channels"]["webhook"]
    assert [letter["Subject"].partition(": ")[2] for _, letter in mail.letters] == ["a test"] * 2
    library = telling.library()
    assert rows.every(library) == [], "a test is no news"
    library.close()


def test_nothing_set_up_is_a_sentence(device: Device) -> None:
    with pytest.raises(UsageError, match="No way for notices"):
        device.test()
    assert device.tell().facts == {"sent": {}, "failed": {}}


def test_the_summary_counts_what_was_done(telling: Device, post: tuple[MailServer, Hook]) -> None:
    mail, _ = post
    library = telling.library()
    job = jobs.get(library, jobs.add(library, kind="sync", lane=Lane.BULK, resource="", arguments={}, asked_by="x"))
    assert job is not None
    with library.transaction() as db:
        facts = {"albums": {"Holidays": {"added": 12, "removed": 3}, "Old": {"added": 1, "removed": 0}}}
        run = runs.start(db, job, boot="b")
        runs.end(db, run, outcome=Outcome.DONE, exit_code=0, sentence="", result={"facts": facts})
    telling.rules(summary=True, mail_to="a@x.org", mail_host="127.0.0.1", mail_port=mail.port,
                  mail_security=MailSecurity.NONE)  # fmt: skip
    ended = runs.last_of(library, job.id)
    assert ended is not None and ended.ended_at is not None
    # Within a day of it, when the sun is up where this runs: the clocks there may be any.
    here = datetime.fromisoformat(ended.ended_at).astimezone()
    morning = here.replace(hour=12) if here.hour < 12 else here.replace(hour=9) + timedelta(days=1)
    telling.clock.wall = max(morning, here).astimezone(UTC)
    library.close()
    telling.tell()
    telling.tell()
    [(_, letter)] = mail.letters
    assert "13 photos came into the wall's albums, 3 left them (1 run, 0 failed)." in letter.get_content()
    assert "Nothing is wrong" in letter.get_content()
