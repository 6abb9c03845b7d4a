"""What every page is handed: the home, the clock, who is signed in, the settings as they are now, the library.

One object an application; `context()` gives it to a handler. Settings are read again when their file changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g

from admin.security.hosts import own_names
from admin.security.passwords import hashed
from admin.security.sessions import KNOWN_SECONDS, Sessions
from admin.security.setup_code import SetupCode
from admin.security.throttle import Throttle
from admin.security.tokens import Tokens
from admin.words.catalogue import Texts
from frame.control import FrameNotRunning, FrameSilent, ask
from sync import secrets
from sync.clock import Clock
from sync.errors import DiskError, LibraryTooNew, MantelpieceError
from sync.files import holder_of, signature
from sync.home import Home
from sync.library.database import Library
from sync.settings.reading import Loaded, load
from sync.settings.tree import Settings

if TYPE_CHECKING:
    from admin.wifi.watch import Watch

EXTENSION = "mantelpiece"
_NEVER = object()
_BELIEVED_SECONDS = 60.0
"""For how long what the wall said last stands in for a frame that does not answer in time."""


class ServiceAway(MantelpieceError):
    """The library cannot be read: the sync service has not made it yet, or it is damaged. The wall goes on."""

    default_advice = "Start it with 'mantelpiece run', or look at the sync service; then try again."


class Context:
    """Shared by all threads of the server."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self.home = home
        self.clock = clock
        self.sessions = Sessions(home.private / "sessions.json", clock)
        self.known = Sessions(
            home.private / "devices.json", clock, longest=KNOWN_SECONDS, longest_idle=KNOWN_SECONDS
        )
        """Browsers that once signed in: nobody's wrong guesses keep them from trying. They open nothing by that."""
        self.tokens = Tokens(home.private / "tokens.json", clock)
        self.displays = Tokens(home.private / "displays.json", clock)
        """Keys of other displays: each shows the wall's picture and opens nothing else."""
        self.throttle = Throttle(clock)
        self.code = SetupCode(clock)
        self.texts = Texts()
        self.known_names: dict[str, tuple[float, int]] = {}
        """When a server was last asked who and what it knows, and by which job."""
        self.wifi: Watch | None = None
        """Set by the process that watches the network."""
        self.passed_port: int | None = None
        """Where systemd listens for us; the settings' port does not count then."""
        self._lock = Lock()
        self._seen: object = _NEVER  # A file that is not there yet is a state of its own: the environment counts then.
        self._loaded = Loaded(Settings(), (), frozenset())
        self._hash: str | None = None
        self._names: tuple[str, frozenset[str]] | None = None
        self._told: tuple[float, dict[str, Any] | None] = (0.0, None)
        """What the wall said last, and when."""

    def loaded(self) -> Loaded:
        """The settings with their problems and what is pinned."""
        seen = signature(self.home.settings)
        with self._lock:
            if seen != self._seen:
                self._loaded = load(self.home.settings, last_good=self._loaded.settings)
                self._seen = seen
            return self._loaded

    @property
    def settings(self) -> Settings:
        return self.loaded().settings

    @property
    def port(self) -> int:
        """Where the page is reached."""
        return self.passed_port or self.settings.admin.port

    def names(self) -> frozenset[str]:
        """Host names that the page answers to."""
        configured = self.settings.admin.names
        if self._names is None or self._names[0] != configured:
            self._names = (configured, own_names(configured))
        return self._names[1]

    def password_hash(self) -> str:
        """Empty until the first person chose a password. A damaged secrets file is not the same as none."""
        return secrets.password_hash(self.home.secrets)

    def set_password(self, password: str) -> None:
        """The first or another password; nobody stays signed in, and no browser is known that knew the old one."""
        secrets.put(self.home.secrets, "admin", "password", hash=hashed(password))
        self._hash = self.password_hash()
        self.sessions.end_all()
        self.known.end_all()

    def look_at_password(self) -> bool:
        """Whether there is one. One that was changed from outside this process signs everybody out."""
        found = self.password_hash()
        with self._lock:
            changed, self._hash = self._hash not in (None, found), found
        if changed:
            self.sessions.end_all()
            self.known.end_all()
        return bool(found)

    def service_runs(self) -> bool:
        """Whether sync is there to work off jobs."""
        return holder_of(self.home.locks / "daemon") is not None

    @contextmanager
    def library(self) -> Iterator[Library]:
        """The library for one request. Raises ServiceAway where sync never made one, or must mend it first."""
        if not self.home.library.exists():
            raise ServiceAway("The sync service has not started yet.")
        try:
            library = Library(self.home.library, repair=False)
        except (DiskError, LibraryTooNew) as error:
            raise ServiceAway(error.sentence, advice=error.advice) from error
        try:
            yield library
        finally:
            library.close()

    def frame(self, verb: str, **values: object) -> dict[str, Any]:
        """Ask the frame; raises its errors."""
        return ask(self.home, verb, timeout_seconds=2.0, **values)

    def now(self) -> dict[str, Any] | None:
        """What is on the wall, or None while the frame does not run; asked once a request."""
        if "frame_now" not in g:
            try:
                g.frame_now = self.frame("now")
                self._told = (self.clock.monotonic(), g.frame_now)
            except FrameSilent:
                # What it said last: a frame that is only slow is none that does not run.
                at, told = self._told
                g.frame_now = told if self.clock.monotonic() - at < _BELIEVED_SECONDS else None
            except FrameNotRunning:
                g.frame_now = None
        return cast("dict[str, Any] | None", g.frame_now)


def context() -> Context:
    """The context of the application that serves this request."""
    return cast("Context", current_app.extensions[EXTENSION])
