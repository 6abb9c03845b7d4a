"""The jobs `upload` and `upload-remove`: photos from a phone, in the folder private/uploads, which an album shows.

The page puts files, unopened, into private/uploads/.new. Here each is decoded once in a bounded child: what is a
picture becomes a file of the folder, and the album is brought up to date; anything else is thrown away with a sentence.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from sync.counted import counted
from sync.errors import PictureRefused, UsageError
from sync.files import fsync_folder
from sync.library import held as held_rows
from sync.library import photos
from sync.mirror.held import held
from sync.mirror.rendition import Decoders
from sync.mirror.sources import key_of
from sync.mirror.synchronise import synchronise
from sync.settings.tree import Album, Source
from sync.work import Result, Work


def upload(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"album": name}`. Facts: {"kept": [names], "refused": [{"name", "sentence"}]}. Raises UsageError."""
    name = _album(work, arguments).name
    kept, refused = _open_new(work)
    facts: dict[str, Any] = {"kept": kept, "refused": refused}
    told = [f"{one['name']}: {one['sentence']}" for one in refused]
    if not kept:
        sentence = "Nothing of it is a picture." if told else "There was nothing new."
        return Result(facts, sentence, 1 if told else 0, told)
    done = synchronise(work, {"albums": [name]})
    code = max(done.exit_code, 1 if told else 0)
    sentence = counted("{number} {number:photo hangs|photos hang} on the wall.", number=len(kept))
    return Result(facts | done.facts, sentence, code, told + done.problems)


def remove(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"album": name, "asset": id}`: off the wall at once, and into the trash as any photo that left."""
    album, asset = _album(work, arguments), str(arguments["asset"])
    name, photo = album.name, photos.find(work.library, key_of(album, asset))
    if photo is None:
        raise UsageError("That photo is gone already.")
    file = PurePath(photo.asset_facts().original_path)
    if len(file.parts) == 1:
        (work.home.uploads / file).unlink(missing_ok=True)
        fsync_folder(work.home.uploads)
    done = synchronise(work, {"albums": [name]})
    waiting = held_rows.get(work.library, name)
    if waiting is not None and waiting.photos == (asset,):
        # A person just asked for exactly this one; nobody needs to be asked again.
        return held(work, {"album": name, "decision": "remove", "plan": waiting.plan})
    return done


def _open_new(work: Work) -> tuple[list[str], list[dict[str, str]]]:
    """Decode what is new; gives the names of those that stay, and what is wrong with the others."""
    kept: list[str] = []
    refused: list[dict[str, str]] = []
    new = sorted(path for path in work.home.new_uploads.iterdir() if not path.name.startswith("."))
    with Decoders(cancelled=work.cancelled) as decoders:
        for number, path in enumerate(new):
            work.check()
            work.report({"doing": "Opening photos", "done": number, "of": len(new)})
            try:
                decoders.check_decodes(path)
            except PictureRefused as error:
                path.unlink(missing_ok=True)
                refused.append({"name": path.name, "sentence": error.sentence})
                continue
            path.rename(work.home.uploads / path.name)
            kept.append(path.name)
    fsync_folder(work.home.uploads)
    fsync_folder(work.home.new_uploads)
    return kept, refused


def _album(work: Work, arguments: dict[str, Any]) -> Album:
    album = work.settings.album(str(arguments["album"]))
    if album is None or album.source is not Source.FOLDER or album.folder != str(work.home.uploads):
        raise UsageError("No album shows the photos from phones; upload one to begin it.")
    return album
