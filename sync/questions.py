"""What a job needs to hear from a person while it runs: Apple's second factor, a password, a choice of device.

The job asks (`ask`) and looks for the answer (`take_answer`); the phone page and the command line show what is open
(`pending`) and answer (`answer`). Questions outlive a reboot, so that the wish to sign in is not forgotten; answers
lie on the tmpfs only, are taken once and are kept nowhere.
"""

from __future__ import annotations

import os
import stat
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from sync.errors import UsageError
from sync.files import holder_of, write_durably
from sync.home import Home

CODE_DIGITS = 6


class Asks(StrEnum):
    CODE = "code"
    """Six digits, or the letter of one of the choices."""
    PASSWORD = "password"  # noqa: S105
    CHOICE = "choice"
    SIGN_IN = "sign-in"
    """Nobody answered, or the answer was wrong: start the job again when somebody is there to answer."""


class Question(Struct, frozen=True, kw_only=True):
    about: str
    """What it concerns, the same for one account: its address."""
    inbox: str
    asks: Asks
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    """What may be answered in place of a code, and what each means: ("a", "SMS to •••12")."""
    asked_at: datetime


_QUESTION = msgspec.json.Decoder(Question)


def lock_of(about: str) -> str:
    """The lock that the asking job holds, under the folder of locks."""
    return f"question-{_digest(about)}"


def ask(home: Home, question: Question) -> None:
    """Put a question in place of an earlier one about the same."""
    _answer_path(home, question.about).unlink(missing_ok=True)
    _folder(home).mkdir(mode=0o700, exist_ok=True)
    write_durably(_path(home, question.about), msgspec.json.encode(question), mode=0o600)


def withdraw(home: Home, about: str) -> None:
    """It is answered."""
    _path(home, about).unlink(missing_ok=True)
    _answer_path(home, about).unlink(missing_ok=True)


def open_question(home: Home, about: str) -> Question | None:
    """What is asked about that account now; a question that nobody waits with any more has become a wish to sign in."""
    try:
        question = _QUESTION.decode(_path(home, about).read_bytes())
    except (OSError, msgspec.DecodeError):
        return None
    if question.asks is not Asks.SIGN_IN and holder_of(home.locks / lock_of(about)) is None:
        return msgspec.structs.replace(question, asks=Asks.SIGN_IN, choices=())
    return question


def pending(home: Home) -> list[Question]:
    """Everything that waits for a person, the oldest first."""
    found = []
    for path in _folder(home).glob("*.json"):
        try:
            about = _QUESTION.decode(path.read_bytes()).about
        except (OSError, msgspec.DecodeError):
            continue
        question = open_question(home, about)
        if question is not None:
            found.append(question)
    return sorted(found, key=lambda question: question.asked_at)


def answer(home: Home, about: str, text: str) -> None:
    """Give the answer to the job that waits. Raises UsageError where it cannot be one, or nobody waits for it."""
    question = open_question(home, about)
    if question is None or question.asks is Asks.SIGN_IN:
        raise UsageError(f"Nobody waits for an answer about {about}.", advice="Start its download again.")
    text = text.strip() if question.asks is not Asks.PASSWORD else text
    chosen = {letter for letter, _ in question.choices}
    digits = text.replace(" ", "").replace("-", "")
    if question.asks is Asks.CODE and text not in chosen:
        if len(digits) != CODE_DIGITS or not (digits.isascii() and digits.isdigit()):
            raise UsageError(f"The code has {CODE_DIGITS} digits.")
        text = digits
    elif question.asks is Asks.CHOICE and text not in chosen:
        raise UsageError(f"Choose one of {', '.join(sorted(chosen))}.")
    if not text or any(not char.isprintable() for char in text):
        raise UsageError("The answer is empty or has characters that cannot be typed.")
    path = _answer_path(home, about)
    _own_folder(path.parent)
    part = path.with_name(f".{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with open(os.open(part, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def _own_folder(folder: Path) -> None:
    """The wall writes in the runtime directory too, and shows strangers' pictures: what it laid there reads nothing.

    Raises UsageError.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UsageError(f"{folder} is not ours alone, so that no answer is written there.", advice="Remove it.")


def take_answer(home: Home, about: str) -> str | None:
    """The answer, once; None while there is none."""
    path = _answer_path(home, about)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    path.unlink(missing_ok=True)
    return text


def _digest(about: str) -> str:
    return sha256(about.strip().lower().encode()).hexdigest()[:16]


def _folder(home: Home) -> Path:
    return home.private / "questions"


def _path(home: Home, about: str) -> Path:
    return _folder(home) / f"{_digest(about)}.json"


def _answer_path(home: Home, about: str) -> Path:
    return home.runtime / "answers" / _digest(about)
