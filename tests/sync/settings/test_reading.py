"""Settings never raise: a bad value costs only itself, a bad file leaves the last good copy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from sync.errors import UsageError
from sync.home import Home
from sync.settings.edit import set_value
from sync.settings.last_good import copy_path, keep_copy, load_kept
from sync.settings.reading import load, parse_text, parse_value
from sync.settings.tree import Settings

GOOD = """\
language = "de"
[servers.home]
url = "http://a"
[[albums]]
name = "A"
server = "home"
id = "1"
[wall]
layout = "fit"
"""

DAMAGE = {
    # text, what is left: language, layout, albums; whole
    "whole": (GOOD, ("de", "fit", ["A"]), True),
    "of no bytes": ("", ("de", "fit", ["A"]), False),
    "of blanks": (" \n\n", ("de", "fit", ["A"]), False),
    "a comment alone": ("# begin anew\n", ("en", "auto", []), True),
    "torn in a value": (GOOD[: GOOD.index('fit"')], ("de", "fit", ["A"]), False),
    "zeros": ("\0" * 100, ("de", "fit", ["A"]), False),
    "a bad layout": (GOOD.replace('"fit"', '"fitt"'), ("de", "fit", ["A"]), True),
    "a layout that is a number": (GOOD.replace('"fit"', "7"), ("de", "fit", ["A"]), True),
    "an unknown key": (GOOD + 'lay_out = "x"\n', ("de", "fit", ["A"]), True),
    "an unknown section": (GOOD + "[wal]\n", ("de", "fit", ["A"]), True),
    "a misspelt album beside another": (
        GOOD + '[[album]]\nname = "B"\nserver = "home"\n',
        ("de", "fit", ["A"]),
        False,
    ),
    "the only album misspelt": (GOOD.replace("[[albums]]", "[[album]]"), ("de", "fit", ["A"]), False),
    "wall is no section": (GOOD.replace("[wall]\nlayout", "wall_x"), ("de", "auto", ["A"]), True),
    "an album without a name": (GOOD.replace('name = "A"', ""), ("de", "fit", []), False),
    "an album of an unknown server": (GOOD.replace('server = "home"', 'server = "hame"'), ("de", "fit", []), False),
    "a server without an address": (GOOD.replace('url = "http://a"', ""), ("de", "fit", []), False),
    "albums is a text": ('albums = "x"\nlanguage = "de"\n', ("de", "auto", []), False),
    "a byte order mark": ("\ufeff" + GOOD, ("de", "fit", ["A"]), True),
    "carriage returns": (GOOD.replace("\n", "\r\n"), ("de", "fit", ["A"]), True),
}


@pytest.mark.parametrize(("text", "left", "whole"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_costs_only_what_is_damaged(
    home: Home, text: str, left: tuple[str, str, list[str]], whole: bool
) -> None:
    home.settings.write_text(GOOD)
    keep_copy(home)
    home.settings.write_bytes(text.encode())
    kept = load_kept(home)
    found = (kept.settings.language, kept.settings.wall.layout.value, [album.name for album in kept.settings.albums])
    assert found == left
    assert kept.whole is whole


SLIPS = {
    "a text for yes": ("archived = true", 'archived = "true"'),
    "another spelling": ("archived = true", "archved = true"),
    "a number in words": ("limit = 7", 'limit = "seven"'),
    "an unknown choice": ('keep = "original"', 'keep = "orignal"'),
    "an unknown source": ('source = "favourites"', 'source = "favorites"'),
    "days in words": ("trash_days = 300", 'trash_days = "300 days"'),
}


@pytest.mark.parametrize(("right", "wrong"), SLIPS.values(), ids=SLIPS)
def test_a_slip_of_the_pen_changes_nothing_that_was_set(home: Home, right: str, wrong: str) -> None:
    album = 'source = "favourites"\nlimit = 7\narchived = true\nkeep = "original"\n'
    text = GOOD.replace('id = "1"\n', album) + "[mirror]\ntrash_days = 300\n"
    home.settings.write_text(text)
    keep_copy(home)
    before = load_kept(home)
    assert before.problems == ()
    home.settings.write_text(text.replace(right, wrong))
    for _ in range(2):
        kept = load_kept(home)
        assert kept.settings == before.settings
        assert len(kept.problems) == 1
        keep_copy(home)


def test_whoever_has_good_settings_takes_a_file_of_no_bytes_for_torn(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(GOOD)
    good = load(path).settings
    path.write_text("\n")
    again = load(path, last_good=good)
    assert again.settings == good
    assert "is empty" in again.problems[0].sentence
    path.unlink()
    assert load(path, last_good=good).settings == Settings()


def test_a_settings_file_that_is_missing_is_a_loss_not_a_wish(home: Home) -> None:
    home.settings.write_text(GOOD)
    keep_copy(home)
    home.settings.unlink()
    kept = load_kept(home)
    assert [album.name for album in kept.settings.albums] == ["A"]
    assert not kept.whole
    assert "missing" in kept.problems[0].sentence


def test_a_torn_file_never_becomes_the_good_copy(home: Home) -> None:
    home.settings.write_text(GOOD)
    keep_copy(home)
    home.settings.write_text("[wall")
    keep_copy(home)
    assert copy_path(home).read_text() == GOOD


def test_a_new_home_has_no_settings_and_no_problems_but_removes_nothing_for_it(home: Home) -> None:
    kept = load_kept(home)
    assert (kept.settings, kept.problems, kept.whole) == (Settings(), (), False)


def test_unknown_keys_are_named_with_the_nearest_known_one(home: Home) -> None:
    problems = parse_text('[wall]\nlayuot = "fit"\n').problems
    assert [problem.sentence for problem in problems] == ["wall.layuot is not a setting. Did you mean 'layout'?"]


def test_the_command_line_wins_over_the_environment_which_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[wall]\nlayout = "fit"\nsize = "10x10"\n')
    loaded = load(
        path,
        environ={"MANTELPIECE_WALL_LAYOUT": "fill", "MANTELPIECE_WALL_INTERVAL_SECONDS": "9"},
        overrides={"wall.layout": "blur"},
    )
    assert (loaded.settings.wall.layout, loaded.settings.wall.interval_seconds) == ("blur", 9)
    assert loaded.pinned == {"wall.layout", "wall.interval_seconds"}


def test_an_environment_value_that_cannot_be_used_pins_nothing(tmp_path: Path) -> None:
    loaded = load(tmp_path / "none", environ={"MANTELPIECE_WALL_LAYOUT": "x"})
    assert not loaded.pinned
    assert "MANTELPIECE_WALL_LAYOUT" in loaded.problems[0].sentence or "wall.layout" in loaded.problems[0].sentence


BAD_VALUES = [
    ("wall.layout", "x", "it must be one of auto, mat, fit, fill, blur"),
    ("wall.size", "1", "it must look like 1920x1080"),
    ("wall.interval_seconds", "-1", "it must be a number from 1 to 86400"),
    ("wall.interval_seconds", "soon", "it must be a number from 1 to 86400"),
    ("mirror.scrub_days", "400", "it must be a number from 1 to 365"),
    ("language", "english", "it must look like en or de-AT"),
    ("log.level", "loud", "it must look like info (or debug, warning, error)"),
]


@pytest.mark.parametrize(("key", "value", "reason"), BAD_VALUES, ids=[f"{row[0]}={row[1]}" for row in BAD_VALUES])
def test_a_value_that_does_not_fit_is_told_in_words(key: str, value: str, reason: str) -> None:
    with pytest.raises(ValueError, match="cannot be used") as caught:
        parse_value(key, value)
    assert str(caught.value) == f"{key} = {value!r} cannot be used: {reason}."


def test_a_time_zone_that_nobody_knows_is_named_and_the_last_good_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('time_zone = "Europe/Vienna"\n')
    good = load(path, environ={})
    path.write_text('time_zone = "Europe/Wien"\n')
    found = load(path, environ={}, last_good=good.settings)
    assert [problem.key for problem in found.problems] == ["time_zone"]
    assert "Europe/Wien" in found.problems[0].sentence
    assert found.settings.time_zone == "Europe/Vienna"
    assert load(path, environ={}).settings.time_zone == ""


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["servers", "albums", "wall", "log", "mirror", "language", "name", "url", "layout", "x"]),
        inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_whatever_the_file_holds_reading_it_gives_settings(tree: object) -> None:
    import tomlkit

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items() if one is not None}
        return [plain(one) for one in value if one is not None] if isinstance(value, list) else value

    if not isinstance(tree, dict):
        return
    loaded = parse_text(tomlkit.dumps(plain(tree)))
    msgspec.convert(msgspec.to_builtins(loaded.settings), Settings)


def test_a_file_that_cannot_be_read_leaves_the_last_good_settings_with_their_albums(home: Home) -> None:
    home.settings.write_text(GOOD)
    good = load(home.settings, environ={})
    home.settings.write_text("[wall")
    torn = load(home.settings, environ={}, last_good=good.settings)
    assert torn.settings == good.settings
    assert [problem.loses for problem in torn.problems] == [True]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('source = "rule"\nserver = "home"', "needs a rule"),
        ('source = "folder"\nfolder = "/x"\nrule = { favourite = true }', "cannot be narrowed"),
        ('source = "link"\nserver = "home"\nrule = { favourite = true }', "cannot be narrowed"),
    ],
)
def test_an_album_whose_rule_cannot_be_is_left_out_and_says_so(written: str, told: str) -> None:
    found = parse_text(f'[servers.home]\nurl = "http://x"\n[[albums]]\nname = "A"\n{written}\n')
    assert found.settings.albums == ()
    assert told in found.problems[0].sentence


def hints_of(kind: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting that stands for itself, of sections and of entries of lists."""
    for name, hint in get_type_hints(kind, include_extras=True).items():
        inner = [each for each in (hint, *get_args(hint)) if isinstance(each, type) and issubclass(each, Struct)]
        if inner:
            yield from hints_of(inner[0], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", hint


EVERY = dict(hints_of(Settings))


def test_every_number_has_a_least_and_a_most() -> None:
    numbers = {key: hint for key, hint in EVERY.items() if {int, float} & {hint, getattr(hint, "__origin__", None)}}
    assert len(numbers) > 30
    assert not [key for key, hint in numbers.items() if None in (hint.__metadata__[0].ge, hint.__metadata__[0].le)]


ABSURD = {
    "nothing": "''", "minus one": "-1", "a lot": "1e18", "no number": "nan", "without end": "inf", "a list": "[1]",
    "a section": "{ a = 1 }", "true": "true", "a date": "2026-01-01", "letters": "'日本 ü'",
    "a line break": "\"a\\nb\"", "a terminal's": "\"\\u001b[2J\"", "a zero": "\"\\u0000\"", "long": f"'{'x' * 5000}'",
}  # fmt: skip
PLAIN = [key for key in EVERY if not key.startswith(("servers.", "albums.", "smart.", "writeback.", "inboxes."))]


@pytest.mark.parametrize("absurd", ABSURD.values(), ids=ABSURD)
def test_an_absurd_value_in_the_file_is_used_or_named_with_what_holds_instead(absurd: str) -> None:
    for key in PLAIN:
        *sections, last = key.split(".")
        text = (f"[{'.'.join(sections)}]\n" if sections else "") + f"{last} = {absurd}\n"
        loaded = parse_text(text)
        value, default = loaded.settings, Settings()
        for name in key.split("."):
            value, default = getattr(value, name), getattr(default, name)
        if loaded.problems:
            assert value == default, key
            [problem] = loaded.problems
            assert (problem.key, key in problem.sentence or key == "time_zone") == (key, True)
        else:
            assert value == tomllib.loads(text)[sections[0]][last] if sections else True, key
            assert not isinstance(value, str) or value.isprintable(), key
            assert not isinstance(value, float) or abs(value) <= 1_000_000, key


REFUSED = {
    "a broker at a metadata service": ("mqtt.host", "169.254.169.254"),
    "the same as one number": ("mqtt.host", "2852039166"),
    "a mail server at a metadata service": ("notices.mail_host", "metadata.google.internal"),
    "a mail server of everybody": ("notices.mail_host", "224.0.0.1"),
    "a link in place of a mail server": ("notices.mail_host", "https://mail.example.org"),
    "a wall that does not hang": ("wall.interval_seconds", "0"),
    "no display": ("wall.display", "telly"),
    "mail to nobody": ("notices.mail_to", "anna"),
    "a log beside nothing": ("log.file", "frame.log"),
    "a page that listens nowhere": ("admin.host", "kitchen"),
    "a link in place of a name": ("admin.names", "https://photos.example.org"),
}


@pytest.mark.parametrize(("key", "value"), REFUSED.values(), ids=REFUSED)
def test_what_could_never_work_is_refused_in_a_sentence_and_changes_nothing(home: Home, key: str, value: str) -> None:
    home.settings.write_text(GOOD)
    with pytest.raises(UsageError, match="cannot be used"):
        set_value(home, key, value)
    assert home.settings.read_text() == GOOD


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("MANTELPIECE_WALL_LAYUOT", " Did you mean 'MANTELPIECE_WALL_LAYOUT'?"),
        ("MANTELPIECE_HOEM", " Did you mean 'MANTELPIECE_HOME'?"),
        ("MANTELPIECE_wall_layout", " Did you mean 'MANTELPIECE_WALL_LAYOUT'?"),
        ("MANTELPIECE_XYZZY", ""),
        ("MANTELPIECE_", ""),
    ],
)
def test_a_variable_that_means_nothing_is_named(tmp_path: Path, name: str, hint: str) -> None:
    (tmp_path / "settings.toml").write_text(GOOD)
    sound = {"MANTELPIECE_HOME": "/x", "MANTELPIECE_WALL_INTERVAL_SECONDS": "60", "OTHER": "1"}
    sound |= {f"MANTELPIECE_{name}": "1" for name in ("SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT", "PORT_80_TCP_ADDR")}
    loaded = load(tmp_path / "settings.toml", environ=sound | {name: "fit"})
    assert [one.sentence for one in loaded.problems] == [f"{name} is no variable that mantelpiece knows.{hint}"]
    assert loaded.pinned == {"wall.interval_seconds"}
    assert not any(one.loses or one.instead for one in loaded.problems)
    assert load(tmp_path / "settings.toml", environ=sound).problems == ()
