"""`mantelpiece album add`: finds what is meant on the server, then writes it into the settings, or changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from admin.cli.names import album_name, fitting_name, shared_link
from admin.cli.verb import Call, prepared, verb
from admin.entrust import same_server
from admin.rule_form import read_text
from sync import secrets
from sync.errors import UsageError, did_you_mean
from sync.jobs.follow import serving
from sync.jobs.wake import ring
from sync.settings.edit import add_album, put_server
from sync.settings.tree import Keep, Pick, Server, Settings, Source

_TITLES = {Source.FAVOURITES: "Favourites", Source.MEMORIES: "Memories", Source.ALL: "Library"}


@verb("add")
@click.argument("what", metavar="[NAME-OR-ID]", required=False)
@click.option("--server", help="Which server; needed only where there are several.")
@click.option("--name", help="What it is called on this device.")
@click.option("--link", help="A shared link, without any key.")
@click.option("--password-file", type=click.Path(path_type=Path), help="Read the link's password from this file.")
@click.option("--person", help="Everybody's photos of this person.")
@click.option("--favourites", is_flag=True, help="My favourites.")
@click.option("--memories", is_flag=True, help="Memories of this day.")
@click.option("--all", "everything", is_flag=True, help="The whole library.")
@click.option("--folder", type=click.Path(path_type=Path), help="A folder on this computer, without any Immich.")
@click.option("--rule", help="Whatever a rule matches; beside NAME or another source it narrows that.")
@click.option("--limit", type=int, help="Most photos to keep; 0 is no limit.")
@click.option("--pick", help="Which ones when limited: newest, oldest, favourites or random.")
@click.option("--keep", help="original: the checksummed originals too; display: display copies only.")
@click.option("--interval", type=float, help="Hours between syncs, 1 to 168 (6).")
@click.option("--weight", type=float, help="How often it shows, against the other albums (1).")
@click.option("--archived", is_flag=True, help="Also what is archived in Immich.")
@click.option("--partners", is_flag=True, help="Also partners' photos.")
def add(call: Call, *, what: str | None, server: str | None, name: str | None, **options: Any) -> int:
    """Put an album on the wall: by its name or id, a shared link, a person, favourites, memories, a folder, a rule.

    \b
    Examples:
      mantelpiece album add "Holidays"
      mantelpiece album add --link https://photos.example.org/share/… --name Wedding
      mantelpiece album add --person "Anna" --limit 500
      mantelpiece album add --all --limit 2000 --pick random
      mantelpiece album add --folder ~/Pictures
      mantelpiece album add --name "The two of us" --rule '{ people = ["Anna", "Ben"], operator = "ONLY" }'
      mantelpiece album add "Holidays" --rule '{ none = [{ people = ["Carl"] }] }'
    """
    source, asked = _source(what, options)
    rule = _rule(options["rule"], source)
    values = _values(options) | ({"rule": rule} if rule else {})
    settings = call.settings().settings
    if name is not None:
        values["name"] = _free_name(settings, album_name(name))
    if options["password_file"] is not None and source is not Source.LINK:
        raise UsageError("--password-file belongs to --link.")
    if source is Source.FOLDER:
        named = _folder(settings, Path(asked), values, server)
        if Path(named["folder"]).resolve().is_relative_to(call.home.root.resolve()):
            raise UsageError(f"{asked} lies in mantelpiece's own data folder.", advice="Name a folder outside of it.")
        return _write(prepared(call), named, {}, "")
    if source is Source.LINK:
        return _link(prepared(call), settings, asked, values, options["password_file"], server)
    values |= {"source": source.value, "server": chosen_server(call, settings, server)}
    prepared(call)
    found, sentence = _resolved(call, settings, source, asked, values)
    values = {"name": _TITLES.get(source, "")} | found | values
    values["name"] = _free_name(settings, album_name(values["name"]))
    return _write(call, values, {}, sentence)


def _resolved(
    call: Call, settings: Settings, source: Source, asked: str, values: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    """What the server adds to the album's values, and what it says of it. Raises UsageError for what it does not know,
    and for what is on the wall already."""
    server, rule = values["server"], values.get("rule", {})
    of_rule = ""
    if rule:
        of_rule = call.do("resolve", {"server": server, "source": Source.RULE.value, "rule": rule}).sentence
    if source is Source.RULE and "name" not in values:
        raise UsageError("A rule has no name of its own.", advice="Give it one with --name.")
    if source not in (Source.ALBUM, Source.PERSON):
        return {}, of_rule
    found = call.do("resolve", {"server": server, "source": source.value, "name": asked})
    same = (server, source, found.facts["id"], rule)
    twin = next((one for one in settings.albums if (one.server, one.source, one.id, one.rule) == same), None)
    if twin is not None:
        raise UsageError(f"{found.facts['name']!r} is on the wall already, as {twin.name!r}.")
    sentence = f"{found.sentence} Of them: {of_rule}" if rule else found.sentence
    return {"name": fitting_name(found.facts["name"]), "id": found.facts["id"]}, sentence


def _source(what: str | None, options: dict[str, Any]) -> tuple[Source, str]:
    given = {
        Source.ALBUM: what,
        Source.LINK: options["link"],
        Source.PERSON: options["person"],
        Source.FAVOURITES: options["favourites"],
        Source.MEMORIES: options["memories"],
        Source.ALL: options["everything"],
        Source.FOLDER: options["folder"],
    }
    if options["rule"] is not None and not any(value not in (None, False) for value in given.values()):
        return Source.RULE, options["rule"]
    chosen = [(source, str(value)) for source, value in given.items() if value not in (None, False)]
    if len(chosen) != 1:
        raise UsageError(
            "Say one thing to add: NAME-OR-ID, --link, --person, --favourites, --memories, --all, --folder or --rule."
        )
    source, asked = chosen[0]
    if not asked.strip():
        raise UsageError("The name is empty.")
    return source, asked


def _rule(text: str | None, source: Source) -> dict[str, Any]:
    if text is None:
        return {}
    if source in (Source.FOLDER, Source.LINK):
        raise UsageError("A folder or a shared link cannot be narrowed by a rule.")
    rule = read_text(text)
    if not isinstance(rule, dict) or not rule:
        raise UsageError("--rule needs a table such as { people = [\"Anna\"] }.")
    return rule


def _values(options: dict[str, Any]) -> dict[str, Any]:
    """The options as the settings write them, only those that were given."""
    for option, kind in (("pick", Pick), ("keep", Keep)):
        known = [member.value for member in kind]
        if options[option] is not None and options[option] not in known:
            hint = did_you_mean(options[option], known)
            raise UsageError(f"--{option} must be one of {', '.join(known)}.{hint}")
    pairs = {
        "limit": options["limit"],
        "pick": options["pick"],
        "keep": options["keep"],
        "interval_hours": options["interval"],
        "weight": options["weight"],
        "archived": options["archived"] or None,
        "partners": options["partners"] or None,
    }
    return {key: value for key, value in pairs.items() if value is not None}


def chosen_server(call: Call, settings: Settings, asked: str | None, *, option: str = "--server") -> str:
    """The named server, else the only one with a key. Raises UsageError where that is unclear."""
    names = list(settings.servers)
    if asked is None and len(names) > 1:
        # A shared link's server has no key: nothing else could come from there.
        names = [name for name in names if secrets.of_server(call.home.secrets, name).key] or names
    if asked is not None:
        settings.need_server(asked)
        return asked
    if not names:
        raise UsageError("No server is set up.", advice="First: mantelpiece server add NAME --url URL")
    if len(names) > 1:
        raise UsageError(f"There are several servers ({', '.join(names)}).", advice=f"Choose one with {option} NAME.")
    return names[0]


def _free_name(settings: Settings, name: str) -> str:
    if any(album.name.casefold() == name.casefold() for album in settings.albums):
        raise UsageError(f"There is an album {name!r} already.", advice="Choose another name with --name.")
    return name


def _folder(settings: Settings, folder: Path, values: dict[str, Any], server: str | None) -> dict[str, Any]:
    if server is not None:
        raise UsageError("A folder has no server.")
    whole = folder.expanduser().absolute()
    if not whole.is_dir():
        raise UsageError(f"{folder} is no folder.")
    named = {"name": fitting_name(whole.name)} | values
    named["name"] = _free_name(settings, album_name(named["name"]))
    return named | {"source": Source.FOLDER.value, "folder": str(whole)}


def _link(
    call: Call, settings: Settings, link: str, values: dict[str, Any], password_file: Path | None, server: str | None
) -> int:
    address, key = shared_link(link)
    given: dict[str, Any] = {"key": key} | ({"password": _password(password_file)} if password_file else {})
    names = [name for name, known in settings.servers.items() if same_server(known.url, address)]
    if server is not None and server not in names:
        raise UsageError(f"The link does not lead to the server {server!r}.")
    known = settings.servers.get(server or (names[0] if names else ""), Server(url=address))
    connection = {"url": known.url, "ca_file": known.ca_file, "fingerprint": known.fingerprint}
    with secrets.candidate(call.home.secrets, **given) as candidate:
        what = {"candidate": candidate, "settings": connection, "source": Source.LINK.value, "link": candidate}
        found = call.do("resolve", what)
    values = {"name": fitting_name(found.facts["name"])} | values
    values["name"] = _free_name(settings, album_name(values["name"]))
    name = server or (names[0] if names else _new_server_name(settings, address))
    if name not in settings.servers:
        put_server(call.home, name, {"url": address})
    return _write(call, values | {"source": Source.LINK.value, "server": name, "id": found.facts["id"]}, given,
                  found.sentence)  # fmt: skip


def _password(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"--password-file {file} cannot be read.") from None


def _new_server_name(settings: Settings, address: str) -> str:
    host = "".join(one if one.isalnum() and one.isascii() else "-" for one in address.partition("//")[2])
    base = host.strip("-")[:30] or "link"
    taken = {name.casefold() for name in settings.servers}
    number, name = 1, base
    while name.casefold() in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _write(call: Call, values: dict[str, Any], link: dict[str, str], sentence: str) -> int:
    if link:
        secrets.remove(call.home.secrets, "links", values["name"])
        secrets.put(call.home.secrets, "links", values["name"], **link)
    try:
        add_album(call.home, values)
    except UsageError:
        if link:
            secrets.remove(call.home.secrets, "links", values["name"])
        raise
    ring(call.home)
    call.output.result({"album": values})
    call.output.say(f"Added {values['name']}{': ' + sentence if sentence else '.'}")
    call.output.say("It is being synced now." if serving(call.home) else "Next: mantelpiece sync, or mantelpiece run")
    return 0


def take_over(call: Call, settings_file: Path, metadata: Path | None, photos: Path | None) -> int:
    """`album import`: the job reads the old files and says what it found."""
    arguments = {
        "settings": str(settings_file),
        "metadata": None if metadata is None else str(metadata),
        "photos": None if photos is None else str(photos),
    }
    ended = call.do("import", arguments)
    ring(call.home)
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code
