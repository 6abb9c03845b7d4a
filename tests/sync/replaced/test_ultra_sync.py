"""The replaced tool's configuration, in every form that it took, and what became of each line."""

from __future__ import annotations

import pytest

from sync.errors import UsageError
from sync.replaced.ultra_sync import take_over

INI = """
[immich]
IMMICH_INSTANCE_URL = https://photos.example.org/
IMMICH_API_KEY = secret
IMMICH_PHOTO_DIR = /library
IMMICH_PATH_SEGMENTS = 4
CAPTION_MAX_LEN = 500
TZ = Europe/Vienna
IMMICH_PHOTODIR = /x
"""
ENV = """
# as documented
export IMMICH_INSTANCE_URL="https://photos.example.org"
PHOTO_DIR=/library  # the library
CAPTION_MAX_LEN=500
IMMICH_API_KEY=secret
"""
JSON = '{"immich_instance_url": "https://photos.example.org", "immich_photo_dir": "/library", "caption_max_len": 500}'


@pytest.mark.parametrize(("name", "text"), [("old.conf", INI), (".env", ENV), ("old.json", JSON)])
def test_each_form_is_understood_alike(name: str, text: str) -> None:
    taken = take_over(name=name, text=text)
    assert (taken.url, taken.folder) == ("https://photos.example.org", "/library")
    assert taken.values["caption_limit"] == 500
    assert "secret" not in str(taken)


def test_every_line_says_what_became_of_it() -> None:
    lines = {line.what: line for line in take_over(name="old.conf", text=INI).lines}
    assert lines["IMMICH_PATH_SEGMENTS"].told.startswith("files are found by the beginning")
    assert not lines["IMMICH_API_KEY"].taken
    assert "Did you mean 'IMMICH_PHOTO_DIR'?" in lines["IMMICH_PHOTODIR"].told


@pytest.mark.parametrize("key", ["IMMICH_PHOTO_DIR", "PHOTO_DIR"])
def test_variables_count_in_both_spellings_and_before_the_file(key: str) -> None:
    taken = take_over(name="old.conf", text=INI.replace("IMMICH_PHOTO_DIR = /library\n", ""), environ={key: "/photos"})
    assert taken.folder == "/photos"


def test_the_name_that_was_read_counts_before_the_one_that_was_documented() -> None:
    taken = take_over(environ={"IMMICH_PHOTO_DIR": "/read", "PHOTO_DIR": "/documented", "HOME": "/root"})
    assert taken.folder == "/read"
    assert [line.what for line in taken.lines if not line.taken] == ["PHOTO_DIR"]


FLAGS = {
    "": ["people", "gps", "caption", "time", "rating"],
    "--all": ["people", "gps", "caption", "time", "rating"],
    "--all --albums --face-coordinates": ["people", "gps", "caption", "time", "rating", "albums", "faces"],
    "python3 immich-ultra-sync.py --caption --dry-run --log-level DEBUG --export-stats=csv": ["caption"],
}


@pytest.mark.parametrize(("flags", "modules"), FLAGS.items(), ids=FLAGS.keys())
def test_flags_choose_the_modules_they_chose(flags: str, modules: list[str]) -> None:
    taken = take_over(flags=flags)
    assert taken.values["modules"] == modules
    assert taken.values.get("favourite_as_rating", False) == ("rating" in modules)


def test_an_unknown_flag_is_named() -> None:
    assert "Did you mean '--people'?" in take_over(flags="--poeple").lines[0].told


@pytest.mark.parametrize(("name", "text"), [("x.json", "{"), ("x.json", "[1]"), ("x.conf", "[immich\n[")])
def test_what_cannot_be_read_is_said_so(name: str, text: str) -> None:
    with pytest.raises(UsageError):
        take_over(name=name, text=text)
