"""Watches the network and does what decide.py says; joins what somebody chose on the page, and opens our own network
again when that failed. A thread of the page's process; does nothing where there is no Wi-Fi or no NetworkManager.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from threading import Event, Lock

from admin.context import Context
from admin.wifi.decide import Do, Facts, decide
from admin.wifi.manager import ADDRESS, Manager, Network, NetworkTrouble
from admin.wifi.wishing import Wishing
from frame.control import FrameNotRunning, FrameRefused
from sync.errors import MantelpieceError

log = logging.getLogger(__name__)

EVERY_SECONDS = 10.0
SIGN_SECONDS = 3600.0
_SAY_SECONDS = 60.0


class Watch:
    """One a page. `step` is one look; the page calls `wish`, the thread all else."""

    def __init__(self, context: Context, manager: Manager | None = None) -> None:
        self._context = context
        self.manager = manager or Wishing()
        self._seen_at = context.clock.monotonic()
        self._said_at: float | None = None
        self._seen_file = context.home.private / "network-seen"
        self._lock = Lock()
        self._wish: tuple[str, str] | None = None
        self.rung = Event()
        self.code = ""
        """Of our own network; empty while it is closed."""
        self.name = f"mantelpiece-{secrets.token_hex(2)}"
        self._heard: list[Network] = []
        self.trouble = ""
        """Why the network that was chosen last was not joined."""

    def networks(self) -> list[Network]:
        """What is heard, and was before our own network was opened: a radio that sends hears no others. Raises
        NetworkTrouble."""
        now = [each for each in self.manager.networks() if each.name != self.name]
        known = {each.name for each in now}
        return now + [each for each in self._heard if self.code and each.name not in known]

    def keep_watching(self, ended: Event) -> None:
        """Until `ended`."""
        while not ended.is_set():
            try:
                self.step()
            except MantelpieceError as error:
                log.debug("the network was not looked at: %s", error)
            except OSError as error:
                log.warning("the network cannot be watched: %s", error)
            self.rung.wait(EVERY_SECONDS)
            self.rung.clear()

    def wish(self, name: str, password: str) -> None:
        """Somebody chose this Wi-Fi; tried in a moment, for it ends the network that the phone is in."""
        with self._lock:
            self._wish = (name, password)
        self.rung.set()

    def step(self) -> None:
        """One look."""
        if not self.manager.device():
            return
        with self._lock:
            wish, self._wish = self._wish, None
        if wish is not None:
            self._join(*wish)
        now, connected = self._context.clock.monotonic(), self.manager.connected()
        if connected:
            self._seen_at, self._said_at = now, None
            self._note_seen()
        said = None if self._said_at is None else now - self._said_at
        known = connected or bool(self.manager.known())
        facts = Facts(connected, now - self._seen_at, self._seen_file.exists(), known, bool(self.code), said)
        match decide(facts):
            case Do.OPEN:
                self._open()
            case Do.CLOSE:
                self._close()
            case Do.SAY:
                self._said_at = now
                self._sign(self._gone(), _SAY_SECONDS)
            case Do.NOTHING:
                if self.code:
                    self._sign(self._lines(), SIGN_SECONDS)  # also for a wall that started later

    def _join(self, name: str, password: str) -> None:
        self._sign([self._text("wifi.joining", name=name)], _SAY_SECONDS)
        was_open, self.code = bool(self.code), ""
        self.manager.close_own()
        try:
            self.manager.join(name, password)
        except NetworkTrouble as error:
            self.trouble = self._text("wifi.failed", name=name, why=error.sentence)
            log.warning("%s", self.trouble)
            if was_open or not self._seen_file.exists():
                self._open()
        else:
            self.trouble = ""
            self._sign([], 0)

    def _open(self) -> None:
        if not self._wall_answers():
            return  # a network whose code nobody reads helps nobody
        with suppress(NetworkTrouble):
            self._heard = self.manager.networks()
        self.code = f"{secrets.randbelow(10**8):08d}"
        try:
            self.manager.open_own(self.name, self.code)
        except NetworkTrouble as error:
            self.code = ""
            log.warning("no set-up network: %s", error)
            return
        log.info("the set-up network %s is open", self.name)
        self._sign(self._lines(), SIGN_SECONDS)

    def _close(self) -> None:
        self.code = ""
        self.manager.close_own()
        self._sign([], 0)

    def _lines(self) -> list[str]:
        lines = [
            self._text("wifi.sign_title"), self._text("wifi.sign_join", name=self.name),
            self._text("wifi.sign_code", code=f"{self.code[:4]} {self.code[4:]}"),
            self._text("wifi.sign_open", address=f"http://{ADDRESS}/wifi"),
        ]  # fmt: skip
        return [*lines, *([self.trouble] if self.trouble else [])]

    def _gone(self) -> list[str]:
        try:
            names = ", ".join(self.manager.known()) or "–"
        except NetworkTrouble:
            names = "–"
        return [self._text("wifi.gone_title"), self._text("wifi.gone_tried", name=names), self._text("wifi.gone_do")]

    def _sign(self, lines: list[str], seconds: float) -> None:
        try:
            self._context.frame("sign", lines=[line[:200] for line in lines], seconds=seconds)
        except (FrameNotRunning, FrameRefused) as error:
            log.debug("the wall was not told: %s", error)

    def _wall_answers(self) -> bool:
        try:
            self._context.frame("now")
        except (FrameNotRunning, FrameRefused):
            return False
        return True

    def _note_seen(self) -> None:
        if not self._seen_file.exists():
            self._seen_file.touch(mode=0o600)

    def _text(self, key: str, **values: object) -> str:
        return self._context.texts.look_up(self._context.settings.language, key, **values)
