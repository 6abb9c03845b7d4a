"""What the owner wants, as a typed tree with its defaults. reading.py fills it; secrets lie elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct

from sync.errors import UsageError, did_you_mean
from sync.settings.ingest import Inbox
from sync.settings.typed import Host, Hosts, Line, Listening, Mails, Topic, WholePath
from sync.settings.wall import Choosing, Hands, Power, Wall, Windows, Words
from sync.settings.writeback import Root


class Source(StrEnum):
    """Where an album's photos come from."""

    ALBUM = "album"
    LINK = "link"
    PERSON = "person"
    FAVOURITES = "favourites"
    MEMORIES = "memories"
    ALL = "all"
    FOLDER = "folder"
    RULE = "rule"
    """Whatever of a server's library a rule matches."""


class Pick(StrEnum):
    """Which photos a limited album keeps."""

    NEWEST = "newest"
    OLDEST = "oldest"
    FAVOURITES = "favourites"
    RANDOM = "random"


class Keep(StrEnum):
    """What of a photo stays on the disk."""

    ORIGINAL = "original"
    DISPLAY = "display"


class Mode(StrEnum):
    """What a smart album may do to the album on the server."""

    STEP = "step"
    """Adds, and removes what we added and no longer matches."""
    ADD = "add"
    OWN = "own"
    """Also removes what others put in."""


class MailSecurity(StrEnum):
    """How the way to a mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """Plain text: only without a password."""


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


_Language = Annotated[str, Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?$", examples=["en or de-AT"])]
_Level = Annotated[str, Meta(pattern="^(debug|info|warning|error)$", examples=["info (or debug, warning, error)"])]
_Order = Annotated[str, Meta(pattern="^(asc|desc)?$", examples=["asc or desc"])]


class Server(Struct, frozen=True, kw_only=True):
    """A named Immich account; its key is a secret and lies elsewhere."""

    url: str
    requests: Annotated[int, Meta(ge=1, le=32)] = 4
    """At most this many requests at once, over all jobs."""
    ca_file: str = ""
    """A private certificate authority (PEM)."""
    fingerprint: str = ""
    """SHA-256 of the server's certificate, in hex; pins it."""


class Album(Struct, frozen=True, kw_only=True):
    """Something the wall shows, and where it comes from."""

    name: Annotated[str, Meta(min_length=1)]
    source: Source = Source.ALBUM
    server: str = ""
    id: str = ""
    """Immich's id of the album or person; empty for sources that need none."""
    folder: str = ""
    rule: dict[str, Any] = {}
    """The source itself, or (beside another source of a server) what narrows it; sync/smart understands it."""
    interval_hours: Annotated[float, Meta(ge=1, le=168)] = 6
    limit: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    """Most photos to keep; 0 is no limit."""
    pick: Pick = Pick.NEWEST
    keep: Keep | None = None
    """None: originals for albums, links and folders; display copies for the other sources."""
    weight: Annotated[float, Meta(ge=0.01, le=100)] = 1.0
    archived: bool = False
    """Also show what is archived in Immich."""
    partners: bool = False
    """Also show partners' photos (whole library and favourites)."""
    hours: Windows = ""
    """When it may come, as in power.night without levels: `Mo-Fr 17:00-22:00; Sa,Su 08:00-24:00`; empty is always."""
    view: bool = True
    """Keep the readable folder published/albums/<name>."""
    paused: bool = False

    @property
    def kept(self) -> Keep:
        if self.keep is not None:
            return self.keep
        whole = self.source in (Source.ALBUM, Source.LINK, Source.FOLDER)
        return Keep.ORIGINAL if whole else Keep.DISPLAY


class Smart(Struct, frozen=True, kw_only=True):
    """An album on the server that a rule keeps; sync/smart understands the rule."""

    name: Annotated[str, Meta(min_length=1)]
    server: str = ""
    album: str = ""
    """Immich's id of any album, or the name of one's own, made when missing; empty is `name`."""
    rule: dict[str, Any] = {}
    filters: tuple[dict[str, Any], ...] = ()
    """In place of a rule: the replaced tool's flat list."""
    mode: Mode = Mode.STEP
    interval_minutes: Annotated[float, Meta(ge=1, le=10080)] = 60
    partners: bool = False
    """Also partners' photos."""
    description: str = ""
    order: _Order = ""
    cover: str = ""
    """The photo in front: newest, oldest, or an id of Immich's."""
    viewers: tuple[str, ...] = ()
    """Users to share it with, by name or id."""
    editors: tuple[str, ...] = ()
    paused: bool = False


