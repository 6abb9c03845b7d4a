"""Takes over the frame that this one replaces: its settings as data, its key as a secret, its files where they fit.

A file is taken as an object only when its SHA-1 is the checksum of an asset that the server lists; the MD5 in the old
metadata proves nothing. Nothing of the old frame is changed. The job `import`; whoever asked writes the settings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sync import secrets
from sync.counted import counted
from sync.errors import DiskError, SchemaDrift, ServerError, UsageError
from sync.files import free_bytes
from sync.immich.facts import Wanted
from sync.immich.reader import Reader
from sync.mirror.folders import PICTURES
from sync.mirror.old_frame import OldFrame, read_files, read_frames
from sync.mirror.place import hash_of, part_file, place, settle
from sync.mirror.proof import expected_sha1
from sync.settings.tree import Server, Source
from sync.work import Result, Work

_CHUNK = 1 << 20
_PICTURES = PICTURES | {".dng", ".nef", ".cr2", ".cr3", ".arw"}


def take_over(work: Work, arguments: Mapping[str, Any]) -> Result:
    """Job `import`: {"settings": path, "metadata": path | None, "photos": path | None}.

    Facts: `servers` [{name, url}] and `albums` (as in settings.toml) to be added, `wall` values to be set, `adopted`
    files and their `adopted_bytes`, files `left`. The key goes from the file into the secrets and nowhere else.
    """
    frames = read_frames(Path(arguments["settings"]))
    files = list(_files(arguments))
    servers: list[dict[str, str]] = []
    albums: list[dict[str, Any]] = []
    problems = [note for frame in frames for note in frame.notes]
    digests: set[str] = set()
    exit_code = 0
    for frame in frames:
        name = _server_name(work, frame, servers)
        albums.append(_album(frame, name, with_files=bool(files), taken={album["name"] for album in albums}))
        if files:
            try:
                digests |= _checksums(work, frame, name)
            except ServerError as error:
                problems.append(f"{error} No files were taken over; import again when it answers.")
                exit_code = error.exit_code
    adopted, adopted_bytes = _adopt(work, files, digests, problems)
    wall = {"selection": frames[0].selection, "interval_seconds": frames[0].interval_seconds}
    facts = {
        "servers": servers, "albums": albums, "wall": wall, "adopted": adopted, "adopted_bytes": adopted_bytes,
        "left": len(files) - adopted,
    }  # fmt: skip
    sentence = "{number} {number:album|albums} and {adopted} of {count} {count:file|files} are taken over."
    sentence = counted(sentence, number=len(albums), adopted=adopted, count=len(files))
    return Result(facts, sentence, exit_code=exit_code or (1 if problems else 0), problems=problems)


def _server_name(work: Work, frame: OldFrame, added: list[dict[str, str]]) -> str:
    """The name of the server at that address, known or new, with the key among the secrets unless it has one."""
    known = {name: server.url for name, server in work.settings.servers.items()}
    known |= {server["name"]: server["url"] for server in added}
    name = next((name for name, url in known.items() if _same(url, frame.url)), "")
    if not name:
        name = next(name for name in _names("home") if name not in known)
        added.append({"name": name, "url": frame.url})
        # A server of that name that was removed may have left its key: it must not be sent to this address.
        secrets.remove(work.home.secrets, "servers", name)
    if frame.key and not secrets.of_server(work.home.secrets, name).key:
        secrets.put(work.home.secrets, "servers", name, key=frame.key.reveal())
    return name


def _same(one: str, other: str) -> bool:
    return one.rstrip("/").removesuffix("/api") == other.rstrip("/").removesuffix("/api")


def _names(word: str) -> Iterator[str]:
    yield word
    number = 2
    while True:
        yield f"{word}{number}"
        number += 1


def _album(frame: OldFrame, server: str, *, with_files: bool, taken: set[str]) -> dict[str, Any]:
    name = next(name for name in _names(frame.name or "Photos") if name not in taken)
    album: dict[str, Any] = {"name": name, "server": server, "interval_hours": frame.interval_hours}
    if frame.album_id:
        album |= {"source": Source.ALBUM.value, "id": frame.album_id}
    else:
        album |= {"source": Source.ALL.value}
        if with_files:
            # The old frame kept originals of these too; display copies alone would have no use for its files.
            album |= {"keep": "original"}
    if frame.limit:
        album |= {"limit": frame.limit}
    return album


def _checksums(work: Work, frame: OldFrame, name: str) -> set[str]:
    """SHA-1 of every original that the server lists for the old frame's album."""
    server = Reader(
        name,
        work.settings.servers.get(name, Server(url=frame.url)),
        secrets.of_server(work.home.secrets, name),
        locks=work.home.locks,
        clock=work.clock,
    )
    wanted = Wanted(source=Source.ALBUM if frame.album_id else Source.ALL, id=frame.album_id)
    digests = set()
    for asset in server.listing(wanted):
        work.check()
        try:
            digest = expected_sha1(asset)
        except SchemaDrift:
            continue
        if digest is not None:
            digests.add(digest)
    return digests


def _files(arguments: Mapping[str, Any]) -> Iterator[Path]:
    """The old frame's picture files: all in its photos folder, and those that its metadata names elsewhere."""
    found: dict[Path, None] = {}
    photos = arguments.get("photos")
    if photos:
        if not Path(photos).is_dir():
            raise UsageError(f"{photos} is no folder.")
        found |= dict.fromkeys(sorted(Path(photos).iterdir()))
    if arguments.get("metadata"):
        found |= dict.fromkeys(read_files(Path(arguments["metadata"])))
    for path in dict.fromkeys(path.resolve() for path in found):
        if path.suffix.lower() in _PICTURES and path.is_file():
            yield path


def _adopt(work: Work, files: list[Path], digests: set[str], problems: list[str]) -> tuple[int, int]:
    """Copy those files whose bytes are wanted among the objects; gives how many, and their bytes."""
    adopted, adopted_bytes = 0, 0
    for number, path in enumerate(files if digests else ()):
        work.check()
        work.report({"doing": "Taking over files", "done": number, "of": len(files)})
        try:
            size = path.stat().st_size
            if (digest := hash_of(path)) not in digests:
                continue
            if size > free_bytes(work.home.objects):
                problems.append("The disk is too full to take over more files.")
                break
            if _copy(work, path, digest):
                adopted, adopted_bytes = adopted + 1, adopted_bytes + size
        except (OSError, DiskError) as error:
            problems.append(f"{path.name} was not taken over: {error}")
    return adopted, adopted_bytes


def _copy(work: Work, path: Path, digest: str) -> bool:
    with part_file(work.home) as (part, part_path):
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0) as source:
            while chunk := source.read(_CHUNK):
                part.write(chunk)
        if hash_of(part_path) != digest:
            return False
        name, _ = place(work.home, part, part_path, digest)
    settle(work.home, [name])
    return True
