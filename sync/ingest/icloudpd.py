"""icloudpd's command line and surroundings, from the typed fields of an inbox. Pure, but for finding the program.

It runs unmodified, in folders of its own, without our environment. Options that would take over what we decide
(account, folders, how it asks) or that run other programs are refused among the free ones; a password is never
among them, since every process can read a command line.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from sync.errors import UsageError
from sync.home import Home
from sync.settings.ingest import AlignRaw, Icloudpd, Inbox, LiveSize
from sync.settings.tree import Settings

OURS = {
    "-u": "the account is a field of its own", "--username": "the account is a field of its own",
    "-p": "a password is asked for, and kept nowhere", "--password": "a password is asked for, and kept nowhere",
    "-d": "files arrive in the inbox's landing folder", "--directory": "files arrive in the inbox's landing folder",
    "--cookie-directory": "its session has a folder of its own",
    "--password-provider": "questions come to the phone", "--mfa-provider": "questions come to the phone",
    "--watch-with-interval": "the schedule starts it", "--notification-script": "it would run another program",
    "--only-print-filenames": "it downloads nothing", "--dry-run": "it downloads nothing",
    "--auth-only": "it downloads nothing", "-l": "it downloads nothing", "--list-albums": "it downloads nothing",
    "--list-libraries": "it downloads nothing", "-h": "it downloads nothing", "--help": "it downloads nothing",
    "--version": "it downloads nothing", "--no-progress-bar": "it is always given", "--log-level": "it is always info",
    "--xmp-sidecar": "it is always given", "--smtp-password": "mail is sent by mantelpiece itself",
}  # fmt: skip
"""Options that no free command line may hold, and why."""


def landing_of(inbox: Inbox) -> Path:
    """Where files arrive."""
    return Path(inbox.landing or inbox.folder)


def own_folder(home: Home, account: str) -> Path:
    """icloudpd's own folder: its home, its session, where it leaves what it wants to leave. One for each account."""
    return home.private / "icloudpd" / sha256(account.strip().lower().encode()).hexdigest()[:16]


def find_program(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """The path of icloudpd: as set, on the PATH, or beside our own Python. Raises UsageError."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name, path=os.pathsep.join(filter(None, (environ.get("PATH", os.defpath), beside))))
    if found is None:
        raise UsageError(
            f"The program {name!r} is not installed here.",
            advice="Install it ('pip install icloudpd' in an environment of its own) and set its path as 'program'.",
        )
    return found


def arguments(inbox: Inbox, *, cookies: Path) -> list[str]:
    """icloudpd's options for this inbox. Raises UsageError for a free option that cannot be."""
    wanted = inbox.icloudpd
    _refuse(wanted)
    options = [
        "--username", wanted.account, "--directory", str(landing_of(inbox)), "--cookie-directory", str(cookies),
        "--password-provider", "console", "--mfa-provider", "console", "--no-progress-bar", "--log-level", "info",
        "--xmp-sidecar", "--folder-structure", wanted.folder_structure, "--file-match-policy", wanted.names.value,
        "--library", wanted.library,
    ]  # fmt: skip
    for size in wanted.sizes:
        options += ["--size", size.value]
    for album in wanted.album:
        options += ["--album", album]
    return options + _rarer(wanted) + list(wanted.arguments)


def _rarer(wanted: Icloudpd) -> list[str]:
    options: list[str] = []
    if not wanted.live:
        options.append("--skip-live-photos")
    elif wanted.live_size is not LiveSize.ORIGINAL:
        options += ["--live-photo-size", wanted.live_size.value]
    if wanted.live and wanted.live_names != "suffix":
        options += ["--live-photo-mov-filename-policy", wanted.live_names]
    if wanted.recent_days:
        options += ["--skip-created-before", f"{wanted.recent_days}d"]
    if wanted.until_found:
        options += ["--until-found", str(wanted.until_found)]
    if wanted.align_raw is not AlignRaw.AS_IS:
        options += ["--align-raw", wanted.align_raw.value]
    for set_, option in (
        (not wanted.videos, "--skip-videos"), (wanted.keep_unicode, "--keep-unicode-in-filenames"),
        (wanted.set_exif_datetime, "--set-exif-datetime"),
    ):  # fmt: skip
        options += [option] if set_ else []
    return options + (["--domain", "cn"] if wanted.china else [])


def _refuse(wanted: Icloudpd) -> None:
    for text in (wanted.account, wanted.library, wanted.folder_structure, *wanted.album, *wanted.arguments):
        # A value that begins like an option would be read as one.
        if "\0" in text or (text.startswith("-") and text not in wanted.arguments):
            raise UsageError(f"{text!r} cannot be given to icloudpd.")
    for text in wanted.arguments:
        option = text.partition("=")[0]
        joined = text[:2] if text[:1] == "-" and text[1:2] != "-" else option
        why = OURS.get(option) or OURS.get(joined) or _shortened(option)
        if why:
            raise UsageError(f"icloudpd's option {option} cannot be set here: {why}.")


def _shortened(option: str) -> str:
    """Why not, where icloudpd would take it for a longer one's beginning; empty where it would not."""
    if not option.startswith("--") or option == "--":
        return ""
    return next((why for each, why in OURS.items() if each.startswith(option)), "")


def environment(settings: Settings, folder: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What icloudpd is told of its surroundings: nothing of ours, and the zone in which it names folders."""
    kept = {name: environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR") if name in environ}
    kept |= {"HOME": str(folder), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    return kept | ({"TZ": settings.time_zone} if settings.time_zone else {})


