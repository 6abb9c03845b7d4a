"""The catalogues of texts: complete in every language, every text used, every used text there; templates stay safe."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import pytest

import admin
from admin import rule_form
from admin.album_names import ENDS, OWN
from admin.hours_form import EDGES
from admin.pages.moving import TOOLS
from admin.pages.smart_edit import COVERS
from admin.words.catalogue import Texts, read
from frame.power.decide import Why
from sync.jobs.kinds import KINDS
from sync.library.ingest import State as GroupState
from sync.library.runs import Outcome
from sync.mirror import sources
from sync.settings.ingest import After, Size, Way
from sync.settings.tree import Keep, MailSecurity, Mode, Pick, Source
from sync.settings.wall import DAYS, Choosing, Corner, Hours, Layout, Motion, Rotation, Selection, Transition, Words
from sync.settings.writeback import Module, Owner, Where
from sync.smart import source

ROOM = Path(admin.__file__).parent
TEMPLATES = sorted((ROOM / "templates").rglob("*.html"))
SOURCES = [*TEMPLATES, *(path for path in ROOM.rglob("*.py") if "cli" not in path.parts)]
LANGUAGES = Texts().languages

_LITERAL = re.compile(r"""(?:\bt|\btext|_text)\((?:context, )?["']([\w.-]+)["'][,)]""")
_COUNTED = re.compile(r"""\bcounted\(f?["']([\w.{}-]+)["']""")
_CALCULATED = re.compile(r"""(?:\bt|\btext)\((?:f["']([\w.-]+)\{|["']([\w.-]+)["'] ~)""")
_CHOSEN = re.compile(r"""["']((?:when\.(?:today|yesterday|date|date_year)|sign\.\w+))["']""")

ENUMERATED = {
    "kind": KINDS,
    "choosing": [name for field in Choosing.__struct_fields__ for name in (field, f"{field}_hint")],
    "motion": [each.value for each in Motion],
    "corner": [each.value for each in Corner],
    "hours": [each.value for each in Hours],
    "words": [name for field in Words.__struct_fields__ for name in (field, f"{field}_hint")],
    "source": [each.value for each in Source],
    "pick": [each.value for each in Pick],
    "keep": [each.value for each in Keep],
    "layout": [each.value for each in Layout],
    "selection": [each.value for each in Selection],
    "transition": [each.value for each in Transition],
    "rotation": [each.value for each in Rotation],
    "outcome": [*(each.value for each in Outcome), "problems", "held"],
    "screen.why": [each.value for each in Why],
    "month": [str(number) for number in range(1, 13)],
    "preview": ["add", "update", "replace", "remove", "hold"],
    "tab": ["now", "albums", "wall", "more"],
    "setup": ["wall_code", "wall_photo", "wall_away"],
    "more": ["chores", "photos", "frame", "others"],
    "jobs": ["title", "short"],
    "servers": ["title", "short"],
    "device": ["title", "short"],
    "wifi": ["title", "short"],
    "backup": ["title", "short"],
    "displays": ["title", "short", "text", "made", "name", "example", "make"],
    "password": ["title", "short"],
    "trash": ["title", "short"],
    "marked": ["title", "short"],
    "tokens": ["title", "short", "text", "made", "name", "example", "make"],
    "night": ["always", "window", "add_hours"],
    "album": ["always", "window", "add_hours"],
    "window": ["from", "to", "wrong_days", "wrong_times", "wrong_text"],
    "window.edge": EDGES,
    "weekday": DAYS,
    "album_by": [each or "any" for each in (*ENDS, OWN)],
    "ingest.stack_of": ["any", *(each.value for each in Size)],
    "moving": ["title", "short", *(f"{what}_{tool}" for what in ("of", "take") for tool in TOOLS),
               *(f"of_{tool}_file" for tool in TOOLS)],
    "notices": ["title", "short", "by_mail", "by_webhook"],
    "security": [each.value for each in MailSecurity],
    "source ": ["favourites_hint", "memories_hint", "all_hint"],
    "held": ["decided_keep", "decided_remove"],
    "restart": ["title", "frame", "sync", "admin", "sure_frame", "sure_sync", "sure_admin"],
    "smart": ["title", "short", "previewing", "preview_of"],
    "writeback": ["title", "short", "previewing", "preview_of"],
    "ingest": ["title", "short", "previewing", "preview_of"],
    "way": [each.value for each in Way],
    "after": [each.value for each in After],
    "favourite_rating": [str(number) for number in range(6)],
    "group": [each.value for each in GroupState],
    "group_of": [each.value for each in GroupState],
    "module": [each.value for each in Module],
    "where": ["any", *(each.value for each in Where)],
    "owner": [each.value for each in Owner],
    "size": [each.value for each in Size],
    "mode": [each.value for each in Mode],
    "people_how": rule_form.PEOPLE_HOW,
    "tags_how": rule_form.TAGS_HOW,
    "unit": rule_form.UNITS,
    "rule_when": [each or "any" for each in rule_form.WHENS],
    "rule_favourite": [each or "any" for each in rule_form.FAVOURITES],
    "rule_type": [each or "any" for each in rule_form.TYPES],
    "rule_rating": [each or "any" for each in rule_form.RATINGS],
    "rule_cover": ["any", *COVERS],
    "rule_order": ["any", "asc", "desc"],
}


def _all_text() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)


def _used() -> set[str]:
    text = _all_text()
    used = set(_LITERAL.findall(text)) | set(_CHOSEN.findall(text))
    for key in _COUNTED.findall(text):
        keys = [key.replace("{unit}", unit) for unit in ("day", "hour", "minute")] if "{unit}" in key else [key]
        used |= {f"{each}.{form}" for each in keys for form in ("one", "other")}
    for prefix, ends in ENUMERATED.items():
        used |= {f"{prefix.strip()}.{end}" for end in ends}
    return used


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_with_the_same_blanks(language: str) -> None:
    ours, english = read(language), read("en")
    assert ours.keys() == english.keys()
    assert {key: _blanks(text) for key, text in ours.items()} == {key: _blanks(text) for key, text in english.items()}
    assert all(text.strip() for text in ours.values())


def test_every_text_that_is_used_exists() -> None:
    assert not {key for key in _used() - read("en").keys() if not key.endswith("_hint")}


def test_every_text_is_used() -> None:
    used = _used()
    prefixes = tuple(first or second for first, second in _CALCULATED.findall(_all_text()))
    idle = {key for key in read("en") if key not in used and not key.startswith(("format.", *prefixes))}
    assert not idle


def test_german_is_spoken_where_german_is_asked_for() -> None:
    texts = Texts()
    assert texts.look_up("de", "tab.now") == "Jetzt"
    assert texts.number("de", 1234.5, 1) == "1.234,5"
    assert texts.number("en", 1234.5, 1) == "1,234.5"
    assert texts.look_up("xx", "tab.now") == "Now"


@pytest.mark.parametrize("value", ["{0}", "{x.__class__}", "{{", "%s", "<b>"])
def test_a_value_is_filled_in_as_it_is(value: str) -> None:
    assert value in Texts().look_up("en", "since", when=value)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_trusts_text_or_carries_script_or_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "|safe" not in text.replace(" ", "")
    assert "autoescape" not in text
    assert "Markup" not in text
    assert not re.search(r"<script(?! src=\"/static/page\.js)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)


def test_no_page_marks_text_as_safe() -> None:
    assert not re.search(r"\bMarkup\b|render_template_string|\|\s*safe", _all_text())


def _blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in _iterate(text) if name is not None}


def _iterate(text: str) -> Iterable[tuple[str, str | None, str | None, str | None]]:
    return Formatter().parse(text)


def test_every_reason_for_leaving_a_photo_out_is_in_words() -> None:
    given = re.findall(r'(?:return|else) "([^"]+)"', inspect.getsource(sources.left_out))
    told = {key.removeprefix("left_out.") for key in read("en") if key.startswith("left_out.")}
    assert {*given, sources.STACKED, sources.NO_MATCH, source.PASSED, "limit"} == told


OURS = frozenset({("smart.html", "each.sentence"), ("smart_one.html", "sentence")})
"""What a rule means is told by words of its own."""
_TELLS = re.compile(r"\{\{ ((?:[\w.]+\.)?(?:sentence|problem|advice|reason|why|note|refused)) \}\}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_tells_a_sentence_that_was_not_said_in_the_readers_language(path: Path) -> None:
    assert not [found for found in _TELLS.findall(path.read_text(encoding="utf-8")) if (path.name, found) not in OURS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_is_one_on_the_page_too(language: str) -> None:
    texts = Texts()
    for key, text in read(language).items():
        if "|" in text:
            one, two = (texts.look_up(language, key, number=number) for number in (1, 2))
            assert "{" not in one + two, key
            assert one.replace("1", "2") != two or "Stapel" in two, key


def test_a_name_is_never_taken_for_words_to_choose_from() -> None:
    assert Texts().look_up("en", "album.preview_of", album="{number:a|b}") == "What a sync of {number:a|b} would do"
