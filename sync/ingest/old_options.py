"""What each option of the replaced plugin's command line means for an inbox: taken over and how, or dropped and why.

A table by option; take_over.py goes through a command line with it. Nothing here repeats a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.errors import UsageError, did_you_mean
from sync.ingest.templates import parse as parse_template
from sync.replaced.lines import Lines
from sync.settings.ingest import Size

_SIZES = [size.value for size in Size]
_OLD_ORDER = ["adjusted", "medium", "original", "alternative", "thumb"]
"""How the plugin stacked where no sizes were named."""


@dataclass
class TakenOver(Lines):
    """What a command line means here."""

    inboxes: list[dict[str, Any]] = field(default_factory=list)
    """Entries for the settings, without their server."""
    url: str = ""
    """The address of Immich in it."""
    pending: str = ""
    """The plugin's file of photos that it had not finished."""


@dataclass
class OldInbox:
    """What the options make of one inbox of the settings: its values, icloudpd's, and options handed on as they are."""

    values: dict[str, Any] = field(default_factory=dict)
    icloudpd: dict[str, Any] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Given:
    """One option as it was given, and what it goes into."""

    option: str
    value: str | None
    inbox: OldInbox
    found: TakenOver

    @property
    def text(self) -> str:
        if not self.value:
            raise Unusable("lacks its value")
        return self.value


class Unusable(Exception):
    """An option that cannot be taken; its text says why."""


Reader = Callable[[Given], str]
"""Takes an option over and says how. Raises Unusable."""


def _set(name: str, *, read: Callable[[str], Any] = str) -> Reader:
    def take(given: Given) -> str:
        given.inbox.icloudpd[name] = read(given.text)
        return "kept"

    return take


def _flag(name: str, value: bool) -> Reader:
    def take(given: Given) -> str:
        given.inbox.icloudpd[name] = value
        return "kept"

    return take


def _append(name: str, *, read: Callable[[str], str] = str) -> Reader:
    def take(given: Given) -> str:
        listed = given.inbox.icloudpd.setdefault(name, [])
        if (value := read(given.text)) not in listed:
            listed.append(value)
        return "kept"

    return take


def _free(told: str = "kept as a further option") -> Reader:
    def take(given: Given) -> str:
        given.inbox.free += [given.option, given.text]
        return told

    return take


def _free_flag(told: str = "kept as a further option") -> Reader:
    def take(given: Given) -> str:
        given.inbox.free.append(given.option)
        return told

    return take


def _number(text: str) -> float:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text):
        raise Unusable("is no number")
    return float(text)


def _whole(text: str) -> int:
    return int(_number(text))


