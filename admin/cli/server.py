"""`mantelpiece server`: Immich servers. A key comes from the prompt, standard input or a file, never as an argument.

A server is tried before it is written down: where the trial fails, nothing is changed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.names import server_address, server_name
from admin.cli.verb import Call, prepared, verb
from admin.entrust import entrust
from sync import secrets
from sync.errors import UsageError
from sync.jobs.progress import Ended
from sync.jobs.wake import ring
from sync.settings.edit import remove_server
from sync.settings.tree import Server


@click.group("server", cls=Verbs)
def command() -> None:
    """Immich servers: add, test, list, remove."""


@verb("add")
@click.argument("name")
@click.option("--url", required=True, help="The address that you open Immich with in a browser.")
@click.option("--key-file", type=click.Path(path_type=Path), help="Read the API key from this file.")
@click.option("--header-file", type=click.Path(path_type=Path),
              help="Extra request headers for a gateway in front of Immich, one 'Name: value' a line.")  # fmt: skip
@click.option("--ca-file", type=click.Path(path_type=Path), help="A private certificate authority (PEM).")
@click.option("--fingerprint", default="", help="SHA-256 of the server's certificate; pins it.")
@click.option("--requests", type=int, default=None, help="At most this many requests at once (4).")
def add(
    call: Call,
    *,
    name: str,
    url: str,
    key_file: Path | None,
    header_file: Path | None,
    ca_file: Path | None,
    fingerprint: str,
    requests: int | None,
) -> int:
    """Connect to an Immich server, or change one that is connected.

    The API key is asked for; in a script it comes by standard input or --key-file. The connection is tried at once.

    \b
    Examples:
      mantelpiece server add home --url https://photos.example.org
      mantelpiece server add home --url http://192.168.1.10:2283 < key.txt
      mantelpiece server add home --url http://192.168.1.10:2283 --key-file key.txt
    """
    values = _values(url, ca_file, fingerprint, requests)
    name = server_name(name)
    known = call.settings().settings.servers
    twin = next((other for other in known if other.casefold() == name.casefold()), name)
    if twin != name:
        raise UsageError(f"There is a server {twin!r} already.")
    headers = _headers(header_file) if header_file else None
    given: dict[str, Any] = {"key": _key(key_file)} | ({"headers": headers} if headers is not None else {})
    prepared(call)
    ended = _try(call, name, values, given)
    entrust(call.home, name, values | {"url": ended.facts["url"]}, given)
    ring(call.home)
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    call.output.say(f"{name}: {ended.sentence}")
    if ended.facts["url"] != values["url"]:
        call.output.say(f"Its address is {ended.facts['url']}.")
    for problem in ended.problems:
        call.output.problem(problem)
    call.output.say("Next: mantelpiece album add NAME-OR-ID")
    return ended.exit_code


def _values(url: str, ca_file: Path | None, fingerprint: str, requests: int | None) -> dict[str, Any]:
    """The server as the settings hold it. Raises UsageError for what cannot be one."""
    values: dict[str, Any] = {"url": server_address(url)}
    values |= {"ca_file": _certificate(ca_file)} if ca_file else {}
    values |= {"fingerprint": _digits(fingerprint)} if fingerprint else {}
    values |= {"requests": requests} if requests is not None else {}
    try:
        msgspec.convert(values, Server)
    except msgspec.ValidationError:
        raise UsageError("--requests must be a whole number from 1 to 32.") from None
    if fingerprint and not _is_fingerprint(values["fingerprint"]):
        raise UsageError("--fingerprint must be the 64 hexadecimal digits of a SHA-256.")
    return values


def _try(call: Call, name: str, values: dict[str, Any], given: dict[str, Any]) -> Ended:
    with secrets.candidate(call.home.secrets, **given) as candidate:
        return call.do("probe", {"server": name, "candidate": candidate, "settings": values})


@verb("test")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def test(call: Call, *, names: tuple[str, ...]) -> int:
    """Try the connection: version, whose key, what it may not do. All servers where none is named."""
    settings = call.settings().settings
    known = settings.servers
    for name in names:
        settings.need_server(name)
    if not known:
        raise UsageError("No server is set up.", advice="mantelpiece server add NAME --url URL")
    found, codes = call.do_each("probe", [{"server": name} for name in names or known])
    call.output.result({"servers": found})
    for one in found:
        if "error" in one:
            call.output.problem(f"{one['server']}: {one['error']} {one['advice']}".strip())
        else:
            call.output.say(f"{one['server']}: {one['sentence']}")
            for problem in one["problems"]:
                call.output.problem(f"{one['server']}: {problem}")
    return codes


@verb("list")
def list_servers(call: Call) -> int:
    """The servers of the settings."""
    servers = call.settings().settings.servers
    rows = [
        {"name": name, "url": server.url, "key": bool(secrets.of_server(call.home.secrets, name).key)}
        for name, server in servers.items()
    ]
    call.output.result({"servers": rows})
    call.output.table(
        [(row["name"], row["url"], "set" if row["key"] else "none") for row in rows],
        heads=("server", "address", "key"),
        empty="No server is set up: mantelpiece server add NAME --url URL",
    )
    return 0


@verb("remove")
@click.argument("name")
def remove(call: Call, *, name: str) -> int:
    """Forget a server and its key. Refused while an album comes from it."""
    call.settings().settings.need_server(name)
    remove_server(prepared(call).home, name)
    secrets.remove(call.home.secrets, "servers", name)
    ring(call.home)
    call.output.result({"removed": name})
    call.output.say(f"{name} is forgotten.")
    return 0


for _verb in (add, test, list_servers, remove):
    command.add_command(_verb)


def _key(file: Path | None) -> str:
    if file is not None:
        text = _text(file, "--key-file")
    elif sys.stdin.isatty():
        text = click.prompt("API key", hide_input=True, err=True)
    else:
        text = sys.stdin.read(4096)
    key = text.strip()
    if not key:
        raise UsageError("There is no API key.", advice="Give it by standard input, or with --key-file.")
    if any(one.isspace() for one in key) or not key.isascii() or not key.isprintable():
        raise UsageError("This is no API key: it has spaces or other characters inside.", advice="Copy it once more.")
    return key


def _headers(file: Path) -> dict[str, str]:
    pairs = [line.partition(":") for line in _text(file, "--header-file").splitlines() if line.strip()]
    for name, colon, value in pairs:
        if not colon or not name.strip() or not value.strip() or not (name + value).isascii():
            raise UsageError("--header-file needs lines such as 'CF-Access-Client-Id: abc'.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _text(file: Path, option: str) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"{option} {file} cannot be read: {reason}.") from None


def _certificate(file: Path) -> str:
    if "-----BEGIN CERTIFICATE-----" not in _text(file, "--ca-file"):
        raise UsageError(f"--ca-file {file} holds no certificate in PEM form.")
    return str(file.absolute())


def _digits(fingerprint: str) -> str:
    """As openssl and browsers write it: `sha256 Fingerprint=AB:CD:…`, `SHA256:ab:cd:…`, or the digits alone."""
    text = fingerprint.rpartition("=")[2].strip().lower()
    return text.removeprefix("sha256:").replace(":", "").replace(" ", "")


def _is_fingerprint(text: str) -> bool:
    return len(text) == 64 and all(one in "0123456789abcdef" for one in text)
