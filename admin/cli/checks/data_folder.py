"""The data folder, its disk, the clock, the settings and the secrets. Looks only, and works without a library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from admin.cli.checks.finding import Finding, bad, ok, warn
from admin.cli.output import size
from sync import files, secrets
from sync.clock import SystemClock
from sync.errors import UsageError
from sync.home import Home, file_system
from sync.settings.cautions import cautions
from sync.settings.last_good import Kept
from sync.settings.tree import Settings, Source


def folder(home: Home, _kept: Kept) -> Iterator[Finding]:
    """There, marked, writable, on a file system with hard links and owners."""
    if not home.root.exists():
        yield warn("folder", f"{home.root} does not exist yet.", "The first 'mantelpiece server add' makes it.")
        return
    if not home.marker.exists():
        known = home.published.exists() or home.private.exists()
        advice = "Is its disk mounted? To start afresh in this folder: touch " + str(home.marker)
        yield bad("folder", f"{home.root} has lost its marker file.", advice) if known else warn(
            "folder", f"{home.root} is not in use yet."
        )
        return
    kind = file_system(home.root)
    if kind in ("vfat", "msdos", "exfat"):
        yield bad("folder", f"{home.root} lies on {kind}, which has neither hard links nor owners.",
                  "Choose a folder on ext4, btrfs or xfs.")  # fmt: skip
    unwritable = [path for path in (home.root, home.settings.parent, home.private, home.published, home.objects)
                  if path.exists() and not os.access(path, os.W_OK)]  # fmt: skip
    if unwritable:
        yield bad("folder", f"{unwritable[0]} cannot be written.",
                  "The card may have become read-only, or this runs as another user.")  # fmt: skip
    else:
        yield ok("folder", f"{home.root} on {kind}.")


def space(home: Home, kept: Kept) -> Iterator[Finding]:
    """Room above the reserve, and inside the budget."""
    if not home.root.exists():
        return
    free = files.free_bytes(home.root)
    if free == 0:
        yield bad("space", "The disk is full up to the reserve: no new photo is fetched.",
                  "Free some space, or mirror less (--limit, --keep display).")  # fmt: skip
    elif free < 500_000_000:
        yield warn("space", f"Only {size(free)} are left above the reserve.")
    else:
        budget = kept.settings.mirror.budget_gb
        yield ok("space", f"{size(free)} are left above the reserve" + (f"; budget {budget:g} GB." if budget else "."))


def clock(_home: Home, _kept: Kept) -> Iterator[Finding]:
    """A wrong date breaks certificates and memories."""
    now = SystemClock()
    if now.trusted():
        yield ok("clock", f"{now.now():%Y-%m-%d %H:%M} UTC.")
    else:
        yield warn("clock", f"The clock says {now.now():%Y-%m-%d %H:%M} UTC, which nothing confirms.",
                   "It is set from the network once there is one (timedatectl says more); until then nothing is "
                   "removed by age, and night hours wait.")  # fmt: skip


def settings(home: Home, kept: Kept) -> Iterator[Finding]:
    """The file, and what could not be used of it."""
    for problem in kept.problems:
        advice = f"Correct {home.settings}, or 'mantelpiece settings set'."
        if problem.loses:
            yield bad("settings", problem.sentence, advice, exit_code=UsageError.exit_code)
        else:
            yield warn("settings", problem.sentence, "" if problem.key.startswith("MANTELPIECE_") else advice)
    for sentence in cautions(kept.settings):
        yield warn("settings", sentence)
    if not kept.problems:
        yield ok("settings", f"{home.settings} is in order.")
    if not kept.settings.albums:
        yield warn("albums", "No album is set up.", "mantelpiece album add NAME-OR-ID")
    for album in kept.settings.albums:
        if album.source is Source.FOLDER and not Path(album.folder).is_dir():
            yield bad("albums", f"{album.name}: {album.folder} is no folder (any more).", "Is its disk mounted?")
    log = kept.settings.log.file
    if log and not os.access(log if Path(log).exists() else Path(log).parent, os.W_OK):
        yield warn("log", f"log.file {log} cannot be written.", "Choose another with 'mantelpiece settings set'.")


def keys(home: Home, kept: Kept) -> Iterator[Finding]:
    """Keys that are missing, badly pasted, or readable by others."""
    try:
        for name in kept.settings.servers:
            yield from _key(home, name, kept.settings)
    except UsageError as error:
        yield bad("keys", error.sentence, error.advice, exit_code=error.exit_code)
    if home.secrets.exists():
        mode = home.secrets.stat().st_mode & 0o777
        if mode & 0o077:
            yield bad("keys", f"{home.secrets} can be read by others (mode {mode:o}).", f"chmod 600 {home.secrets}")


def _key(home: Home, name: str, known: Settings) -> Iterator[Finding]:
    key = secrets.of_server(home.secrets, name).key
    text = key.reveal()
    if not text:
        if any(album.server == name and album.source is not Source.LINK for album in known.albums):
            url = known.servers[name].url
            yield bad("keys", f"{name} has no API key.", f"mantelpiece server add {name} --url {url}")
    elif text != text.strip() or any(one.isspace() for one in text):
        yield bad("keys", f"The key of {name} has spaces in it: it was not pasted as a whole, or with too much.",
                  "Copy it once more and give it with 'mantelpiece server add'.")  # fmt: skip
    else:
        yield ok("keys", f"{name} has a key.")