def _one_of(*known: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in known:
            raise Unusable(f"is none of {', '.join(known)}.{did_you_mean(text, list(known))}")
        return text.lower()

    return read


def _directory(given: Given) -> str:
    plain = re.split(r"/?[^/]*[%{]", given.text)[0].rstrip("/")
    if not plain.startswith("/"):
        raise Unusable("is no path that begins with '/': set the inbox's folder by hand")
    given.inbox.values["folder"] = plain
    cut = "" if plain == given.text.rstrip("/") else " without the parts that stand for a date"
    return f"the library folder{cut}: the path as icloudpd's container sees it, so give the one of this machine"


def _skip_before(given: Given) -> str:
    if found := re.fullmatch(r"(\d{1,5})[dD].*", given.text):
        given.inbox.icloudpd["recent_days"] = int(found[1])
        return f"photos of the last {found[1]} days"
    return _free()(given)


def _watch(given: Given) -> str:
    hours = min(max(_number(given.text) / 3600, 1.0), 168.0)
    given.inbox.icloudpd["interval_hours"] = round(hours, 2)
    return f"the schedule starts it every {hours:g} hours"


def _domain(given: Given) -> str:
    given.inbox.icloudpd["china"] = _one_of("com", "cn")(given.text) == "cn"
    return "kept"


def _live_size(given: Given) -> str:
    size = _one_of("original", "medium", "thumb")(given.text)
    if size == "thumb":
        raise Unusable("ends icloudpd 1.32.3 with an error; the original size is taken")
    given.inbox.icloudpd["live_size"] = size
    return "kept"


def _url(given: Given) -> str:
    given.found.url = given.text.rstrip("/").removesuffix("/api")
    return f"the server {given.found.url}"


def _library(given: Given) -> str:
    given.inbox.values["library"] = given.text
    return "the external library"


def _listed(given: Given, bare: list[str]) -> list[str]:
    if not given.value:
        return bare
    sizes = [word.strip().lower() for word in given.value.split(",") if word.strip()]
    for size in sizes:
        _one_of(*_SIZES)(size)
    return list(dict.fromkeys(sizes)) or bare


def _stack(given: Given) -> str:
    given.inbox.values["stack"] = _listed(given, _OLD_ORDER)
    if not given.value:
        return f"stacks of all sizes, in the plugin's order: {', '.join(_OLD_ORDER)}"
    return "only these sizes are stacked, the first on top (the plugin added the others behind them)"


def _favourite(given: Given) -> str:
    given.inbox.values["favourite_sizes"] = _listed(given, _SIZES)
    given.inbox.values["favourite_rating"] = given.inbox.values.get("favourite_rating") or 5
    return "favourites come from icloudpd's sidecars, and un-favouriting in iCloud reaches Immich too"


def _rating(given: Given) -> str:
    rating = 5 if given.value is None else _whole(given.value)
    if not 0 <= rating <= 5:
        raise Unusable("is no rating from 0 to 5")
    given.inbox.values |= {"favourite_rating": rating, "stars": True}
    return f"kept as stars; where favourites are wanted, {rating} in a sidecar means one, and icloudpd's own 5"


def _live(given: Given) -> str:
    given.inbox.values["live_sizes"] = _listed(given, [size for size in _SIZES if size != "original"])
    return "these sizes play the live video too"


def _album(given: Given) -> str:
    try:
        parse_template(given.text)
    except UsageError as error:
        raise Unusable(error.sentence) from None
    listed = given.inbox.values.setdefault("albums", [])
    if given.text not in listed:
        listed.append(given.text)
    return "kept"


def _batch(given: Given) -> str:
    if given.value is None or given.value.lower() == "all":
        given.inbox.values["batch"] = 0
        return "all at once" + ("" if given.value else " (the plugin failed where no number followed)")
    given.inbox.values["batch"] = _whole(given.value)
    return "kept; one scan for so many photos"


def _pending(given: Given) -> str:
    given.found.pending = given.text
    return "what it lists is taken up first"


def _seconds(name: str, least: float) -> Reader:
    def take(given: Given) -> str:
        given.inbox.values[name] = max(_number(given.text), least)
        return "kept"

    return take


READERS: Mapping[str, Reader] = {
    "-u": _set("account", read=str.lower), "--username": _set("account", read=str.lower),
    "-d": _directory, "--directory": _directory, "--folder-structure": _set("folder_structure"),
    "--size": _append("sizes", read=_one_of(*_SIZES)), "-a": _append("album"), "--album": _append("album"),
    "--library": _set("library"), "--live-photo-size": _live_size, "--skip-live-photos": _flag("live", False),
    "--skip-videos": _flag("videos", False), "--until-found": _set("until_found", read=_whole),
    "--skip-created-before": _skip_before, "--watch-with-interval": _watch, "--domain": _domain,
    "--file-match-policy": _set("names", read=_one_of("name-size-dedup-with-suffix", "name-id7")),
    "--live-photo-mov-filename-policy": _set("live_names", read=_one_of("suffix", "original")),
    "--align-raw": _set("align_raw", read=_one_of("as-is", "original", "alternative")),
    "--keep-unicode-in-filenames": _flag("keep_unicode", True), "--set-exif-datetime": _flag("set_exif_datetime", True),
    "--recent": _free(), "--skip-created-after": _free(), "--force-size": _free_flag(), "--skip-photos": _free_flag(),
    "--use-os-locale": _free_flag(),
    "--auto-delete": _free_flag("kept; it deletes in the landing folder, never in the library folder"),
    "--delete-after-download": _free_flag("kept; it deletes in iCloud what was downloaded, as it did until now"),
    "--keep-icloud-recent-days": _free("kept; it deletes older photos in iCloud, as it did until now"),
    "--immich-server-url": _url, "--immich-library-id": _library, "--immich-stack-media": _stack,
    "--immich-favorite": _favourite, "--favorite-to-rating": _rating, "--associate-live-with-extra-sizes": _live,
    "--immich-album": _album, "--immich-batch-process": _batch, "--immich-batch-log-file": _pending,
    "--immich-scan-timeout": _seconds("wait_seconds", 0), "--immich-poll-interval": _seconds("poll_seconds", 0.05),
}  # fmt: skip
_SESSION = "Apple asks once more: its questions come to the phone"
_MAIL = "who is told of what is set under notices"
SECRET = frozenset({"-p", "--password", "--immich-api-key", "--smtp-password"})
DROPPED = {
    "--plugin": "not needed", "--immich-api-key": "keys are given with 'mantelpiece server add'",
    "-p": "a password is kept nowhere; Apple asks for it on the phone",
    "--password": "a password is kept nowhere; Apple asks for it on the phone",
    "--cookie-directory": _SESSION, "--password-provider": _SESSION, "--mfa-provider": _SESSION,
    "--notification-script": "the phone is told", "--xmp-sidecar": "always given",
    "--immich-process-existing": "the first run takes what is there; later ones only what is new or changed",
    "--process-existing-favorites": "every run looks at the sidecars of known photos",
    "--immich-process-existing-favorites": "every run looks at the sidecars of known photos",
    "--metadata-overwrite": "facts are published in sidecars; originals stay as they are",
    "--log-level": "its output is shown with the job", "--no-progress-bar": "its output is shown with the job",
    "--threads-num": "icloudpd takes no notice of it either", "--dry-run": "there is a preview of every run",
    "--only-print-filenames": "there is a preview of every run", "--auth-only": "it is no option of a download",
    "-l": "it is no option of a download", "--list-albums": "it is no option of a download",
    "--list-libraries": "it is no option of a download", "--help": "it is no option of a download",
    "--version": "it is no option of a download",
    **dict.fromkeys(("--smtp-username", "--smtp-password", "--smtp-host", "--smtp-port", "--smtp-no-tls",
                     "--notification-email", "--notification-email-from"), _MAIL),
}  # fmt: skip
