"""Notices that the disk fails for long, and that it works again: told once each, from the daemon's own memory."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Sequence
from datetime import datetime

from sync.clock import Clock
from sync.errors import MantelpieceError
from sync.home import Home
from sync.notices import alarm
from sync.settings.last_good import load_kept

log = logging.getLogger(__name__)


class DiskWatch:
    """One for the life of the daemon; it never waits."""

    def __init__(self, home: Home, clock: Clock, program: Sequence[str]) -> None:
        self._home, self._clock, self._program = home, clock, program
        self._since: tuple[float, datetime] | None = None
        self._told = False
        self._telling: subprocess.Popen[bytes] | None = None

    def fails(self, sentence: str) -> None:
        """The disk does not do what is asked."""
        now = self._clock.monotonic()
        self._since = self._since or (now, self._clock.now())
        self._settle()
        lasts = load_kept(self._home).settings.notices.after_minutes * 60
        if not self._told and self._telling is None and now - self._since[0] >= lasts:
            self._tell(alarm.Words(sentence, self._since[1]))
            self._told = True

    def works(self) -> None:
        """Something was written."""
        if self._since is None:
            return
        self._settle()
        if self._told and self._telling is None:
            self._tell(alarm.Words("It works again.", self._since[1], over=True))
        self._since, self._told = None, False

    def _settle(self) -> None:
        """One that could not be sent counts as not told, and is tried at the next look."""
        code = None if self._telling is None else self._telling.poll()
        if code is not None:
            self._telling, self._told = None, self._told and code == 0

    def _tell(self, words: alarm.Words) -> None:
        try:
            if alarm.wanted(self._home):
                self._telling = alarm.start(self._program, words)
        except (OSError, MantelpieceError) as error:
            log.warning("nobody could be told of the disk: %s", error)
