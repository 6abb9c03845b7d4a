"""One album: its state in full, its settings, sync now, pause, remove. Named in the query: names are any text."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import Context, ServiceAway, context
from admin.hours_form import EDGES, EVENING, MOST, Row, by_sun, more_or_less, rows_of, text_of, typed_rows
from admin.language import text
from admin.pages.albums import in_step
from admin.pages.asked import waiting
from admin.pages.choose import LONGEST_NAME
from admin.pages.edited import digest_of, wrong_rows
from admin.pages.parts import facts_of
from admin.thumbs import want
from admin.uploads import album_of
from sync import secrets
from sync.errors import LibraryCorrupt, UsageError
from sync.library import albums as rows
from sync.library import held, memberships, objects, photos, runs
from sync.library.database import Library
from sync.library.photos import PhotoRow
from sync.settings.edit import change_album, remove_album
from sync.settings.tree import Album, Keep, Pick
from sync.settings.wall import DAYS

pages = Blueprint("album", __name__, url_prefix="/album")

_MOST_PROBLEMS = 50
_A_PAGE = 24
_TYPED = ("called", "interval_hours", "limit", "weight", "pick", "keep")
_TICKS = ("archived", "partners")


@pages.get("")
def page() -> str:
    return _page({}, {})


def _page(
    problems: dict[str, str], typed: dict[str, str], rows_typed: tuple[Row, ...] | None = None, *,
    clash: bool = False, unsaved: bool = False,
) -> str:  # fmt: skip
    here, album = context(), _album(request.values.get("name", ""))
    facts: dict[str, Any] = {"row": None, "here": 0, "held": None, "problems_of": [], "off_disk": 0, "rewritten": 0}
    facts |= {"bytes": 0, "shown": [], "in_step": None}
    first = max(0, request.args.get("from", 0, int))
    try:
        with here.library() as library:
            row = rows.get(library, album.name)
            facts = {
                "row": row,
                "in_step": row and in_step(row, runs.synced_at(library)),
                "bytes": objects.album_counts(library).get(album.name, objects.AlbumCount()).bytes,
                "here": memberships.count(library, album.name),
                "held": held.get(library, album.name),
                "problems_of": photos.problems(library, album.name)[:_MOST_PROBLEMS],
                "off_disk": photos.off_disk(library, album.name),
                "rewritten": photos.rewritten(library, album.name),
                "shown": _some(library, album.name, first),
            }
    except ServiceAway:
        pass
    want(here, [each["object"] for each in facts["shown"]])
    return render_template(
        "album.html", first=first, most=_A_PAGE, album=album, problems=problems, typed=typed, clash=clash,
        unsaved=unsaved, seen=digest_of(album), days=DAYS, edges=EDGES, most_hours=MOST,
        hours=rows_of(album.hours) if rows_typed is None else rows_typed,
        from_phones=album == album_of(here.settings, here.home), trash_days=f"{here.settings.mirror.trash_days:g}",
        picks=[pick.value for pick in Pick], keeps=[keep.value for keep in Keep], **facts, **facts_of("work"),
    )  # fmt: skip


@pages.post("/edit")
def edit() -> Response | str | tuple[str, int]:
    here, album = context(), _album(request.form.get("name", ""))
    form = request.form
    typed = {key: form.get(key, "").strip() for key in (*_TYPED, *_TICKS)}
    rows = typed_rows(form)
    if form.get("seen") != digest_of(album):
        return _page({}, {}, clash=True), 409
    if (asked := more_or_less(form, rows, EVENING)) is not None:
        return _page({}, typed, asked, unsaved=True)
    values, problems = _judge(album, typed)
    problems |= _judge_hours(here, rows)
    values |= {key: form.get(key) == "yes" for key in _TICKS if form.get(key) == "yes" or getattr(album, key)}
    if rows != rows_of(album.hours):
        values["hours"] = text_of(rows)[0]
    if not problems:
        try:
            _write(here, album, values)
        except UsageError as error:
            problems["form"] = error.sentence
    if problems:
        return _page(problems, typed, rows), 422
    name = str(values.get("name", album.name))
    queue(here, "sync", {"albums": [name]})
    return redirect(url_for("album.page", name=name, saved=1), 303)


def _write(here: Context, album: Album, values: dict[str, object]) -> None:
    """A shared link's key stands under its album's name, and goes with it."""
    name = str(values.get("name", album.name))
    link = secrets.of_link(here.home.secrets, album.name) if name != album.name else secrets.LinkSecrets()
    if link.key:
        password = {"password": link.password.reveal()} if link.password else {}
        secrets.put(here.home.secrets, "links", name, key=link.key.reveal(), **password)
    change_album(here.home, album.name, values)
    if link.key:
        secrets.remove(here.home.secrets, "links", album.name)


def _judge(album: Album, typed: dict[str, str]) -> tuple[dict[str, object], dict[str, str]]:
    """TOML-ready values of what differs from the album, and a sentence for each field that is not sound."""
    values: dict[str, object] = {}
    problems = {}
    called = typed["called"] or album.name
    if called != album.name:
        values["name"] = called
        taken = {other.name.casefold() for other in context().settings.albums if other.name != album.name}
        if len(called) > LONGEST_NAME or not called.isprintable() or called.casefold() in taken:
            problems["called"] = text("album.name_wrong", most=LONGEST_NAME)
    for key, least, most in (("interval_hours", 1, 168), ("limit", 0, 10_000_000), ("weight", 0.01, 100)):
        number = _number(typed[key])
        if number is None or not least <= number <= most:
            problems[key] = text("form.number", least=least, most=most)
            continue
        value = int(number) if key == "limit" or number.is_integer() else number
        if value != getattr(album, key):
            values[key] = value
    if typed["pick"] in [pick.value for pick in Pick] and typed["pick"] != album.pick.value:
        values["pick"] = typed["pick"]
    if typed["keep"] in [keep.value for keep in Keep] and typed["keep"] != album.kept.value:
        values["keep"] = typed["keep"]
    return values, problems


def _judge_hours(here: Context, rows: tuple[Row, ...]) -> dict[str, str]:
    """A sentence for each window that cannot be; hours by the sun of nowhere would never come."""
    problems = wrong_rows(rows)
    power = here.settings.power
    if by_sun(rows) and not (power.latitude or power.longitude):
        problems["hours"] = text("album.place_missing")
    return problems


@pages.post("/pause")
def pause() -> Response:
    album = _album(request.form.get("name", ""))
    change_album(context().home, album.name, {"paused": request.form.get("value") == "yes"})
    return redirect(url_for("album.page", name=album.name), 303)


@pages.post("/sync")
def sync() -> Response:
    album = _album(request.form.get("name", ""))
    queue(context(), "sync", {"albums": [album.name]})
    return redirect(url_for("album.page", name=album.name), 303)


@pages.post("/preview")
def preview() -> Response:
    album = _album(request.form.get("name", ""))
    return redirect(url_for("album.previewed", number=queue(context(), "preview", {"album": album.name})), 303)


@pages.get("/previewed/<int:number>")
def previewed(number: int) -> str:
    found = answer(context(), number, "preview")
    name = str(found.job.arguments.get("album", ""))
    if found.ended is None:
        return waiting(found, text("album.previewing", album=name))
    return render_template("preview.html", ended=found.ended, name=name)


@pages.post("/remove")
def remove() -> Response:
    """Out of the settings; its photos go to the trash with the sync that follows."""
    album = _album(request.form.get("name", ""))
    if request.form.get("sure") != "yes":
        return redirect(url_for("album.page", name=album.name, sure=1), 303)
    remove_album(context().home, album.name)
    # Left behind, a shared link's key would go wherever the next album of that name leads.
    secrets.remove(context().home.secrets, "links", album.name)
    queue(context(), "sync", {"albums": None})
    return redirect(url_for("albums.page"), 303)


def _some(library: Library, name: str, first: int) -> list[dict[str, str]]:
    """A page of the album's photos, in its order."""
    found = (photos.get(library, number) for number in memberships.some(library, name, first=first, most=_A_PAGE))
    return [_shown(row, row.display) for row in found if row is not None and row.display]


def _shown(row: PhotoRow, display: str) -> dict[str, str]:
    told = {"object": display, "key": row.key, "name": "", "at": ""}
    try:
        facts = row.asset_facts()
    except LibraryCorrupt:
        return told
    return told | {"name": facts.file_name, "at": facts.local_time.isoformat()}


def _number(typed: str) -> float | None:
    try:
        return float(typed.replace(",", "."))
    except ValueError:
        return None


def _album(name: str) -> Album:
    album = context().settings.album(name)
    if album is None:
        abort(404)
    return album
