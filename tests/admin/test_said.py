"""What sync says in English is told in German where it is known, whole or not at all; and the catalogue is of what is
really said."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import admin
from admin.words.said import FOLDER, RULES, read, rule_words, said
from sync import errors
from sync.errors import MantelpieceError
from sync.immich.refusal import not_immich
from sync.ingest import old_options
from sync.replaced import ultra_sync
from sync.smart import take_over
from sync.smart.explain import PHRASES, explain
from sync.smart.parse import parse

TOP = Path(admin.__file__).parents[1]
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.toml"))
_BLANK = re.compile(r"\{\w+(?::[^{}|]*\|[^{}|]*)?\}")


def spoken() -> str:
    """All that the rooms can say: their source, with texts that are broken over lines put together."""
    source = "\n".join(path.read_text(encoding="utf-8") for room in ("sync", "frame", "admin")
                       for path in (TOP / room).rglob("*.py"))  # fmt: skip
    joined = re.sub(r"[\"']\s*\n\s*f?[\"']", "", source)
    return joined.replace('\\"', '"').replace("{{", "{").replace("}}", "}")


PUT_TOGETHER = frozenset(
    {
        "No new file from iCloud", "from iCloud",
        "its time has passed: not", "no longer matches the rule: not", "the rule is another one now: not",
        "was put in by somebody else: not", "now, and this is the first run that asks it", "photos processed,",
        "photos written,", "photos would be written,", "to favourite", "to register", "to unfavourite", "to update",
        "to upload", "a text that is not empty", "is not known. Did you mean",
        "it was off; see 'mantelpiece notices --help",
        "all at once (the plugin failed where no number followed)",
        "it has nobody to go to, or no server; see 'mantelpiece notices --help",
        "the library folder: the path as icloudpd's container sees it, so give the one of this machine",
        "the library folder without the parts that stand for a date: the path as icloudpd's container sees it, so give "
        "the one of this machine",
    }
)  # fmt: skip
"""What no line of the source holds whole: it is made of words that stand apart there."""


def _core(piece: str) -> str:
    return piece.strip(" .:'“”,")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_translated_is_really_said(language: str) -> None:
    source = spoken()
    idle = [
        (english, piece)
        for english in read(language)
        for piece in _BLANK.split(english)
        if len(_core(piece)) > 3 and _core(piece) not in source and _core(piece) not in PUT_TOGETHER
    ]  # fmt: skip
    assert not idle, idle


_FILLED = re.compile(r"\{(\w+)\}")
_COUNTED = re.compile(r"\{(\w+):")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_fills_the_same_blanks(language: str) -> None:
    for english, text in read(language).items():
        assert sorted(_FILLED.findall(text)) == sorted(_FILLED.findall(english)), english
        assert {*_COUNTED.findall(text), *_COUNTED.findall(english)} <= {*_FILLED.findall(english)}, english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_advice_that_an_error_brings_is_translated(language: str) -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, MantelpieceError)]
    advices = {each.default_advice for each in kinds if each.default_advice}
    assert not advices - read(language).keys()


ELSEWHERE = (
    "admin/cli", "admin/daemon.py", "admin/mqtt", "admin/openapi.py", "admin/support.py", "admin/security/throttle.py",
    "frame/__main__.py", "frame/control_server.py", "frame/show.py", "sync/__main__.py",
    "sync/mirror/old_frame.py", "sync/mirror/take_over.py", "sync/notices", "frame/overlays", "frame/selection/why.py",
)  # fmt: skip
"""What is said at a terminal, to programs, in a mail or on the wall, which has languages of its own."""


def sentences_of(path: Path) -> list[str]:
    """Every text of a module that reads like a sentence, with 7 in its blanks; no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
             for value in node.values for part in ast.walk(value)}  # fmt: skip
    texts = [_text_of(node) for node in ast.walk(tree) if node not in apart and node not in inner]
    plain = [text for text in texts if _SENTENCE.fullmatch(text) and not _SQL.search(text)]
    return [text for text in plain if len(_WORD.findall(text)) > 1]


_SENTENCE = re.compile(r"[A-Z7'][^\n]* [^\n]*[.?!…]")
_SQL = re.compile(r"\b(SELECT|UPDATE|DELETE|WHERE|LIMIT)\b")
_WORD = re.compile(r"[A-Za-z]{2,}")


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        plain = re.sub(r"\{\w+:[^{}|]*\|([^{}|]*)\}", r"\1", node.value.replace("{often}", ""))
        return re.sub(r"\{\w+(!r)?\}", lambda blank: "'7'" if blank[1] else "7", plain)
    if isinstance(node, ast.JoinedStr):
        return "".join(_part_of(part) for part in node.values)
    return ""


