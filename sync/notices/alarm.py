"""Tells that the disk fails, or works again: without the library, which lies on that disk, and without any memory.

A process of its own (`python -m sync alarm`), started by the daemon with the words on its standard input; each channel
is tried once. What was told is remembered by the daemon alone.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import IO

import msgspec
from msgspec import Struct

from sync import secrets
from sync.clock import Clock
from sync.errors import MantelpieceError
from sync.home import Home
from sync.notices import letter
from sync.notices.channels import names, senders
from sync.notices.decide import News
from sync.settings.last_good import load_kept


class Words(Struct, frozen=True):
    sentence: str
    since: datetime
    over: bool = False


def start(program: Sequence[str], words: Words) -> subprocess.Popen[bytes]:
    """Begin to tell; the caller looks for its end: exit code 0 where every channel took it."""
    process = subprocess.Popen([*program, "alarm"], stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(words))
    process.stdin.close()
    return process


def run(home: Home, said: IO[bytes], *, clock: Clock) -> int:
    """Send by every channel; gives the exit code."""
    words = msgspec.json.decode(said.read(65536), type=Words)
    kind = "over" if words.over else "problem"
    news = News(kind, "disk", "The disk of this frame", words.sentence, since=words.since.astimezone(UTC))
    rules, known = load_kept(home).settings.notices, secrets.of_notices(home.secrets)
    told = letter.write(socket.gethostname(), [news], now=clock.now())
    failed = False
    for send in senders(rules, known, secrets.all_values(home.secrets)).values():
        try:
            send(told)
        except MantelpieceError:
            failed = True
    return int(failed)


def wanted(home: Home) -> bool:
    """Whether somebody wants to hear of it, and can."""
    rules = load_kept(home).settings.notices
    return rules.problems and bool(names(rules, secrets.of_notices(home.secrets)))
