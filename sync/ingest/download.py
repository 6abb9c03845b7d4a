"""The job `icloudpd`: runs icloudpd for one inbox, shows what it says, and carries a person's answers to it.

Arguments {"inbox": name}. When Apple wants a password or a code, the question is put up (sync/questions.py) and waits
half an hour; unanswered, the schedule leaves icloudpd alone until a person starts it, so that nobody's telephone
rings all night. It is stopped before the disk is full. Password and codes are kept nowhere.
"""

from __future__ import annotations

import os
import selectors
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from sync import questions
from sync.counted import counted
from sync.errors import Busy, DiskFull, Held, UsageError, did_you_mean
from sync.files import free_bytes, locked, make_folder
from sync.ingest.dialogue import Dialogue, Prompt, SignInRefused
from sync.ingest.icloudpd import arguments, environment, find_program, landing_of, own_folder
from sync.library import ingest as rows
from sync.questions import Asks, Question
from sync.settings.ingest import After, Inbox, Way
from sync.work import Result, Work

PATIENCE_SECONDS = 1800.0
"""How long a question waits for its answer."""
LOOK_SECONDS = 0.2
_END_SECONDS = 1.0
_SHOWN_LINES = 12


def download(work: Work, arguments: dict[str, Any]) -> Result:
    """Run it to its end. Raises Held while a person must sign in, UsageError, DiskFull, Unreachable, Cancelled."""
    inbox = _inbox(work, str(arguments.get("inbox", "")))
    account = inbox.icloudpd.account
    waiting = questions.open_question(work.home, account)
    if waiting is not None and not work.asked:
        raise Held(f"Apple wants somebody to sign in for {account}.", advice="Start the download when you can answer.")
    try:
        with locked(work.home.locks / questions.lock_of(account), f"the download for {account}"):
            dialogue = _Run(work, inbox).to_the_end()
    except Busy:
        raise Busy(f"A download for {account} is running already.") from None
    count = dialogue.downloaded
    files = counted("{number} {number:file|files}", number=count) if count else "No new file"
    facts = {"inbox": inbox.name, "downloaded": count, "output": dialogue.lines}
    failed = len(dialogue.problems)
    left = f" {failed} could not be downloaded; tried again next time." if failed else ""
    return Result(facts, f"{files} from iCloud.{left}", exit_code=1 if failed else 0, problems=dialogue.problems)


def _inbox(work: Work, name: str) -> Inbox:
    known = {inbox.name: inbox for inbox in work.settings.inboxes if inbox.icloudpd.account}
    if name not in known:
        raise UsageError(f"There is no inbox {name!r} that icloudpd fills.{did_you_mean(name, list(known))}")
    return known[name]


class _Run:
    def __init__(self, work: Work, inbox: Inbox) -> None:
        self._work, self._inbox, self._account = work, inbox, inbox.icloudpd.account
        self._folder = own_folder(work.home, self._account)
        self._landing = landing_of(inbox)
        self._dialogue = Dialogue()
        self._open: tuple[Prompt, float] | None = None
        """The question that waits, and since when (monotonic)."""

    def to_the_end(self) -> Dialogue:
        process = self._start()
        try:
            self._follow(process)
            code = process.wait()
        finally:
            _end(process)
        error = self._dialogue.error(code)
        if error is None:
            questions.withdraw(self._work.home, self._account)
            return self._dialogue
        error.facts["output"] = "\n".join(self._dialogue.lines[-_SHOWN_LINES:])
        if self._open is not None or isinstance(error, SignInRefused):
            self._put(Asks.SIGN_IN, error.sentence)
        raise error

    def _start(self) -> subprocess.Popen[bytes]:
        program = find_program(self._inbox.icloudpd.program)
        options = arguments(self._inbox, cookies=self._folder / "session")
        for folder in (self._folder.parent, self._folder, self._folder / "session"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_emptied()
        make_folder(self._landing)
        self._refuse_full_disk()
        # In this job's own process group, which is killed as a whole: no download outlives its job.
        return subprocess.Popen(
            [program, *options], cwd=self._folder, env=environment(self._work.settings, self._folder),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, umask=0o022,
        )  # fmt: skip

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                self._work.check()
                self._refuse_full_disk()
                if selector.select(LOOK_SECONDS):
                    data = os.read(process.stdout.fileno(), 65536)
                    if not data:
                        return
                    self._dialogue.hear(data.decode("utf-8", "replace"))
                self._answer(process)
                self._report()

    def _answer(self, process: subprocess.Popen[bytes]) -> None:
        prompt = self._dialogue.prompt()
        if prompt is None:
            return
        now = self._work.clock.monotonic()
        if self._open is None or self._open[0] != prompt:
            self._open = prompt, now
            self._put(prompt.asks, prompt.text, prompt.choices)
        text = questions.take_answer(self._work.home, self._account)
        if text is not None:
            self._open = None
            self._dialogue.answer(text, prompt.asks)
            questions.withdraw(self._work.home, self._account)
            assert process.stdin is not None
            with suppress(BrokenPipeError):
                process.stdin.write(text.encode() + b"\n")
                process.stdin.flush()
        elif now - self._open[1] > PATIENCE_SECONDS:
            self._put(Asks.SIGN_IN, "Nobody answered in time.")
            raise Held(
                f"Apple wants somebody to sign in for {self._account}, and nobody answered.",
                advice="Start the download when you can answer.",
            )

    def _put(self, asks: Asks, text: str, choices: tuple[tuple[str, str], ...] = ()) -> None:
        question = Question(
            about=self._account, inbox=self._inbox.name, asks=asks, text=text, choices=choices,
            asked_at=self._work.clock.now(),
        )  # fmt: skip
        questions.ask(self._work.home, question)

    def _report(self) -> None:
        asks = self._open[0].asks.value if self._open is not None else ""
        doing = "Apple wants an answer" if asks else "Downloading from iCloud"
        shown: dict[str, Any] = {"doing": doing, "inbox": self._inbox.name, "done": self._dialogue.downloaded}
        shown |= {"asks": asks} if asks else {}
        self._work.report(shown | {"output": self._dialogue.lines[-_SHOWN_LINES:]})

    def _refuse_emptied(self) -> None:
        """Without its disk, icloudpd would download everything anew, into the folder below."""
        leave = self._inbox.way is Way.UPLOAD and self._inbox.after is not After.KEEP
        known = sum(rows.counts(self._work.library, self._inbox.name).values())
        there = self._landing.is_dir() and any(self._landing.iterdir())
        if known and not there and not leave:
            raise UsageError(
                counted("The folder {folder} is empty, and held {number} {number:photo|photos} before: is its disk "
                        "mounted?", folder=self._landing, number=known),
                advice="Nothing was downloaded. If you emptied it yourself, put any file into it.",
            )

    def _refuse_full_disk(self) -> None:
        if free_bytes(_existing(self._landing)) == 0:
            raise DiskFull(f"The disk of {self._landing} is full.", advice="Free some space; the rest comes then.")


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that it is gone: it resumes a file that was cut short at its next start."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


