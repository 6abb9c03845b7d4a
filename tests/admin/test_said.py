"""What sync says in English is told in German where it is known, whole or not at all; and the catalogue is of what is
really said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import admin
from admin.words.said import FOLDER, RULES, read, rule_words, said
from sync import errors
from sync.errors import MantelpieceError
from sync.smart.explain import PHRASES, explain
from sync.smart.parse import parse

TOP = Path(admin.__file__).parents[1]
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.toml"))
_BLANK = re.compile(r"\{\w+\}")


def spoken() -> str:
    """All that the rooms can say: their source, with texts that are broken over lines put together."""
    source = "\n".join(path.read_text(encoding="utf-8") for room in ("sync", "frame", "admin")
                       for path in (TOP / room).rglob("*.py"))  # fmt: skip
    joined = re.sub(r"\"\s*\n\s*f?\"", "", source)
    return joined.replace('\\"', '"')


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_translated_is_really_said(language: str) -> None:
    source = spoken()
    idle = [
        (english, piece)
        for english in read(language)
        for piece in _BLANK.split(english)
        if len(piece.strip(" .:'")) > 3 and piece.strip(" .:'") not in source
    ]
    assert not idle


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_fills_the_same_blanks(language: str) -> None:
    for english, text in read(language).items():
        assert sorted(_BLANK.findall(text)) == sorted(_BLANK.findall(english)), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_advice_that_an_error_brings_is_translated(language: str) -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, MantelpieceError)]
    advices = {each.default_advice for each in kinds if each.default_advice}
    assert not advices - read(language).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_a_job_is_translated(language: str) -> None:
    doing = re.findall(r"\"doing\": \"([^\"]+)\"", spoken())
    assert doing
    assert not set(doing) - read(language).keys()


CASES = {
    "as it is": ("Somebody asked for it.", "Jemand hat es sich gewünscht."),
    "with a name": ("photos.example.org does not answer.", "photos.example.org antwortet nicht."),
    "with nothing in a blank": ("The server does not accept the key.", "Der Server nimmt den Schlüssel nicht an."),
    "two in a row": (
        "10.0.0.1 does not answer. The next run looks again.",
        "10.0.0.1 antwortet nicht. Der nächste Lauf sieht wieder nach.",
    ),
    "half known": ("10.0.0.1 does not answer. It sulks.", "10.0.0.1 does not answer. It sulks."),
    "unknown": ("Nobody ever said this.", "Nobody ever said this."),
    "a name with braces": ("{x} does not answer.", "{x} antwortet nicht."),
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
