"""What icloudpd says, understood: its lines, its questions, and why it ended. Pure.

It asks on standard input when it is told to (`console`): a password, a code, a device to send the code to. A question
has no end of line, so that only what stands last, unfinished, can be one. Its exit code says little: the packaged
program ends with 0 whatever happened. It ended well where it said so last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sync.errors import DiskFull, MantelpieceError, Unreachable, UsageError
from sync.questions import Asks

KEPT_LINES = 200
_LONGEST = 2000
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]")
_CHOICE = re.compile(r"\s*([a-z]|\d{1,2}): (.+)")
_PROMPTS = (
    (re.compile(r"iCloud Password for .*:\s*"), Asks.PASSWORD),
    (re.compile(r"Please enter two-(?:factor|step) authentication code.*: "), Asks.CODE),
    (re.compile(r"Please choose an option: \[\d+\]: "), Asks.CHOICE),
    (re.compile(r"Please choose an option:.*: "), Asks.CHOICE),
)
_DOWNLOADED = re.compile(r"\bDownloaded (?P<path>.+)")
_BEGUN = re.compile(r"\bDownloading (?P<count>\d+|the first|\?\?\?) .* to .* \.\.\.")
_FINISHED = re.compile(r"\bAll [a-z ]+ have been downloaded")
_TROUBLE = re.compile(r"\b(?:Could not (?:download|find URL|create folder|convert)|IOError while writing|KeyError:).*")


class SignInRefused(MantelpieceError):
    """Apple did not take the password or the code."""

    exit_code = 4


_ENDS: tuple[tuple[str, type[MantelpieceError], str, str], ...] = (
    ("Invalid email/password combination", SignInRefused, "Apple refused the password.", "Sign in again."),
    ("Failed to verify two-", SignInRefused, "Apple refused the code.", "Sign in again; every code works once."),
    ("Failed to send two-", SignInRefused, "Apple did not send a code.", "Wait a while, then sign in again."),
    ("Cannot connect to Apple iCloud", Unreachable, "iCloud cannot be reached.", "It is tried again by itself."),
    ("temporary refusing to serve", Unreachable, "iCloud asks to wait a while.", "It is tried again by itself."),
    ("Unknown library", UsageError, "iCloud has no library of that name.", "Correct the inbox's library."),
    ("run out of disk space", DiskFull, "The landing folder cannot take more files.", "Free some space."),
    ("InvalidFileException", MantelpieceError, "icloudpd stumbles over a photo's data.",
     "Known as its issue 1277; newer versions may mend it."),
)  # fmt: skip


@dataclass(frozen=True)
class Prompt:
    """A question on standard input."""

    asks: Asks
    text: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass
class Dialogue:
    """What was said so far; fed with text as it comes."""

    lines: list[str] = field(default_factory=list)
    downloaded: int = 0
    expected: int | None = None
    problems: list[str] = field(default_factory=list)
    """Photos that it could not download, in its words."""
    secrets: list[str] = field(default_factory=list)
    """Answers that were given: they are shown nowhere, should they come back."""
    _finished: bool = False
    _rest: str = ""
    _answered: str = ""

    def hear(self, text: str) -> None:
        """Take in more of the output."""
        *lines, self._rest = (self._rest + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = self._rest[-_LONGEST:]
        for line in lines:
            self._line(line.removeprefix(self._answered))
            self._answered = ""

    def prompt(self) -> Prompt | None:
        """The question that waits for an answer, or None."""
        waiting = _ESCAPES.sub("", self._rest.removeprefix(self._answered))
        for pattern, asks in _PROMPTS:
            if pattern.fullmatch(waiting):
                offered = asks is not Asks.PASSWORD and "over SMS" not in waiting
                return Prompt(asks, self._plain(waiting).strip(" :"), self._choices() if offered else ())
        return None

    def answer(self, text: str, asks: Asks) -> None:
        """It was answered: the question is over, and what was said is a secret."""
        self._answered = self._rest
        if asks is not Asks.CHOICE and len(text) > 1:
            self.secrets.append(text)

    def error(self, code: int) -> MantelpieceError | None:
        """Why it ended; None where it ended well."""
        if code == 0 and self._finished:
            return None
        said = "\n".join([*self.lines[-60:], self._rest])
        for words, kind, sentence, advice in _ENDS:
            if words in said:
                return kind(sentence, advice=advice)
        last = next((line for line in reversed(self.lines) if line.strip()), "nothing")
        return MantelpieceError(f"icloudpd did not finish; it said last: {last[:300]}", code=code)

    def _choices(self) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for line in reversed(self.lines):
            match = _CHOICE.fullmatch(line)
            if match is None:
                if found:
                    break
                continue
            found.append((match[1], match[2].strip()))
        return tuple(reversed(found))

    def _line(self, line: str) -> None:
        line = self._plain(line)
        if not line.strip():
            return
        self.lines.append(line)
        del self.lines[:-KEPT_LINES]
        if _DOWNLOADED.search(line):
            self.downloaded += 1
        if found := _BEGUN.search(line):
            self._finished = False
            self.expected = int(found["count"]) if found["count"].isdigit() else None
        elif _FINISHED.search(line):
            self._finished = True
        elif any(words in line for words, *_ in _ENDS):
            self._finished = False
        if (found := _TROUBLE.search(line)) and len(self.problems) < KEPT_LINES:
            self.problems.append(found[0])

    def _plain(self, text: str) -> str:
        text = "".join(char if char.isprintable() else " " for char in _ESCAPES.sub("", text))[:_LONGEST]
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text
