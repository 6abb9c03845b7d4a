"""`mantelpiece smart` as a person calls it: set up, seen, previewed, applied, explained, taken back, imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync import secrets
from sync.settings.reading import load
from tests.admin.cli.conftest import Mantelpiece
from tests.fakes.immich import FakeImmich
from tests.sync.smart.libraries import add, empty_library

RULES = """
[[smart]]
name = "Both"
server = "home"
rule = { people = ["Anna", "Ben"], operator = "AND" }

[[smart]]
name = "Typo"
server = "home"
rule = { poeple = ["Anna"] }

[[smart]]
name = "Nobody"
server = "home"
rule = { people = ["Anne"] }
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeImmich]:
    library = empty_library(tmp_path / "server")
    add(library, "both.jpg", "Anna", "Ben")
    add(library, "anna.jpg", "Anna")
    with FakeImmich(version=3, library=library) as running:
        yield running


@pytest.fixture
def ready(mantelpiece: Mantelpiece, server: FakeImmich) -> Mantelpiece:
    assert mantelpiece("server", "add", "home", "--url", server.url, answer=server.api_key).code == 0
    path = mantelpiece.home.settings
    path.write_text(path.read_text() + RULES)
    return mantelpiece


def test_smart_albums_are_listed_previewed_applied_explained_and_taken_back(
    ready: Mantelpiece, server: FakeImmich
) -> None:
    listed = {one["name"]: one for one in ready("smart", "list", "--json").json["smart"]}
    assert listed["Both"]["sentence"] == "photos and videos of Anna and Ben together"
    assert "Did you mean 'people'?" in listed["Typo"]["state"]
    assert "Did you mean 'people'?" in ready("settings", "check").err
    shown = ready("smart", "preview", "Both", "--json").json
    assert [(item["do"], item["what"]) for item in shown["items"]] == [("add", "both.jpg")]
    assert ready("smart", "preview", "Both").out.startswith("Photos and videos of Anna and Ben together.")
    assert "Both" not in server.albums
    assert ready("smart", "apply", "both", "--plan", shown["plan"]).code == 0
    assert len(server.library.album_named("Both").asset_ids) == 1
    said = ready("smart", "why", "Both", "anna.jpg")
    assert said.code == 0 and "does not match" in said.out
    assert "1 taken out" in ready("smart", "undo", "Both").out
    assert "Both" not in server.albums, "the run had made it"


def test_an_only_smart_album_needs_no_naming(ready: Mantelpiece, server: FakeImmich) -> None:
    which = ready("smart", "preview")
    assert which.code == 2 and which.err == "Say which smart album: Both, Typo, Nobody.\n"
    every = ready("smart", "why", "anna.jpg", "--json")
    assert every.code == 2, "two of the three rules cannot be used"
    assert [one.get("matches") for one in every.json["albums"]] == [False, None, None]
    path = ready.home.settings
    path.write_text(path.read_text().split('[[smart]]\nname = "Typo"')[0])
    assert ready("smart", "preview", "--json").json["album"] == "Both"
    assert ready("smart", "apply").code == 0
    assert ready("smart", "why", "both.jpg", "--json").json["matches"] is True
    assert "does not match" in ready("smart", "why", "anna.jpg").out
    assert "1 taken out" in ready("smart", "undo").out


def test_a_rule_that_cannot_be_used_stops_its_album_and_no_other(ready: Mantelpiece, server: FakeImmich) -> None:
    said = ready("smart", "apply", "--json")
    assert said.code == 2
    told = said.json["albums"]
    assert told["Both"]["added"] == 1
    assert "Did you mean 'people'?" in told["Typo"]["problems"][0]
    assert "Did you mean 'Anna'" in told["Nobody"]["problems"][0]
    assert "Did you mean 'Anna'" in ready("smart", "preview", "Nobody").err
    assert {"Typo", "Nobody"}.isdisjoint(server.albums)


