"""Files of the replaced tools: understood as data, line by line, and never executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import UsageError
from sync.smart.take_over import read_file

SETTINGS = '''
import os
IMMICH_BASE_URL = "https://photos.example.org/"
API_KEY = "very secret"
MAX_CONCURRENT_REQUESTS = 4
EMAIL_PASSWORD = "hidden too"
TYPO_URL = os.system("touch {path}")
SYNC_CONFIGS = [
    {{"name": "Both", "filters": [{{"key": "people", "val": ["Anna", "Ben"], "operator": "AND"}}]}},
    {{"name": "Stars", "filters": [{{"key": "is_favorite", "val": True}}, {{"key": "asset_type", "val": "video"}}]}},
    {{"name": "Empty", "filters": [{{"key": "people", "val": None}}]}},
    {{"name": "Broken", "filters": [{{"key": "exifInfo", "val": "x"}}]}},
    {{"filters": []}},
]
'''


def test_the_settings_of_the_album_tool_are_read_and_never_executed(tmp_path: Path) -> None:
    found = read_file("local_settings.py", SETTINGS.format(path=tmp_path / "executed"))
    assert not (tmp_path / "executed").exists()
    assert found.url == "https://photos.example.org"
    assert [entry["name"] for entry in found.smart] == ["Both", "Stars", "Empty"]
    assert found.smart[2]["filters"] == [{"key": "people"}], "TOML has no null"
    told = {line.what: (line.taken, line.told) for line in found.lines}
    assert told["album 'Both'"][0] and "of Anna and Ben together" in told["album 'Both'"][1]
    assert "videos that are favourites" in told["album 'Stars'"][1]
    assert told["album 'Broken'"] == (False, "Immich's photos have no key 'exifInfo'.")
    assert told["entry 5"] == (False, "has no name")
    assert told["API_KEY"] == (False, "keys are given with 'mantelpiece server add'")
    assert "line 7 is not plain data" in told["TYPO_URL"][1]
    assert "secret" not in str(found) and "hidden" not in str(found)


def test_what_is_said_in_another_way_is_understood_or_told() -> None:
    found = read_file("x.py", """
"A text at its beginning."
from typing import Any
API_KEY: str
SYNC_CONFIGS: list[Any] = [{"name": "A", "filters": [{"key": "isFavorite", "val": True}]}]
SYNC_CONFIGS += [{"name": "B", "filters": [{"key": "people", "val": ["Ben"]}]}]
if True:
    SYNC_CONFIGS = []
""")
    assert [entry["name"] for entry in found.smart] == ["A"]
    dropped = {line.what: line.told for line in found.lines if not line.taken}
    assert dropped.keys() == {"API_KEY in line 4", "SYNC_CONFIGS in line 6", "a statement in line 7"}
    assert all("is not plain data" in told for told in dropped.values())


MAIL = """
EMAIL_SMTP_SERVER = "smtp.example.org"
EMAIL_SMTP_PORT = 465
EMAIL_USERNAME = "me"
EMAIL_PASSWORD = "hidden"
EMAIL_FROM = "me@example.org"
EMAIL_TO = "you@example.org"
SYNC_CONFIGS = []
"""


def test_its_mails_on_errors_become_notices() -> None:
    found = read_file("local_settings.py", "ENABLE_EMAIL_ON_ERROR = True" + MAIL)
    assert found.notices == {
        "mail_host": "smtp.example.org", "mail_port": "465", "mail_user": "me", "mail_from": "me@example.org",
        "mail_to": "you@example.org", "mail_security": "tls",
    }  # fmt: skip
    assert found.mail_password == "hidden"
    assert "hidden" not in str(found)
    assert all(line.taken for line in found.lines)


@pytest.mark.parametrize(
    "text",
    ["ENABLE_EMAIL_ON_ERROR = False" + MAIL, MAIL.replace("EMAIL_TO", "#"), MAIL.replace("EMAIL_SMTP_SERVER", "#")],
)
def test_mails_that_were_off_or_had_nowhere_to_go_stay_off(text: str) -> None:
    found = read_file("local_settings.py", text)
    assert (found.notices, found.mail_password) == ({}, "")
    assert [line.what for line in found.lines if not line.taken] == ["mail on errors"]


def test_json_is_read_with_and_without_its_head() -> None:
    configs = '[{"name": "A", "filters": [{"key": "isFavorite", "val": true}]}]'
    for text in (configs, f'{{"SYNC_CONFIGS": {configs}}}'):
        assert [entry["name"] for entry in read_file("x.json", text).smart] == ["A"]


ENV = """
# people to album
IMMICH_BASE_URL=https://photos.example.org
IMMICH_API_KEY='secret'
export IMMICH_ALBUM_ID="838A0EB0-7845-43ec-a3fd-783b47fc60fc"
IMMICH_PERSONS=Anna, Ben
IMMICH_NAME_FILTERS=IMG_*, *.HEIC
SYNC_INTERVAL_SECONDS=1800
IMMICH_PERSON=typo
"""


def test_the_environment_of_people_to_album_is_one_smart_album() -> None:
    found = read_file(".env", ENV)
    assert found.smart == [
        {"name": "Anna and Ben", "album": "838a0eb0-7845-43ec-a3fd-783b47fc60fc", "mode": "add", "interval_minutes": 30,
         "rule": {"people": ["Anna", "Ben"], "file_name": ["IMG_*", "*.HEIC"]}},
    ]  # fmt: skip
    assert "Did you mean 'IMMICH_PERSONS'?" in next(line.told for line in found.lines if line.what == "IMMICH_PERSON")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("x.py", "def (", "not Python"), ("x.json", "{", "not JSON"), ("x.json", "{}", "no SYNC_CONFIGS"),
     (".env", "IMMICH_PERSONS=A", "IMMICH_ALBUM_ID"),
     (".env", "IMMICH_ALBUM_ID=838a0eb0-7845-43ec-a3fd-783b47fc60fc", "names nobody"),
     ("x.py", "SYNC_CONFIGS = " + "[" * 5000, "not Python")],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(name: str, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_file(name, text)