def _part_of(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "'7'" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else "7"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_a_person_may_see_on_the_page_is_translated(language: str) -> None:
    english = [
        f"{path.relative_to(TOP)}: {text}"
        for room in ("sync", "frame", "admin")
        for path in sorted((TOP / room).rglob("*.py"))
        if not str(path.relative_to(TOP)).startswith(ELSEWHERE)
        for text in sentences_of(path)
        if said(language, text) == text and text not in SAID_ALIKE
    ]
    assert not english, "\n".join(english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_becomes_of_a_replaced_tools_settings_is_translated(language: str) -> None:
    told = {*old_options.DROPPED.values(), *ultra_sync._NEEDLESS.values(), *ultra_sync._FLAGS.values(),
            *take_over._NEEDLESS.values()}  # fmt: skip
    assert not {text for text in told if said(language, text) == text}


@pytest.mark.parametrize(
    ("content_type", "status", "told"),
    [
        ("text/html; charset=utf-8", 200, "Es kam eine Webseite zurück."),
        ("", 502, "Es kam nichts als der Status 502 zurück."),
        ("text/plain", 500, "Es kam text/plain zurück."),
    ],
)
def test_what_is_not_immich_is_told_in_one_language(content_type: str, status: int, told: str) -> None:
    error = not_immich(content_type, status)
    assert said("de", error.sentence).endswith(told)
    assert said("de", error.advice) != error.advice


SAID_ALIKE = frozenset(
    {
        # To programs, and of words that are theirs.
        "'key' must name a photo.", "'seconds' must be a number from 0 to 7.", "'value' must be true or false.",
        "'lines' must be a list of texts; an empty one brings the usual words back.", "'set' must be on, off or auto.",
        "At most 7 lines of 7 characters fit on the picture.",
        "Choose 7.",
        # Of two sentences that are said one by one, or of pieces that are.
        "Run 7 of '7' is taken back: 7 taken out, 7 It rests until it is run again.",
        "7 put back.",
        "7 7; it is left out.", "7 needs 7; it is left out.",
    }
)  # fmt: skip
"""What is the same in every language, or is told in another shape."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_a_job_is_translated(language: str) -> None:
    doing = re.findall(r"\"doing\": \"([^\"]+)\"", spoken())
    assert doing
    assert not set(doing) - read(language).keys()


CASES = {
    "as it is": ("Cancelled before it began.", "Vor dem Beginn abgebrochen."),
    "with a name": ("photos.example.org does not answer.", "photos.example.org antwortet nicht."),
    "with nothing in a blank": ("The server does not accept the key.", "Der Server nimmt den Schlüssel nicht an."),
    "two in a row": (
        "10.0.0.1 does not answer. The next run looks again.",
        "10.0.0.1 antwortet nicht. Der nächste Lauf sieht wieder nach.",
    ),
    "of a name and a sentence": (
        "Holidays: Photos were only added in this run: the list is not whole.",
        "Holidays: In diesem Lauf kamen nur Fotos dazu: the list is not whole.",
    ),
    "a name that reads like a sentence": (
        "Album 'Listing' can wait. There is one called Listing already.",
        "Album 'Listing' can wait. There is one called Listing already.",
    ),
    "a name is never said": ("There is one called Listing already.", "Es gibt schon einen namens Listing."),
    "one of them": ("1 photo stays in 'Holidays'.", "1 Foto bleibt in 'Holidays'."),
    "several of them": ("1,200 photos stay in 'Holidays'.", "1,200 Fotos bleiben in 'Holidays'."),
    "with a number of photos": (
        "12 photos would leave, and the album would be empty.", "12 Fotos kämen heraus, und das Album wäre leer.",
    ),
    "a list": (
        "3 photos processed, 4 files registered, 1 archived. 2 photos have not come to rest yet.",
        "3 Fotos bearbeitet, 4 Dateien aufgenommen, 1 archiviert. 2 Fotos sind noch nicht zur Ruhe gekommen.",
    ),
    "a list and a plan": (
        "3 to upload, 2 to update; 4 have not come to rest yet. This is plan 3f9a.",
        "3 hochzuladen, 2 zu ändern; 4 sind noch nicht zur Ruhe gekommen. Das ist Plan 3f9a.",
    ),
    "a value that does not fit": (
        "power.brightness = '1' cannot be used: it must be a whole number from 5 to 100.",
        "power.brightness = '1' ist nicht zu gebrauchen: es muss eine ganze Zahl von 5 bis 100 sein.",
    ),
    "a reason": ("new: 2 files that belong together (one name)", "neu: 2 Dateien, die zusammengehören (one name)"),
    "a reason and its tests": ("no longer matches the rule: not Anna", "passt nicht mehr zur Regel: nicht Anna"),
    "the nearest of several shapes": (
        "Run 7 of '7' is taken back: 3 taken out, 2 put back. It rests until it is run again.",
        "Lauf 7 von „7“ ist zurückgenommen: 3 heraus, 2 zurück. Es ruht, bis es wieder gestartet wird.",
    ),
    "half known": ("10.0.0.1 does not answer. It sulks.", "10.0.0.1 does not answer. It sulks."),
    "unknown": ("Nobody ever said this.", "Nobody ever said this."),
    "a name with braces": ("{x} does not answer.", "{x} antwortet nicht."),
    "too long to be ours": ("x" * 2000 + " does not answer.", "x" * 2000 + " does not answer."),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("english", "german"), CASES.values(), ids=CASES)
def test_a_sentence_is_told_whole_or_left_as_it_is(english: str, german: str) -> None:
    assert said("de", english) == german
    assert said("en", english) == english


@pytest.mark.parametrize("language", sorted(path.stem for path in RULES.glob("*.toml")))
def test_every_word_of_a_rule_is_translated_with_its_blanks(language: str) -> None:
    words = rule_words(language)
    assert words.keys() == PHRASES
    for english, text in words.items():
        assert set(_BLANK.findall(text)) == set(_BLANK.findall(english)), english


def test_a_rule_is_told_in_german() -> None:
    rule = parse({"type": "photo", "people": ["Anna", "{x}"], "operator": "AND", "last": "2 years",
                  "none": [{"people": ["Carl"]}, {"favourite": True}]})  # fmt: skip
    german = explain(rule, lambda english: rule_words("de").get(english, english))
    assert german == ("Fotos von Anna und {x} zusammen, aus den letzten 2 Jahren, ohne Carl, aber keine mit Herz")
