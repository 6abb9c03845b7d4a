"""What verbs answer: counts that a person can trust, and advice that fits who asked."""

from __future__ import annotations

import json
import re
import shlex
import urllib.request
from pathlib import Path

import pytest

from admin.cli.names import album_name, fitting_name
from sync.settings.last_good import copy_path
from tests.admin.cli.conftest import Mantelpiece, StandIn

DEAD = "http://127.0.0.1:9"


def edit(immich: StandIn, **command: object) -> dict[str, str]:
    request = urllib.request.Request(f"{immich.url}/__edit__", json.dumps(command).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    from PIL import Image

    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (40, 30), (number * 40, 99, 199)).save(folder / f"{number}.jpg")
    return folder


def test_an_album_counts_the_photos_that_are_here_and_names_what_is_left_out(connected: Mantelpiece) -> None:
    assert connected("album", "add", "--all", "--limit", "2", "--name", "Two").code == 0
    assert connected("sync").code == 0
    for verb in (("status",), ("album", "list")):
        [album] = connected(*verb, "--json").json["albums"]
        assert (album["photos"], album["left_out"]["limit"]) == (2, album["listed"] - 2)
        [line] = [line.split() for line in connected(*verb).out.splitlines() if line.startswith("Two ")]
        assert "2" in line[1:3]
        assert "limit" in line


def test_who_asks_once_is_not_told_that_it_is_tried_again(mantelpiece: Mantelpiece, immich: StandIn) -> None:
    added = mantelpiece("server", "add", "home", "--url", DEAD, answer=immich.key)
    assert (added.code, "by itself" in added.err, "Check the address" in added.err) == (3, False, True)


def test_an_address_and_a_fingerprint_are_taken_as_they_are_copied(mantelpiece: Mantelpiece, immich: StandIn) -> None:
    pin = "sha256 Fingerprint=" + ":".join(["AB"] * 32)
    bare = immich.url.removeprefix("http://")
    added = mantelpiece("server", "add", "home", "--url", bare, "--fingerprint", pin, answer=immich.key)
    assert added.code == 0
    settings = mantelpiece("settings", "show", "--json").json["settings"]["servers"]["home"]
    assert (settings["url"], settings["fingerprint"]) == (immich.url, "ab" * 32)


def test_without_a_service_nobody_is_said_to_try_again(connected: Mantelpiece, immich: StandIn) -> None:
    assert connected("album", "add", "--all", "--name", "All").code == 0
    settings = connected.home.settings
    settings.write_text(settings.read_text().replace(immich.url, DEAD))
    synced = connected("sync")
    assert synced.code == 3
    assert "The wall goes on showing what is here; no service runs" in synced.err
    told = synced.err + connected("sync", "--json").out + connected("doctor").out
    assert "by itself" not in told


def test_what_a_key_lacks_is_told_in_one_sentence_each(mantelpiece: Mantelpiece, immich: StandIn) -> None:
    key = edit(immich, do="make_key", name="narrow", permissions=["asset.read", "album.read"])["api_key"]
    added = mantelpiece("server", "add", "home", "--url", immich.url, answer=key)
    assert added.code == 1
    assert added.err.count("The key lacks") > 3
    assert ".." not in added.err


def test_a_problem_in_the_status_names_its_album(mantelpiece: Mantelpiece, pictures: Path) -> None:
    assert mantelpiece("album", "add", "--folder", str(pictures)).code == 0
    assert mantelpiece("sync").code == 0
    pictures.rename(pictures.with_name("elsewhere"))
    mantelpiece("sync")
    assert mantelpiece("status", "-q").err.startswith("pictures: ")


