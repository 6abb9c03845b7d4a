"""Whether an inbox can work, a sentence for each thing that stands in its way: said when it is set up, and before a
run begins. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from sync.clock import zone_of
from sync.errors import NotAvailable, PermissionMissing, UsageError
from sync.home import Home
from sync.immich.libraries import LibraryInfo
from sync.immich.reader import Reader
from sync.ingest.fill import refuse_inside
from sync.ingest.places import folder_of, here_of, plain_folder, publishes, server_folder_of, source_of
from sync.ingest.settled import IMMICHS_MARKER
from sync.ingest.templates import AlbumFacts, parse
from sync.library.ingest import FileRow
from sync.open_roots import refuse_own
from sync.settings.ingest import After, Inbox, Way
from sync.settings.tree import Settings
from sync.work import Result, Work

NEEDED = {
    "asset.read": "new photos cannot be found",
    "asset.update": "favourites and live videos cannot be set",
    "stack.create": "nothing can be stacked",
    "stack.read": "what is stacked already cannot be told",
    "stack.delete": "a stack cannot be taken back",
    "album.read": "albums cannot be found",
    "album.create": "albums cannot be made",
    "albumAsset.create": "nothing can be put into albums",
    "albumAsset.delete": "nothing can be taken out of albums again",
}
_NO_LIBRARY = "No external library of Immich is chosen for this folder."
_OF_WAY = {
    Way.LIBRARY: {"library.read": "the library cannot be looked up", "library.update": "it cannot be scanned"},
    Way.UPLOAD: {"asset.upload": "nothing can be uploaded"},
}


def check(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"inbox": name}` of the settings, or `{"values": {…}}` of one that is being set up. Facts: {"inbox", "ok",
    "problems", "notes", "libraries": [{id, name, import_paths}], "examples": [{template, name}]}; an example is the
    album of a photo taken now. Raises UsageError, ServerError."""
    from sync.connect import open_server

    if "values" in arguments:
        try:
            inbox = msgspec.convert(arguments["values"], Inbox)
        except msgspec.ValidationError as error:
            raise UsageError(f"This inbox cannot be used: {error}.") from None
    else:
        inbox = work.settings.need_inbox(str(arguments["inbox"]))
    immich = open_server(work, inbox.server)
    problems, libraries = list(judge_here(inbox, work.settings, work.home)), []
    if inbox.way is Way.LIBRARY:
        try:
            libraries = immich.libraries()
            problems += judge_library(immich, inbox) if inbox.library else [_NO_LIBRARY]
        except (PermissionMissing, NotAvailable) as error:
            problems.append(str(error))
    told = [{"id": one.id, "name": one.name, "import_paths": list(one.import_paths)} for one in libraries]
    notes = lacking(immich, inbox)
    if inbox.icloudpd.account and inbox.way is Way.UPLOAD and inbox.after is not After.KEEP:
        notes.append("icloudpd downloads again what is no longer in its folder: keep the files, or set 'recent_days'.")
    facts = {"inbox": inbox.name, "ok": not problems, "problems": problems, "notes": notes, "libraries": told,
             "examples": _examples(inbox, work)}  # fmt: skip
    sentence = "This inbox can work." if not problems else problems[0]
    return Result(facts, sentence, exit_code=2 if problems else 1 if notes else 0, problems=[*problems, *notes])


def _examples(inbox: Inbox, work: Work) -> list[dict[str, str]]:
    """Templates that cannot work are problems already, and have none."""
    now = work.clock.now().astimezone(zone_of(work.settings.time_zone))
    facts = AlbumFacts(created=now, taken=now, folder=Path(inbox.folder).name, camera="Canon EOS R6")
    told = []
    for template in inbox.albums:
        try:
            told.append({"template": template, "name": parse(template).name(facts) or ""})
        except UsageError:
            continue
    return told


