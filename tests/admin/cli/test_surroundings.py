"""What a verb meets around it: a terminal's encoding, a home that cannot be, a reader that went away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from admin.cli.owner import not_yours
from sync.home import Home
from tests.admin.cli.conftest import Mantelpiece

NAME = "Küche 東京 🎉 →"


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp437"])
def test_a_sign_that_the_terminal_lacks_ends_no_verb(mantelpiece: Mantelpiece, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "photos").mkdir()
    terminal = {"PYTHONIOENCODING": encoding}
    added = _bytes(mantelpiece, "album", "add", "--folder", str(tmp_path / "photos"), "--name", NAME, **terminal)
    assert (added.returncode, added.stderr) == (0, b"")
    for words in (["album", "list"], ["settings", "show"], ["status"], ["doctor"]):
        said = _bytes(mantelpiece, *words, **terminal)
        assert said.returncode == 0 and b"Traceback" not in said.stderr, words
    told = _bytes(mantelpiece, "album", "list", "--json", **terminal)
    assert json.loads(told.stdout)["albums"][0]["name"] == NAME


def _bytes(mantelpiece: Mantelpiece, *words: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = mantelpiece.environment | variables
    command = [sys.executable, "-m", "admin.cli", *words]
    return subprocess.run(command, capture_output=True, env=environment, timeout=180)


@pytest.mark.parametrize(
    ("home", "why"),
    [
        ("file", "there is a file of that name"),
        ("file/below", "Not a directory"),
        ("/proc/none", "No such file or directory"),
    ],
)
def test_a_home_that_cannot_be_is_told_with_what_to_do(
    mantelpiece: Mantelpiece, tmp_path: Path, home: str, why: str
) -> None:
    (tmp_path / "file").write_text("mine")
    place = str(tmp_path / home)
    for words in (["settings", "set", "wall.layout", "fit"], ["sync"], ["run"]):
        said = mantelpiece(*words, MANTELPIECE_HOME=place)
        assert said.code == 2
        assert f"{place} cannot hold the data: {why}. Set MANTELPIECE_HOME" in said.err
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("words", ["album list", "status", "settings show", "sync --json", "doctor -q"])
def test_a_mistyped_variable_is_told_once_by_every_verb(mantelpiece: Mantelpiece, words: str) -> None:
    said = mantelpiece(*words.split(), MANTELPIECE_WALL_LAYUOT="fit")
    assert said.err.count("MANTELPIECE_WALL_LAYUOT is no variable") == 1
    assert "Did you mean 'MANTELPIECE_WALL_LAYOUT'?" in said.err


@pytest.mark.skipif(os.getuid() != 0, reason="who is not root cannot become another")
@pytest.mark.parametrize("words", ["status", "album list", "sync --json", "settings set wall.layout fit"])
def test_somebody_elses_data_are_told_with_what_to_type(connected: Mantelpiece, words: str) -> None:
    for folder in (connected.home.root, *connected.home.root.parents):
        if folder.stat().st_uid == 0 and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o711)
    with tempfile.TemporaryDirectory() as runtime:
        os.chown(runtime, 65534, 65534)
        variables = connected.environment | {"XDG_RUNTIME_DIR": runtime}
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, *words.split()], capture_output=True, text=True,
                              env=variables, timeout=60)  # fmt: skip
    assert done.returncode == 2
    said = json.loads(done.stdout) if "--json" in words else {"error": done.stderr, "advice": done.stderr}
    assert f"The data in {connected.home.root} belong to root, and you are nobody." in said["error"]
    assert f"sudo -u root env MANTELPIECE_HOME={connected.home.root} mantelpiece" in said["advice"]


@pytest.mark.skipif(os.getuid() != 0, reason="who is not root cannot become another")
@pytest.mark.parametrize("words", ["status", "settings show"])
def test_a_services_folder_that_is_closed_is_there_all_the_same(words: str) -> None:
    closed = "import sync.home, pathlib\nsync.home.SERVICE_HOME = pathlib.Path(os.environ.pop('SERVICE'))\n"
    program = AS_NOBODY.replace("os.setgid", f"{closed}os.setgid", 1)
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as runtime:
        Path(home, ".mantelpiece").touch()
        os.chown(runtime, 65534, 65534)
        variables = {name: value for name, value in os.environ.items() if not name.startswith("MANTELPIECE_")}
        done = subprocess.run([sys.executable, "-c", program, *words.split()], capture_output=True, text=True,
                              env=variables | {"XDG_RUNTIME_DIR": runtime, "SERVICE": home}, timeout=60)  # fmt: skip
    assert (done.returncode, done.stderr.count("Traceback")) == (2, 0), done.stderr
    assert f"The data in {home} belong to root, and you are nobody." in done.stderr


AS_NOBODY = """
import importlib, os, sys
from admin.cli.program import VERBS, main
from admin.cli import start
for module, _ in VERBS.values():
    importlib.import_module(module)  # the interpreter may lie in a folder that is root's alone