def test_the_replaced_tools_rules_are_imported(ready: Mantelpiece, tmp_path: Path) -> None:
    file = tmp_path / "configs.json"
    file.write_text('[{"name": "Ours", "filters": [{"key": "people", "val": ["Anna"], "operator": "ONLY"}]},'
                    '{"name": "Both", "filters": [{"key": "isFavorite", "val": true}]}]')  # fmt: skip
    said = ready("smart", "import", str(file), "--json")
    assert said.code == 1, "one was dropped"
    assert said.json["added"] == ["Ours"]
    assert "there is a smart album of this name already" in str(said.json["lines"])
    assert 'filters = [{key = "people", val = ["Anna"], operator = "ONLY"}]' in ready.home.settings.read_text()
    assert ready("smart", "apply", "Ours", "--json").json["albums"]["Ours"]["added"] == 1


def test_mails_on_errors_are_taken_over_into_notices_once(ready: Mantelpiece, tmp_path: Path) -> None:
    file = tmp_path / "local_settings.py"
    file.write_text('EMAIL_TO = "a@example.org"\nEMAIL_SMTP_SERVER = "smtp.example.org"\nEMAIL_USERNAME = "me"\n'
                    'EMAIL_PASSWORD = "CANARYmail"\nSYNC_CONFIGS = []\n')  # fmt: skip
    assert ready("smart", "import", str(file)).code == 0
    rules = load(ready.home.settings).settings.notices
    assert (rules.mail_to, rules.mail_port, rules.mail_security.value) == ("a@example.org", 465, "tls")
    assert secrets.of_notices(ready.home.secrets).mail_password.reveal() == "CANARYmail"
    file.write_text(file.read_text().replace("a@", "b@"))
    again = ready("smart", "import", str(file))
    assert (again.code, "somebody already" in again.out) == (1, True)
    assert load(ready.home.settings).settings.notices.mail_to == "a@example.org"
    assert not [said for said in ready.said if "CANARYmail" in said]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("smart", "apply", "Boht"), "Did you mean 'Both'?"), (("smart", "undo", "Both"), "no run of 'Both'"),
     (("smart", "why", "Both", "none.jpg"), "No photo is named"), (("smart", "import", "/none"), "cannot be read"),
     (("smart", "apply", "--plan", "x"), "one smart album; name it")],
    ids=str,
)  # fmt: skip
def test_bad_words_are_told_in_a_sentence(ready: Mantelpiece, words: tuple[str, ...], said: str) -> None:
    done = ready(*words)
    assert done.code == 2
    assert said in done.err


def test_an_album_of_the_wall_is_added_by_a_rule_or_narrowed_by_one(connected: Mantelpiece) -> None:
    words = ("album", "add", "--rule", '{ people = ["Anna"] }')
    nameless = connected(*words)
    assert (nameless.code, "--name" in nameless.err) == (2, True)
    before = connected.files()
    unknown = connected("album", "add", "--rule", 'people = ["Ana"]', "--name", "Ana")
    assert (unknown.code, "Did you mean 'Anna'?" in unknown.err) == (2, True)
    assert connected("album", "add", "--rule", "{ people = ", "--name", "x").code == 2
    assert connected("album", "add", "--folder", ".", "--rule", "a = 1").code == 2
    assert connected.files() == before
    added = connected(*words, "--name", "Of Anna")
    assert added.code == 0, added.err
    assert "photos and videos of Anna." in added.out
    narrowed = connected("album", "add", "Holidays", "--rule", '{"none": [{"people": ["Anna"]}]}')
    assert narrowed.code == 0, narrowed.err
    settings = load(connected.home.settings)
    assert [(one.source.value, one.rule) for one in settings.settings.albums] == [
        ("rule", {"people": ["Anna"]}), ("album", {"none": [{"people": ["Anna"]}]}),
    ]  # fmt: skip
    assert settings.problems == ()
    assert 'rule = {people = ["Anna"]}' in connected.home.settings.read_text()
    synced = connected("sync", "--json")
    assert synced.code == 0, synced.err
    told = synced.json["albums"]
    assert (told["Of Anna"]["added"], told["Holidays"]["left_out"]) == (3, {"outside the rule": 2})
