"""`mantelpiece notices`: who is told by mail or webhook when something is wrong. Secrets come from the prompt, standard
input or a file, never as an argument."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.verb import Call, prepared, verb
from sync import secrets
from sync.errors import UsageError
from sync.jobs.wake import ring
from sync.library import notices as rows
from sync.library.reading import reading
from sync.notices.address import host_of
from sync.settings.tree import Notices

_MOST_BYTES = 4096


@click.group("notices", cls=Verbs)
def command() -> None:
    """Mail and webhook for what is wrong or waits: list, test, password, webhook.

    What is no secret is set as 'mantelpiece settings set notices.mail_to anna@example.org' does: mail_to, mail_host,
    mail_port, mail_security, mail_user, mail_from, problems, held, after_minutes, summary.
    """


@verb("list")
def list_notices(call: Call) -> int:
    """Where notices go, and what was told lately."""
    rules, known = call.settings().settings.notices, secrets.of_notices(call.home.secrets)
    with reading(call.home) as library:
        told = rows.every(library) if library else []
    call.output.result({
        "settings": msgspec.to_builtins(rules), "password": bool(known.mail_password), "webhook": bool(known.webhook),
        "told": [msgspec.to_builtins(row) for row in told],
    })  # fmt: skip
    call.output.say(f"Mail: {_mail(rules, has_password=bool(known.mail_password))}")
    call.output.say(f"Webhook: {'set' if known.webhook else 'none'}")
    call.output.table(
        [(row.channel, row.what, _minute(row.told_at), _minute(row.over_at))
         for row in told],
        heads=("by", "what", "told (UTC)", "over"), empty="Nothing was told yet.",
    )  # fmt: skip
    return 0


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _mail(rules: Notices, *, has_password: bool) -> str:
    if not rules.mail_to.strip():
        return "none (settings set notices.mail_to …)"
    user = f", as {rules.mail_user} ({'password set' if has_password else 'no password'})" if rules.mail_user else ""
    return f"to {rules.mail_to} by {rules.mail_host or 'no server yet'} ({rules.mail_security.value}){user}"


@verb("test")
def test(call: Call) -> int:
    """Send a test by every way that is set up."""
    ended = prepared(call).do("notices-test", {})
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


@verb("password")
@click.option("--file", type=click.Path(path_type=Path), help="Read it from this file.")
@click.option("--remove", is_flag=True, help="Forget it.")
def password(call: Call, *, file: Path | None, remove: bool) -> int:
    """The mail server's password."""
    prepared(call)
    if remove:
        secrets.remove(call.home.secrets, "notices", "mail")
    else:
        secrets.put(call.home.secrets, "notices", "mail", password=_secret(file, "Password of the mail server"))
    return _said(call, "The password is forgotten." if remove else "The password is set.", password=not remove)


@verb("webhook")
@click.option("--file", type=click.Path(path_type=Path), help="Read the address from this file.")
@click.option("--header-file", type=click.Path(path_type=Path),
              help="Extra request headers, one 'Name: value' a line, such as 'Authorization: Bearer …'.")  # fmt: skip
@click.option("--remove", is_flag=True, help="Forget it.")
def webhook(call: Call, *, file: Path | None, header_file: Path | None, remove: bool) -> int:
    """The webhook's address, which is kept among the secrets: it often holds a key.

    It is sent JSON: kind, device, at, title, text, and news with kind (problem, held, over), what, sentence, advice.
    """
    prepared(call)
    if remove:
        secrets.remove(call.home.secrets, "notices", "webhook")
        return _said(call, "The webhook is forgotten.", webhook=False)
    address = _secret(file, "Address of the webhook")
    host_of(address)
    headers = _headers(header_file) if header_file is not None else {}
    secrets.put(call.home.secrets, "notices", "webhook", address=address, headers=headers)
    return _said(call, "The webhook is set. Next: mantelpiece notices test", webhook=True)


def _said(call: Call, sentence: str, **facts: bool) -> int:
    ring(call.home)
    call.output.result(facts)
    call.output.say(sentence)
    return 0


def _secret(file: Path | None, what: str) -> str:
    if file is not None:
        text = _text(file)
    elif sys.stdin.isatty():
        text = click.prompt(what, hide_input=True, err=True)
    else:
        text = sys.stdin.read(_MOST_BYTES)
    text = text.strip()
    if not text or not text.isprintable():
        raise UsageError(f"{what}: there is none, or it has more than one line.", advice="Nothing was changed.")
    return text


def _headers(file: Path) -> dict[str, str]:
    pairs = [line.partition(":") for line in _text(file).splitlines() if line.strip()]
    for name, colon, value in pairs:
        if not colon or not name.strip() or not value.strip() or not (name + value).isascii():
            raise UsageError("--header-file needs lines such as 'Authorization: Bearer abc'.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"{file} cannot be read: {reason}.") from None


for _verb in (list_notices, test, password, webhook):
    command.add_command(_verb)