def test_a_torn_settings_file_does_not_lose_the_albums_of_who_runs_no_service(
    mantelpiece: Mantelpiece, pictures: Path
) -> None:
    assert mantelpiece("album", "add", "--folder", str(pictures)).code == 0
    assert mantelpiece("sync").code == 0
    assert copy_path(mantelpiece.home).exists()
    mantelpiece.home.settings.write_text("torn = = 1")
    [album] = mantelpiece("album", "list", "--json").json["albums"]
    assert (album["name"], album["photos"]) == ("pictures", 3)


def test_our_own_data_folder_is_no_folder_of_photos(mantelpiece: Mantelpiece, pictures: Path) -> None:
    assert mantelpiece("album", "add", "--folder", str(pictures)).code == 0
    assert mantelpiece("sync").code == 0
    before = mantelpiece.files()
    refused = mantelpiece("album", "add", "--folder", str(mantelpiece.home.albums / "pictures"), "--name", "Mirror")
    assert (refused.code, "own data folder" in refused.err) == (2, True)
    assert mantelpiece.files() == before


@pytest.mark.parametrize("display", ["file:{folder}/0.jpg", "framebuffer:/dev/fb99"])
def test_a_display_that_cannot_be_is_wrong_usage(mantelpiece: Mantelpiece, pictures: Path, display: str) -> None:
    shown = mantelpiece("show", "--count", "1", "--display", display.format(folder=pictures))
    assert (shown.code, len(shown.err.splitlines()), "cable" in shown.err) == (2, 1, False)


def test_no_panel_is_larger_than_a_wall(mantelpiece: Mantelpiece, tmp_path: Path) -> None:
    shown = mantelpiece("show", "--count", "1", "--display", f"file:{tmp_path / 'wall'}", "--size", "99999x99999")
    assert (shown.code, len(shown.err.splitlines())) == (2, 1)
    assert not (tmp_path / "wall").exists()


def test_a_disk_budget_says_what_is_off_the_disk(mantelpiece: Mantelpiece, pictures: Path) -> None:
    assert mantelpiece("album", "add", "--folder", str(pictures)).code == 0
    assert mantelpiece("sync").code == 0
    mantelpiece("settings", "set", "mirror.budget_gb", "0.000001")
    synced = mantelpiece("sync", "--json").json["albums"]["pictures"]
    for verb in (("status",), ("album", "list")):
        [album] = mantelpiece(*verb, "--json").json["albums"]
        assert album["off_disk"] == synced["off_disk"] > 0
        assert f"off disk {album['off_disk']}" in mantelpiece(*verb).out


def test_the_server_of_a_shared_link_is_no_second_choice(connected: Mantelpiece, immich: StandIn) -> None:
    with connected.home.settings.open("a") as file:
        file.write('\n[servers.of-a-link]\nurl = "http://127.0.0.1:9"\n')
    added = connected("album", "add", "Holidays", "--json")
    assert (added.code, added.json["album"]["server"]) == (0, "home")


def test_the_readmes_first_steps_work_as_they_are_written(mantelpiece: Mantelpiece, immich: StandIn) -> None:
    readme = Path(__file__).parents[3].joinpath("README.md").read_text("utf-8")
    written = re.findall(r"~/mantelpiece-env/bin/mantelpiece (.+)", readme.partition("## With your Immich")[2])
    steps = [step.replace("https://photos.example.org", immich.url).replace("Holidays", next(iter(immich.albums)))
             for step in written]  # fmt: skip
    assert [step.split()[:2] for step in steps] == [["server", "add"], ["album", "list"], ["album", "add"], ["run`"]]
    for step in steps[:-1]:
        said = mantelpiece(*shlex.split(step), answer=immich.key)
        assert (said.code, said.err) == (0, ""), step


def test_of_several_servers_the_one_to_list_is_asked_for(connected: Mantelpiece, immich: StandIn) -> None:
    assert connected("server", "add", "second", "--url", immich.url, answer=immich.key).code == 0
    unclear = connected("album", "list", "--on-server")
    assert (unclear.code, "Choose one with --on-server" in unclear.err) == (2, True)
    assert connected("album", "list", "--on-server", "second", "--json").json["albums"]