os.setgid(65534)
os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("home", "sentence", "advice"),
    [
        ("mine", "{place}: permission denied.", "Check whose it is"),
        ("theirs", "The data in {home} belong to nobody, and you are root.", "sudo -u nobody env MANTELPIECE_HOME="),
        ("service", "The data in {home} belong to nobody, and you are root.", "sudo mantelpiece"),
        ("data", "The data in {home} belong to nobody, and you are root.", "'chown -R 0 FOLDER'"),
    ],
)
def test_what_is_refused_says_whose_it_is(tmp_path: Path, home: str, sentence: str, advice: str) -> None:
    root, place = tmp_path / home, tmp_path / home / "private" / "x"
    root.mkdir()
    if home != "mine":
        os.chown(root, 65534, 65534)
    refused = PermissionError(13, "Permission denied", str(place))
    said = not_yours(refused, Home(root, tmp_path / "run"), service_home=tmp_path / "service",
                     container_home=tmp_path / "data")  # fmt: skip
    assert said[0] == sentence.format(place=place, home=root)
    assert advice in said[1]


def test_what_is_refused_without_a_name_is_said_too(tmp_path: Path) -> None:
    for refused in (PermissionError(13, "Permission denied", 5), PermissionError(13, "Permission denied")):
        assert not_yours(refused, Home(tmp_path, tmp_path))[0] == "Permission denied."


def test_the_history_is_one_json_value_or_a_run_a_line(connected: Mantelpiece) -> None:
    lines = [json.loads(line) for line in connected("jobs", "export").out.splitlines()]
    assert connected("jobs", "export", "--json").json == {"runs": lines} and lines
    both = connected("jobs", "export", "--json", "--format", "csv")
    assert both.code == 2 and "give one of them" in both.json["error"]


@pytest.mark.parametrize("words", ["status", "album list --json", "jobs export", "--help", "settings show", "doctor"])
def test_a_reader_that_went_away_is_no_trouble(connected: Mantelpiece, words: str) -> None:
    verb = subprocess.Popen(
        [sys.executable, "-m", "admin.cli", *words.split()],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=connected.environment,
    )  # fmt: skip
    assert verb.stdout is not None and verb.stderr is not None
    verb.stdout.close()
    assert (verb.stderr.read(), verb.wait(180)) == (b"", 1)


def test_the_wall_ends_when_nobody_reads_its_lines_any_more(mantelpiece: Mantelpiece, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (64, 48), "red").save(tmp_path / "photos" / "a.jpg")
    mantelpiece("album", "add", "--folder", str(tmp_path / "photos"))
    mantelpiece("sync")
    wall = mantelpiece.start("show", "--display", "none", "--interval", "0", "--count", "100000")
    assert wall.stdout is not None and wall.stderr is not None
    assert wall.stdout.readline().startswith("a.jpg")
    wall.stdout.close()
    assert (wall.stderr.read(), wall.wait(180)) == ("", 0)


@pytest.mark.parametrize("closed", [(0,), (1, 2), (0, 1, 2)], ids=str)
def test_closed_descriptors_are_as_good_as_empty_ones(mantelpiece: Mantelpiece, closed: tuple[int, ...]) -> None:
    def close() -> None:
        for descriptor in closed:
            os.close(descriptor)

    for words, code in ((["server", "add", "home", "--url", "http://127.0.0.1:1"], 2), (["sync"], 0)):
        command = [sys.executable, "-m", "admin.cli", *words]
        done = subprocess.run(command, env=mantelpiece.environment, capture_output=True, preexec_fn=close, timeout=180)
        assert (done.returncode, b"Traceback" in done.stderr) == (code, False), words


@pytest.mark.parametrize("words", ["status", "doctor", "show --display none", "run"])
def test_ctrl_c_is_no_traceback_while_it_is_loading(mantelpiece: Mantelpiece, words: str) -> None:
    for seconds in (0.05, 0.1):
        verb = subprocess.Popen(
            [sys.executable, "-c", FROM_THE_START, *words.split()], env=mantelpiece.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert verb.stdout is not None
        assert verb.stdout.readline() == b"loading\n"
        with suppress(subprocess.TimeoutExpired):
            verb.wait(seconds)
        with suppress(ProcessLookupError):
            os.killpg(verb.pid, signal.SIGINT)
        _, said = verb.communicate(timeout=180)
        assert b"Traceback" not in said, (seconds, said)


FROM_THE_START = """
import signal, sys
from importlib.abc import MetaPathFinder

class Loading(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "admin.cli.program":
            print("loading", flush=True)

signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the tests themselves were started with
sys.meta_path.insert(0, Loading())
import admin.cli
sys.exit(admin.cli.main())
"""
