"""`mantelpiece writeback` as a person calls it: taken over, seen beforehand, run, explained, counted, taken back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.cli.conftest import Mantelpiece
from tests.fakes.writeback import INSIDE, Originals, originals_of, photo, scan, tags_of


@pytest.fixture
def originals(tmp_path: Path) -> Iterator[Originals]:
    made = originals_of(tmp_path / "there", 3, "2024/a.jpg", "2024/b.jpg")
    made.server.edits.describe("a.jpg", "On the beach")
    yield made
    made.server.stop()


def test_from_the_old_configuration_to_a_run_that_is_taken_back(
    mantelpiece: Mantelpiece, originals: Originals, tmp_path: Path
) -> None:
    url = originals.server.url
    assert mantelpiece("server", "add", "home", "--url", url, answer=originals.server.api_key).code == 0
    old = tmp_path / "immich-sync.conf"
    old.write_text(f"[immich]\nIMMICH_INSTANCE_URL = {url}/\nIMMICH_PHOTO_DIR = {originals.folder}\n")
    taken = mantelpiece("writeback", "import", str(old), "--flags", "--caption", "--name", "archive", "--json")
    assert taken.code == 0, taken.err
    assert taken.json["root"]["prefix"] == INSIDE
    assert taken.json["probe"]["there"] == 2
    assert mantelpiece("writeback", "import", str(old), "--name", "archive").code == 2
    (root,) = mantelpiece("writeback", "list", "--json").json["roots"]
    assert root["modules"] == ["caption"]
    shown = mantelpiece("writeback", "preview", "--json").json
    (item,) = shown["items"]
    assert item["what"].endswith("a.jpg")
    stats = tmp_path / "counts.csv"
    done = mantelpiece("writeback", "run", "--plan", shown["plan"], "--stats", str(stats))
    assert "1 of 2 photos written" in done.out, done.err
    rows = {row["Metric"]: int(row["Value"]) for row in csv.DictReader(stats.open())}
    assert rows["total"] == 2
    assert rows["updated"] == 1
    assert {"simulated", "skipped", "file_not_found", "path_segment_mismatch", "errors"} <= rows.keys()
    path = originals.file("a.jpg")
    assert tags_of(path, "XMP-dc:Description") == {"XMP-dc:Description": "On the beach"}
    assert "says all that Immich knows" in mantelpiece("writeback", "explain", str(path)).out
    assert mantelpiece("writeback", "undo").code == 0
    assert tags_of(path, "XMP-dc:Description") == {}
    (run,) = mantelpiece("writeback", "list", "--json").json["runs"]
    assert run["undone_at"]
    again = mantelpiece("writeback", "run", "--stats", str(tmp_path / "counts.json"), "--json")
    assert json.loads((tmp_path / "counts.json").read_text())["statistics"] == again.json["counts"]


def test_a_caption_of_two_lines_stays_in_one_line_of_the_preview(
    mantelpiece: Mantelpiece, originals: Originals
) -> None:
    originals.server.edits.describe("a.jpg", "On the beach\n0 of 0 photos would be written.")
    url, key = originals.server.url, originals.server.api_key
    assert mantelpiece("server", "add", "home", "--url", url, answer=key).code == 0
    root = ("--folder", str(originals.folder), "--server", "home", "--name", "archive")
    assert mantelpiece("writeback", "import", "--environment", "--flags", "--caption", *root).code == 0
    shown = mantelpiece("writeback", "preview").out.splitlines()
    assert not [line for line in shown if line.startswith("0 of 0")]
    assert "On the beach ⏎ 0 of 0 photos would be written." in "\n".join(shown)


def test_much_is_taken_out_only_where_somebody_says_yes(
    mantelpiece: Mantelpiece, originals: Originals, tmp_path: Path
) -> None:
    names = ("a.jpg", "b.jpg", "c.jpg")
    photo(originals.folder / "c.jpg")
    scan(originals.server)
    for name in names:
        originals.server.edits.describe(name, "On the beach")
    url = originals.server.url
    assert mantelpiece("server", "add", "home", "--url", url, answer=originals.server.api_key).code == 0
    root = ("--folder", str(originals.folder), "--server", "home", "--name", "archive")
    taken = mantelpiece("writeback", "import", "--environment", "--flags", "--caption", *root)
    assert taken.code == 0, taken.err
    assert mantelpiece("writeback", "run").code == 0
    for name in names:
        originals.server.edits.describe(name, "")
    held = mantelpiece("writeback", "run")
    assert held.code == 4
    assert "of caption would be taken out of 3 photos" in held.err
    assert "3 wait for your yes" in mantelpiece("writeback", "list").out
    assert mantelpiece("writeback", "run", "--take-out").code == 0
    assert [tags_of(originals.file(name), "XMP-dc:Description") for name in names] == [{}] * 3


def test_what_is_wrong_is_said_before_anything_is_done(mantelpiece: Mantelpiece, tmp_path: Path) -> None:
    assert "There is no root 'x'" in mantelpiece("writeback", "run", "x").err
    assert "must end with .json or .csv" in mantelpiece("writeback", "run", "--stats", "x.txt").err
    assert "is not set up here" in mantelpiece("writeback", "import", "--folder", str(tmp_path)).err
    assert "Nothing says where the originals lie" in mantelpiece("writeback", "import").err