class Mirror(Struct, frozen=True, kw_only=True):
    budget_gb: Annotated[float, Meta(ge=0, le=1_000_000)] = 0
    """Most space for photos on this device; 0 leaves only the reserve."""
    trash_days: Annotated[float, Meta(ge=0, le=3650)] = 30
    scrub_days: Annotated[float, Meta(ge=1, le=365)] = 30
    """Every object is re-hashed once in this many days."""


class Admin(Struct, frozen=True, kw_only=True):
    """Where the phone page listens; a socket passed by systemd comes first."""

    host: Listening = ""
    """Empty: every address of this machine, IPv4 and IPv6."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 8080
    names: Hosts = ""
    """Further names that browsers may ask for, separated by spaces (a reverse proxy's, for one)."""


class Mqtt(Struct, frozen=True, kw_only=True):
    """Home Assistant and others, by way of a broker; its password is a secret."""

    host: Host = ""
    """Empty: no broker."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 1883
    tls: bool = False
    ca_file: Line = ""
    """With tls: whose certificates are believed; empty: those that this machine believes."""
    user: Line = ""
    name: Line = ""
    """What this frame is called there; empty: the machine's name."""
    discovery: Topic = "homeassistant"
    """Where Home Assistant looks for devices; empty: nothing is announced."""


class Log(Struct, frozen=True, kw_only=True):
    level: _Level = "info"
    format: LogFormat = LogFormat.TEXT
    file: WholePath = ""
    """Empty: standard error (the journal). A path: rotated at 1 MB, three kept."""


class Notices(Struct, frozen=True, kw_only=True):
    """Who is told of what. The mail password and the webhook's address are secrets and lie elsewhere."""

    mail_to: Mails = ""
    """Addresses, separated by spaces or commas; empty: no mail."""
    mail_from: Mails = ""
    """Empty: the user name where it is an address, else the first of `mail_to`."""
    mail_host: Host = ""
    """The mail server (SMTP)."""
    mail_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """0: 587 for starttls, 465 for tls, 25 for none."""
    mail_security: MailSecurity = MailSecurity.STARTTLS
    mail_user: Line = ""
    problems: bool = True
    """What is wrong for `after_minutes`, and that it is over."""
    held: bool = True
    """What waits for a person's yes, at once."""
    after_minutes: Annotated[float, Meta(ge=0, le=10080)] = 60
    summary: bool = False
    """Every morning, what was done since the last one."""


class Settings(Struct, frozen=True, kw_only=True):
    language: _Language = "en"
    time_zone: Line = ""
    """IANA name; empty is the system's."""
    servers: dict[str, Server] = {}
    albums: tuple[Album, ...] = ()
    smart: tuple[Smart, ...] = ()
    writeback: tuple[Root, ...] = ()
    inboxes: tuple[Inbox, ...] = ()
    mirror: Mirror = Mirror()
    wall: Wall = Wall()
    choosing: Choosing = Choosing()
    words: Words = Words()
    power: Power = Power()
    admin: Admin = Admin()
    hands: Hands = Hands()
    mqtt: Mqtt = Mqtt()
    notices: Notices = Notices()
    log: Log = Log()

    def album(self, name: str) -> Album | None:
        """The album of that name, or None."""
        return next((album for album in self.albums if album.name == name), None)

    def need_album(self, name: str) -> Album:
        """The album of that name, whatever its case. Raises UsageError with the nearest one."""
        return _named(self.albums, name, "album")

    def need_smart(self, name: str) -> Smart:
        """The smart album of that name; as `need_album`."""
        return _named(self.smart, name, "smart album")

    def need_root(self, name: str) -> Root:
        """The root of originals of that name; as `need_album`."""
        return _named(self.writeback, name, "root")

    def need_inbox(self, name: str) -> Inbox:
        """The inbox of that name; as `need_album`."""
        return _named(self.inboxes, name, "inbox")

    def need_server(self, name: str) -> Server:
        """The server of that name. Raises UsageError with the nearest one."""
        if name not in self.servers:
            raise UsageError(f"There is no server {name!r}.{did_you_mean(name, list(self.servers))}")
        return self.servers[name]


Entry = TypeVar("Entry", Album, Smart, Root, Inbox)


def _named(entries: Iterable[Entry], name: str, what: str) -> Entry:
    known = {one.name.casefold(): one for one in entries}
    if name.casefold() not in known:
        raise UsageError(f"There is no {what} {name!r}.{did_you_mean(name, [one.name for one in known.values()])}")
    return known[name.casefold()]


def chosen_of(entries: Iterable[Entry], names: Iterable[str] | None, need: Callable[[str], Entry]) -> list[Entry]:
    """Those that `need` finds by these names, or (None) all that are not paused. Raises UsageError as `need` does."""
    return [one for one in entries if not one.paused] if names is None else [need(name) for name in names]
