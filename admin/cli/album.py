"""`mantelpiece album`: what the wall shows, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from admin.cli import album_add
from admin.cli.group import Verbs
from admin.cli.names import only_one
from admin.cli.output import left_out
from admin.cli.verb import Call, prepared, verb
from sync import secrets
from sync.errors import UsageError
from sync.jobs.wake import ring
from sync.library import albums as rows
from sync.library import held, memberships, photos
from sync.library.reading import reading
from sync.settings.edit import remove_album
from sync.settings.tree import Album


@click.group("album", cls=Verbs)
def command() -> None:
    """What the wall shows: add, list, preview, remove, import."""


@verb("list")
@click.option("--on-server", "server", metavar="[SERVER]", is_flag=False, flag_value="",
              help="List the albums of this server instead; of the only one where none is named.")
def list_albums(call: Call, *, server: str | None) -> int:
    """The albums of the wall, or those of a server that could be added."""
    if server is not None:
        server = album_add.chosen_server(call, call.settings().settings, server or None, option="--on-server")
        ended = prepared(call).do("albums", {"server": server})
        call.output.result(ended.facts)
        call.output.table(
            [(one["name"], one["photos"], "mine" if one["owned"] else "shared with me", one["id"])
             for one in ended.facts["albums"]],
            heads=("album", "photos", "", "id"), empty="There are no albums.",
        )  # fmt: skip
        return 0
    settings = call.settings().settings
    with reading(call.home) as library:
        known = {row.name: row for row in rows.every(library)} if library else {}
        waiting = {row.album for row in held.every(library)} if library else set()
        counts = {
            name: {"photos": memberships.count(library, name), "off_disk": photos.off_disk(library, name)}
            for name in known
        } if library else {}  # fmt: skip
    told = [
        _told(album, known.get(album.name), album.name in waiting)
        | counts.get(album.name, {"photos": 0, "off_disk": 0})
        for album in settings.albums
    ]
    call.output.result({"albums": told})
    call.output.table(
        [(one["name"], one["source"], one["photos"], left_out(one), f"{one['interval_hours']:g} h",
          one["state"]) for one in told],
        heads=("album", "source", "photos", "left out", "every", "state"),
        empty="No album is set up: mantelpiece album add NAME-OR-ID",
    )
    return 0


@verb("remove")
@click.argument("name")
def remove(call: Call, *, name: str) -> int:
    """Take an album off the wall. Its photos go to the trash with the next sync; Immich is not touched."""
    (known,) = call.album_names((name,))
    remove_album(prepared(call).home, known)
    secrets.remove(call.home.secrets, "links", known)
    ring(call.home)
    call.output.result({"removed": known})
    call.output.say(f"{known} is off the list; the next sync moves its photos to the trash.")
    return 0


@verb("preview")
@click.argument("name", required=False)
def preview(call: Call, *, name: str | None) -> int:
    """What the next sync of an album would do, photo by photo with reasons. Changes nothing.

    Where there is only one, it needs no naming.
    """
    settings = call.settings().settings
    album = settings.need_album(name).name if name else only_one([one.name for one in settings.albums], "album")
    ended = prepared(call).do("preview", {"album": album})
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    for item in ended.facts.get("items", []):
        call.output.say("  ".join(str(item[key]) for key in ("action", "file_name", "reason") if item.get(key)))
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


@verb("import")
@click.argument("settings_file", metavar="SETTINGS.json", type=click.Path(path_type=Path))
@click.option("--metadata", type=click.Path(path_type=Path), help="Its sync_metadata.json.")
@click.option("--photos", type=click.Path(path_type=Path), help="The folder with its photos.")
def take_over(call: Call, *, settings_file: Path, metadata: Path | None, photos: Path | None) -> int:
    """Take over the replaced frame (Artframe's Immich plugin): its album, its settings and its photos.

    Photos whose hash fits what Immich says are adopted without a download. The old files stay where they are.

    \b
    Example:
      mantelpiece album import plugin_instances.json --metadata sync_metadata.json --photos photos/
    """
    for option, path in (("SETTINGS.json", settings_file), ("--metadata", metadata), ("--photos", photos)):
        if path is not None and not path.exists():
            raise UsageError(f"{option} {path} does not exist.")
    return album_add.take_over(prepared(call), settings_file.absolute(), metadata and metadata.absolute(),
                               photos and photos.absolute())  # fmt: skip


def _told(album: Album, row: rows.AlbumRow | None, held_now: bool) -> dict[str, Any]:
    state = "held for your yes" if held_now else (row.problem if row and row.problem else "")
    listed_at = row.listed_at if row else None
    told: dict[str, Any] = msgspec.to_builtins(album)
    return told | {
        "keep": album.kept.value,
        "listed": row.listed if row else 0,
        "left_out": row.left_out if row else {},
        "listed_at": listed_at,
        "held": held_now,
        "problem": row.problem if row else None,
        "state": state or ("paused" if album.paused else "ok" if listed_at else "not synced yet"),
    }


for _verb in (album_add.add, list_albums, preview, remove, take_over):
    command.add_command(_verb)
