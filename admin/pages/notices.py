"""Notices: who is told by mail or webhook, of what, and a button that tries it. Secrets go in and never come out."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import ServiceAway, context
from admin.language import text
from admin.pages.asked import waiting
from admin.pages.edited import changed, digest_of, pinned_in, written, wrong_with
from sync import secrets
from sync.errors import UsageError
from sync.library import notices as rows
from sync.notices.address import host_of
from sync.settings.edit import set_value
from sync.settings.tree import MailSecurity

pages = Blueprint("notices", __name__, url_prefix="/notices")

WRITTEN = ("mail_to", "mail_host", "mail_port", "mail_security", "mail_user", "mail_from", "after_minutes")
TICKED = ("problems", "held", "summary")
_LONGEST = 500
_MOST_TOLD = 20


@pages.get("")
def page() -> str:
    return _page({}, {})


@pages.post("/change")
def change() -> Response | tuple[str, int]:
    """Write what differs from what the form showed; an empty password or address leaves the one that is there."""
    here, form = context(), request.form
    before = _values()
    typed = {key: form.get(key, before[key]).strip() for key in WRITTEN}
    typed |= {key: "true" if form.get(key) else "false" for key in TICKED}
    if form.get("seen") != digest_of(here.settings.notices):
        return _page({}, typed, clash=True), 409
    # Ticks that cannot be changed are not sent: they are no wish.
    wanted = {key: value for key, value in changed(typed, before).items() if key not in pinned_in("notices")}
    problems = {key: sentence for key, value in wanted.items()
                if (sentence := _wrong(key, value) or wrong_with(f"notices.{key}", value))}  # fmt: skip
    password, address = form.get("password", ""), form.get("webhook", "").strip()
    if address and (wrong := _wrong_address(address)):
        problems["webhook"] = wrong
    if len(password) > _LONGEST or not (password or " ").isprintable():
        problems["password"] = text("notices.password_wrong")
    elsewhere = "mail_host" in wanted or "mail_port" in wanted
    if elsewhere and not password and secrets.of_notices(here.home.secrets).mail_password:
        problems["password"] = text("notices.password_again")
    if problems:
        return _page(problems, typed), 422
    for key, value in wanted.items():
        set_value(here.home, f"notices.{key}", value)
    if password:
        secrets.put(here.home.secrets, "notices", "mail", password=password)
    if address:
        secrets.put(here.home.secrets, "notices", "webhook", address=address, headers={})
    return redirect(url_for("notices.page", saved=1), 303)


@pages.post("/forget")
def forget() -> Response:
    """The password or the webhook's address."""
    name = request.form.get("name", "")
    if name in ("mail", "webhook"):
        secrets.remove(context().home.secrets, "notices", name)
    return redirect(url_for("notices.page", saved=1), 303)


@pages.post("/test")
def test() -> Response:
    return redirect(url_for("notices.tested", number=queue(context(), "notices-test", {})), 303)


@pages.get("/test/<int:number>")
def tested(number: int) -> str:
    found = answer(context(), number, "notices-test")
    if found.ended is None:
        return waiting(found, text("notices.testing"))
    return render_template("notices_tested.html", ended=found.ended, channels=found.ended.facts.get("channels", {}))


def _wrong(key: str, value: str) -> str:
    """Beyond what the settings refuse: texts that are no address or host."""
    lists = key in ("mail_to", "mail_from")
    parts = value.replace(",", " ").replace(";", " ").split() if lists else []
    if any("@" not in part.strip("@") for part in parts) or (key == "mail_from" and len(parts) > 1):
        return text("notices.address_wrong")
    if key in ("mail_host", "mail_user") and (len(value) > _LONGEST or not value.isprintable()):
        return text("notices.host_wrong")
    return ""


def _wrong_address(address: str) -> str:
    try:
        host_of(address)
    except UsageError as error:
        return str(error)
    return ""


def _values() -> dict[str, str]:
    """What is set now, as the form writes it."""
    return {key: written(value) for key, value in msgspec.to_builtins(context().settings.notices).items()}


def _page(problems: dict[str, str], typed: dict[str, str], *, clash: bool = False) -> str:
    here = context()
    known = secrets.of_notices(here.home.secrets)
    told: list[rows.NoticeRow] = []
    try:
        with here.library() as library:
            told = [row for row in rows.every(library) if row.key != "summary"][:_MOST_TOLD]
    except ServiceAway:
        pass
    values = _values() | ({} if clash else typed)
    address = known.webhook.reveal()
    return render_template(
        "notices.html", values=values, problems=problems, clash=clash, seen=digest_of(here.settings.notices),
        pinned=pinned_in("notices"), has_password=bool(known.mail_password),
        hook=urlsplit(address).hostname if address else "",
        security=[(each.value, text(f"security.{each.value}")) for each in MailSecurity], told=told,
        ways=bool(values["mail_to"] or address),
    )  # fmt: skip