def test_a_key_that_is_not_here_is_not_called_a_wrong_one(connected: Mantelpiece) -> None:
    """As after a restore: no backup has a key in it."""
    assert connected("album", "add", "--all", "--limit", "2").code == 0
    connected.home.secrets.unlink()
    said = connected("sync")
    assert said.code == 3
    assert "There is no key for this server here. Give it with 'mantelpiece server add'" in said.err


def test_a_setting_is_shown_as_it_may_be_typed_again(mantelpiece: Mantelpiece) -> None:
    assert mantelpiece("settings", "set", "wall.interval_seconds", "45").out == "wall.interval_seconds = 45\n"
    shown = mantelpiece("settings", "show").out
    assert not re.search(r"True|False|\(\)|\[\]", shown)
    assert mantelpiece("settings", "show", "wall.pairs").out == "true\n"
    section = mantelpiece("settings", "show", "wall", "--json", MANTELPIECE_WALL_LAYOUT="fill").json
    assert (section["value"]["interval_seconds"], section["pinned"]) == (45, ["wall.layout"])
    assert {line.split(".")[0] for line in mantelpiece("settings", "show", "wall").out.splitlines()[1:]} == {"wall"}


@pytest.mark.parametrize("group", ["album", "smart", "ingest", "writeback", "jobs"])
def test_what_a_verb_does_is_not_cut_off_in_the_help(mantelpiece: Mantelpiece, group: str) -> None:
    assert not re.search(r"\w\.\.\.", mantelpiece(group, "--help").out)


def test_a_display_that_is_nowhere_is_no_good_news(mantelpiece: Mantelpiece) -> None:
    found = mantelpiece("doctor", "--json", DISPLAY="", WAYLAND_DISPLAY="").json["findings"]
    said = {(one["verdict"], one["sentence"]) for one in found if one["check"] == "display"}
    assert ("ok", "The wall would appear on none.") not in said


def test_a_refused_value_is_not_said_to_be_used_otherwise(connected: Mantelpiece) -> None:
    refused = connected("album", "add", "--all", "--limit", "-3")
    assert (refused.code, "instead" in refused.err, refused.err.count("Nothing was changed.")) == (2, False, 1)


def test_a_negative_value_is_a_value_not_an_option(mantelpiece: Mantelpiece) -> None:
    refused = mantelpiece("settings", "set", "mirror.budget_gb", "-1")
    assert (refused.code, refused.err.startswith("mirror.budget_gb = ")) == (2, True)


def test_show_also_tells_its_errors_as_json(mantelpiece: Mantelpiece, pictures: Path) -> None:
    nothing = mantelpiece("show", "--count", "1", "--display", "none", "--json")
    assert (nothing.code, nothing.json["exit_code"], nothing.err) == (1, 1, "")
    wrong = mantelpiece("show", "--count", "1", "--display", f"file:{pictures}/0.jpg", "--json")
    assert (wrong.code, wrong.json["kind"], wrong.err) == (2, "UsageError", "")


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("", "Unnamed album"),
        (" \n\u202e ", "Unnamed album"),
        ("\u202eevil\nname", "evil name"),
        ("x" * 200, "x" * 120),
        ("a" * 119 + " b", "a" * 119),
        ("Küche 😀", "Küche 😀"),
    ],
)
def test_an_album_of_any_name_there_has_one_here(there: str, here: str) -> None:
    assert album_name(fitting_name(there)) == here


def test_a_folder_of_an_odd_name_is_added_without_a_question(mantelpiece: Mantelpiece, tmp_path: Path) -> None:
    (tmp_path / "new\nline").mkdir()
    assert mantelpiece("album", "add", "--folder", str(tmp_path / "new\nline")).code == 0
    assert mantelpiece("album", "list", "--json").json["albums"][0]["name"] == "new line"
