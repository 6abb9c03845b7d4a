"""icloudpd as a job: its options, its questions on the phone, its ends; beside a program that behaves as it does."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from sync import questions
from sync.errors import Cancelled, DiskFull, Held, MantelpieceError, Unreachable, UsageError
from sync.home import Home
from sync.ingest import download as download_module
from sync.ingest.dialogue import Dialogue, SignInRefused
from sync.ingest.download import download
from sync.ingest.icloudpd import arguments, environment, find_program, own_folder
from sync.library import ingest as rows
from sync.library.database import Library
from sync.library.ingest import GroupRow, State
from sync.questions import Asks
from sync.settings.ingest import Icloudpd, Inbox, Size
from sync.settings.tree import Server, Settings
from sync.work import Result, Work
from tests.fakes.icloud import Asset
from tests.fakes.icloudpd import install
from tests.manual_clock import ManualClock

ACCOUNT = "anna@example.org"
ASSETS = [Asset("IMG_1.HEIC", "A", live=True, edited=True), Asset("IMG_2.JPG", "B", favourite=True)]


class Device:
    """A home with one inbox that icloudpd fills."""

    def __init__(self, home: Home, folder: Path, **state: object) -> None:
        self.home, self.folder = home, folder
        self.program = install(folder / "program", ASSETS, **state)
        self.inbox = Inbox(
            name="iPhone", server="home", folder=str(folder / "library"), landing=str(folder / "landing"), library="x",
            icloudpd=Icloudpd(account=ACCOUNT, program=str(self.program)),
        )  # fmt: skip
        self.clock = ManualClock()
        self.reports: list[dict[str, object]] = []

    def run(self, *, asked: bool = True, cancelled: Callable[[], bool] = lambda: False) -> Result:
        settings = Settings(servers={"home": Server(url="http://x")}, inboxes=(self.inbox,), time_zone="Europe/Vienna")
        library = Library(self.home.library)
        try:
            work = Work(
                home=self.home, settings=settings, settings_whole=True, library=library, clock=self.clock, asked=asked,
                report=self.reports.append, cancelled=cancelled,
            )  # fmt: skip
            return download(work, {"inbox": "iPhone"})
        finally:
            library.close()

    def answering(self, *answers: tuple[Asks, str]) -> Result:
        """Run it with somebody at the phone who gives these answers, each to the question of its kind."""
        failures: list[BaseException] = []
        done = threading.Event()

        def person() -> None:
            seen = None
            try:
                for asks, text in answers:
                    while not done.wait(0.02):
                        question = questions.open_question(self.home, ACCOUNT)
                        if question is not None and question != seen and question.asks is asks:
                            seen = question
                            questions.answer(self.home, ACCOUNT, text)
                            break
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=person)
        thread.start()
        try:
            return self.run()
        finally:
            done.set()
            thread.join()
            assert not failures


@pytest.fixture
def device(home: Home, tmp_path: Path) -> Iterator[Device]:
    return Device(home, tmp_path, devices=["(•••) •••-••12"])


def landed(device: Device) -> list[str]:
    return sorted(path.name for path in (device.folder / "landing").rglob("*.*"))


SIGN_IN = ((Asks.PASSWORD, "apple"), (Asks.CODE, "123 456"))


def test_a_person_signs_in_on_the_phone_once_and_later_runs_ask_nothing(device: Device) -> None:
    result = device.answering(*SIGN_IN)
    assert result.sentence == "4 files from iCloud." and result.facts["downloaded"] == 4
    assert landed(device) == [
        "IMG_1.HEIC", "IMG_1.HEIC.xmp", "IMG_1.JPG", "IMG_1.JPG.xmp", "IMG_1_HEVC.MOV", "IMG_2.JPG", "IMG_2.JPG.xmp",
    ]  # fmt: skip
    assert questions.pending(device.home) == []
    assert device.run(asked=False).sentence == "No new file from iCloud."


def test_neither_password_nor_code_is_kept_or_shown_anywhere(device: Device) -> None:
    state = device.folder / "program/state.json"
    state.write_text(state.read_text().replace("apple", "x").replace('"devices"', '"password": "S3cret!!", "devices"'))
    result = device.answering((Asks.PASSWORD, "S3cret!!"), (Asks.CODE, "123456"))
    shown = str(result) + str(device.reports)
    kept = b"".join(path.read_bytes() for path in device.home.root.rglob("*") if path.is_file())
    kept += b"".join(path.read_bytes() for path in device.home.runtime.rglob("*") if path.is_file())
    assert "S3cret!!" not in shown and "123456" not in shown
    assert b"S3cret!!" not in kept and b"123456" not in kept


def test_its_own_folder_is_private_and_its_surroundings_are_not_ours(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANTELPIECE_HOME", "/secret")
    device.answering(*SIGN_IN)
    folder = own_folder(device.home, ACCOUNT)
    for each in (folder.parent, folder, folder / "session"):
        assert each.stat().st_mode & 0o777 == 0o700
    told = environment(Settings(time_zone="Europe/Vienna"), folder)
    assert told["HOME"] == str(folder) and told["TZ"] == "Europe/Vienna" and "MANTELPIECE_HOME" not in told


def test_a_code_can_be_sent_to_a_telephone(device: Device) -> None:
    device.answering((Asks.PASSWORD, "apple"), (Asks.CODE, "a"), (Asks.CODE, "123456"))
    assert "IMG_2.JPG" in landed(device)


def test_what_cannot_be_a_code_is_refused_where_it_is_typed(device: Device) -> None:
    with questions_locked(device):
        questions.ask(device.home, question(device, Asks.CODE, choices=(("a", "SMS"),)))
        for wrong in ("12345", "12345x", "b", "", "１２３４５６"):
            with pytest.raises(UsageError, match="6 digits"):
                questions.answer(device.home, ACCOUNT, wrong)
        questions.answer(device.home, ACCOUNT, "a")
        assert questions.take_answer(device.home, ACCOUNT) == "a"
        assert questions.take_answer(device.home, ACCOUNT) is None


@pytest.mark.parametrize("laid", ["a folder for all", "a link"])
def test_no_answer_is_written_where_another_could_read_it(device: Device, tmp_path: Path, laid: str) -> None:
    folder = device.home.runtime / "answers"
    if laid == "a link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "theirs")
    else:
        folder.mkdir()
        folder.chmod(0o777)
    with questions_locked(device):
        questions.ask(device.home, question(device, Asks.PASSWORD))
        with pytest.raises(UsageError, match="not ours alone"):
            questions.answer(device.home, ACCOUNT, "apple")
    assert not list(folder.iterdir())


def questions_locked(device: Device):
    from sync.files import locked

    return locked(device.home.locks / questions.lock_of(ACCOUNT), "a download")


def question(device: Device, asks: Asks, choices: tuple[tuple[str, str], ...] = ()) -> questions.Question:
    return questions.Question(
        about=ACCOUNT, inbox="iPhone", asks=asks, text="?", choices=choices, asked_at=device.clock.now()
    )


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param([(Asks.PASSWORD, "wrong")], "refused the password", id="password"),
        pytest.param([(Asks.PASSWORD, "apple"), (Asks.CODE, "000000")], "refused the code", id="code"),
    ],
)
def test_a_wrong_answer_is_named_and_the_schedule_waits_for_a_person(
    device: Device, answers: list[tuple[Asks, str]], said: str
) -> None:
    with pytest.raises(SignInRefused, match=said):
        device.answering(*answers)
    (pending,) = questions.pending(device.home)
    assert pending.asks is Asks.SIGN_IN and said in pending.text
    with pytest.raises(Held, match="sign in"):
        device.run(asked=False, cancelled=lambda: True)
    assert device.answering(*SIGN_IN).facts["downloaded"] == 4
    assert questions.pending(device.home) == []


def test_a_question_that_nobody_answers_ends_the_run_and_no_other_is_asked_at_night(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_module, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(Held, match="nobody answered"):
        device.run(asked=False)
    (pending,) = questions.pending(device.home)
    assert pending.asks is Asks.SIGN_IN
    count = len(device.reports)
    with pytest.raises(Held):
        device.run(asked=False, cancelled=lambda: True)
    assert len(device.reports) == count, "icloudpd was not even started"


def test_a_question_whose_job_died_is_a_wish_to_sign_in(device: Device) -> None:
    with questions_locked(device):
        questions.ask(device.home, question(device, Asks.CODE))
        assert questions.pending(device.home)[0].asks is Asks.CODE
    assert questions.pending(device.home)[0].asks is Asks.SIGN_IN
    with pytest.raises(UsageError, match="Nobody waits"):
        questions.answer(device.home, ACCOUNT, "123456")


def test_cancelling_ends_icloudpd_and_keeps_what_came(home: Home, tmp_path: Path) -> None:
    device = Device(home, tmp_path, endless=True)
    signed_in(device)
    with pytest.raises(Cancelled):
        device.run(cancelled=lambda: any(name.endswith(".part") for name in landed(device)))
    assert {"IMG_1.HEIC", "MFRA====.part"} <= set(landed(device))
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(device.folder) not in running


def signed_in(device: Device) -> None:
    session = own_folder(device.home, ACCOUNT) / "session"
    session.mkdir(parents=True, mode=0o700)
    (session / "session").write_text("signed in")
    (device.folder / "landing").mkdir()


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        ("Cannot connect to Apple iCloud service", Unreachable, "cannot be reached"),
        ("Apple iCloud is temporary refusing to serve icloudpd", Unreachable, "wait a while"),
        ("Something nobody has seen", MantelpieceError, "it said last: .*Something nobody has seen"),
    ],
)
def test_every_end_has_its_sentence(
    home: Home, tmp_path: Path, fault: str, kind: type[MantelpieceError], said: str
) -> None:
    device = Device(home, tmp_path, fault=fault)
    signed_in(device)
    with pytest.raises(kind, match=said):
        device.run(asked=False)
    assert questions.pending(home) == []


def test_it_is_stopped_before_the_disk_is_full(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(device)
    monkeypatch.setattr(download_module, "free_bytes", lambda _folder: 0)
    with pytest.raises(DiskFull, match="is full"):
        device.run()
    assert landed(device) == []


def test_a_folder_that_lost_its_disk_is_not_filled_with_everything_anew(device: Device) -> None:
    library = Library(device.home.library)
    with library.transaction() as db:
        rows.put_groups(db, "iPhone", [GroupRow(key="IMG_1.HEIC", members="m", sidecars="", state=State.DONE)])
    library.close()
    with pytest.raises(UsageError, match="is empty, and held 1 photo before: is its disk mounted"):
        device.run()
    assert not Path(device.inbox.landing).exists()


def test_a_program_that_is_not_there_is_named_with_the_way_to_it(device: Device) -> None:
    device.inbox = msgspec.structs.replace(device.inbox, icloudpd=Icloudpd(account=ACCOUNT, program="no-icloudpd"))
    with pytest.raises(UsageError, match="not installed") as refused:
        device.run()
    assert "pip install icloudpd" in refused.value.advice
    assert find_program(str(device.program), {"PATH": ""}) == str(device.program)


def test_typed_fields_become_icloudpds_options() -> None:
    wanted = Icloudpd(
        account=ACCOUNT, sizes=(Size.ORIGINAL, Size.THUMB), live=False, album=("A b",), recent_days=30, until_found=9,
        videos=False, folder_structure="none", keep_unicode=True, china=True, arguments=("--force-size",),
    )  # fmt: skip
    given = arguments(Inbox(name="x", folder="/f", icloudpd=wanted), cookies=Path("/c"))
    text = " ".join(given)
    for part in ("--directory /f", "--size original --size thumb", "--skip-live-photos", "--album A b", "--domain cn",
                 "--skip-created-before 30d", "--until-found 9", "--skip-videos", "--folder-structure none",
                 "--keep-unicode-in-filenames", "--xmp-sidecar", "--mfa-provider console"):  # fmt: skip
        assert part in text
    assert given[-1] == "--force-size"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Icloudpd(account=ACCOUNT, arguments=("--notification-script=/x",)), "run another program"),
        (Icloudpd(account=ACCOUNT, arguments=("--notification-s", "/x")), "run another program"),
        (Icloudpd(account=ACCOUNT, arguments=("--password", "x")), "kept nowhere"),
        (Icloudpd(account=ACCOUNT, arguments=("-psecret",)), "kept nowhere"),
        (Icloudpd(account=ACCOUNT, arguments=("-d", "/etc")), "landing folder"),
        (Icloudpd(account="--version"), "cannot be given"),
        (Icloudpd(account=ACCOUNT, album=("--auto-delete",)), "cannot be given"),
    ],
)  # fmt: skip
def test_options_that_would_take_over_are_refused(wanted: Icloudpd, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        arguments(Inbox(name="x", folder="/f", icloudpd=wanted), cookies=Path("/c"))


def test_output_in_any_pieces_is_understood_the_same() -> None:
    said = "a\r\n\x1b[31m2026 INFO Downloaded /x/ä.JPG\x1b[0m\n  a: •••12\nPlease enter two-factor authentication code"
    said += " or device index (a) to send SMS with a code: "
    for step in (1, 3, 1000):
        dialogue = Dialogue()
        for start in range(0, len(said), step):
            assert start == 0 or dialogue.prompt() is None
            dialogue.hear(said[start : start + step])
        prompt = dialogue.prompt()
        assert prompt is not None and prompt.choices == (("a", "•••12"),) and dialogue.downloaded == 1
        dialogue.answer("654321", Asks.CODE)
        assert dialogue.prompt() is None
        dialogue.hear("2026 INFO Great 654321\n")
        assert dialogue.lines[-1] == "2026 INFO Great ***"


def test_every_option_that_is_given_is_one_of_its_own(tmp_path: Path) -> None:
    program = install(tmp_path, [])
    given = arguments(Inbox(name="x", folder=str(tmp_path), icloudpd=Icloudpd(account=ACCOUNT)), cookies=tmp_path)
    (tmp_path / "session").write_text("x")
    environ = {"PATH": os.environ["PATH"]}
    done = subprocess.run([program, *given], capture_output=True, text=True, env=environ, check=True)
    assert "have been downloaded" in done.stdout
    refused = subprocess.run([program, "--immich-album", "x"], capture_output=True, text=True, env=environ, check=True)
    assert "unrecognized arguments" in refused.stdout, "and it ends with 0 all the same"


def test_what_could_not_be_downloaded_is_named_and_the_rest_counts(home: Home, tmp_path: Path) -> None:
    device = Device(home, tmp_path, trouble=["Could not download IMG_9.JPG. Please try again later."])
    signed_in(device)
    result = device.run()
    assert result.exit_code == 1 and result.facts["downloaded"] == 4
    assert result.problems == ["Could not download IMG_9.JPG. Please try again later."]