def judge_here(inbox: Inbox, settings: Settings, home: Home) -> list[str]:
    """What is wrong on this machine, also beside the other inboxes (itself may be among them) and originals."""
    told: list[str] = []
    folder, source = folder_of(inbox), source_of(inbox)
    for each in dict.fromkeys((folder, source)):
        try:
            refuse_own(home, each)
        except UsageError as error:
            told.append(str(error))
        if not each.is_dir():
            told.append(f"The folder {each} is not there; make it, or mount its disk.")
        elif not os.access(each, os.R_OK | os.X_OK):
            told.append(f"The folder {each} cannot be read by the user who runs mantelpiece.")
    writes = [folder] if inbox.way is Way.LIBRARY and inbox.landing else []
    writes += [source] if inbox.way is Way.UPLOAD and inbox.after is not After.KEEP else []
    told += [
        f"The folder {each} cannot be written by the user who runs mantelpiece."
        for each in writes if each.is_dir() and not os.access(each, os.W_OK)
    ]  # fmt: skip
    if inbox.way is Way.LIBRARY and inbox.landing:
        told += _refusal(inbox, [])
    if any((above / IMMICHS_MARKER).exists() for above in (source.resolve(), *source.resolve().parents)):
        told.append(f"The folder {source} is Immich's own, where it keeps what was uploaded; choose another one.")
    if inbox.way is Way.UPLOAD and inbox.after is After.MOVE:
        if not Path(inbox.move_to).is_dir():
            told.append(f"The folder {inbox.move_to} is not there; make it, or mount its disk.")
        if _in_one_another(Path(inbox.move_to), source):
            told.append(f"'move_to' ({inbox.move_to}) and the inbox's folder lie in one another; choose another one.")
    told += _in_the_way(inbox, settings)
    for text in inbox.albums:
        try:
            parse(text)
        except UsageError as error:
            told.append(error.sentence)
    return told


def judge_emptied(inbox: Inbox, files: Iterable[FileRow]) -> str:
    """What is wrong where the library's folder lost everything at once: what is published then lies below a disk."""
    folder = folder_of(inbox)
    if not publishes(inbox) or not any(row.place for row in files) or any(folder.iterdir()):
        return ""
    return f"The folder {folder} is empty, and photos were published there before: is its disk mounted?"


def _in_the_way(inbox: Inbox, settings: Settings) -> list[str]:
    """Whose files it would take away beside its own."""
    if inbox.way is not Way.UPLOAD or inbox.after is After.KEEP:
        return []
    theirs = [
        (f"the inbox {other.name!r}", folder)
        for other in settings.inboxes if other.name != inbox.name
        for folder in (source_of(other), folder_of(other))
    ]  # fmt: skip
    theirs += [(f"the originals {root.name!r}", Path(root.folder)) for root in settings.writeback if root.folder]
    return [
        f"The folder {source_of(inbox)} and one of {whose} lie in one another: files that {inbox.name!r} moves or "
        "deletes would be missing there. Keep the files, or choose another folder."
        for whose, folder in theirs if _in_one_another(source_of(inbox), folder)
    ][:1]  # fmt: skip


def _in_one_another(one: Path, other: Path) -> bool:
    one, other = one.resolve(), other.resolve()
    return one.is_relative_to(other) or other.is_relative_to(one)


def _refusal(inbox: Inbox, import_paths: list[str]) -> list[str]:
    try:
        refuse_inside(
            source_of(inbox), library=folder_of(inbox), import_paths=[here_of(inbox, path) for path in import_paths]
        )
    except UsageError as error:
        return [str(error)]
    return []


def judge_library(immich: Reader, inbox: Inbox) -> list[str]:
    """What is wrong with the library; one request, one more for whose key it is. Raises PermissionMissing."""
    try:
        library = immich.library(inbox.library)
    except NotAvailable:
        return [f"The server has no external library {inbox.library!r}; 'mantelpiece ingest check' lists those it has."]
    told = covered(library, server_folder_of(inbox), plain_folder(inbox.folder))
    if inbox.landing:
        told += _refusal(inbox, list(library.import_paths))
    if immich.me() != library.owner_id:
        told.append(
            f"The library {library.name!r} belongs to another user than the API key: Immich would never list its "
            "photos to us. Give a key of its owner, who must be an administrator."
        )
    return told


def covered(library: LibraryInfo, there: str, here: str) -> list[str]:
    """Whether Immich scans this folder. Pure."""
    if not library.import_paths:
        return [f"The library {library.name!r} has no import path; add {there} to it in Immich."]
    path = PurePosixPath(there)
    if not any(path.is_relative_to(each) for each in library.import_paths):
        called = here if here == there else f"{here} (which Immich calls {there})"
        return [
            f"The folder {called} lies under no import path of the library {library.name!r} "
            f"({', '.join(library.import_paths)}). Add it there in Immich, or say with 'server_folder' how Immich "
            "calls this folder."
        ]
    hit = next((one for one in library.exclusion_patterns if fnmatch(f"{there.rstrip('/')}/a.jpg", one)), None)
    if hit is not None:
        return [f"The library {library.name!r} excludes {there} by its pattern {hit!r}; nothing would be listed."]
    return []


def lacking(immich: Reader, inbox: Inbox) -> list[str]:
    """What the key may not do, in words; nothing where this version cannot tell."""
    permissions = immich.probe().permissions
    if permissions is None or "all" in permissions:
        return []
    needed = NEEDED | _OF_WAY[inbox.way]
    return [f"The key lacks {name}: {why}." for name, why in needed.items() if name not in permissions]
