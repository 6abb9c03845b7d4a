"""Bad input to a verb: one clear sentence, exit code 2, nothing changed."""

from __future__ import annotations

import io
import logging
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

import pytest

from admin.cli.program import main
from sync.home import find
from tests.admin.cli.conftest import Mantelpiece, Said, StandIn

BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "an unknown verb": (("snyc",), "Did you mean 'sync'?"),
    "a group without a verb": (("server",), "add|test|list|remove"),
    "an unknown verb of a group": (("album", "ad", "x"), "Did you mean 'add'?"),
    "an unknown option": (("sync", "--jsn"), "--json"),
    "an option without its value": (("server", "add", "x", "--url"), "requires an argument"),
    "no address": (("server", "add", "x"), "--url"),
    "an address of two words": (("server", "add", "x", "--url", "photos example.org"), "is no address"),
    "an address of another kind": (("server", "add", "x", "--url", "ftp://photos.example.org"), "is no address"),
    "an address of half a scheme": (("server", "add", "x", "--url", "http:/192.168.1.5"), "is no address"),
    "an address with a password": (("server", "add", "x", "--url", "http://a:b@c"), "must not hold a name or password"),
    "an address with a query": (("server", "add", "x", "--url", "http://a/?x=1"), "must end before"),
    "an address with a bad port": (("server", "add", "x", "--url", "http://a:99999"), "is no address"),
    "a server's name with a space": (("server", "add", "x y", "--url", "http://a"), "cannot be a server's name"),
    "an empty key": (("server", "add", "x", "--url", "http://a"), "There is no API key"),
    "a key file that is not there": (
        ("server", "add", "x", "--url", "http://a", "--key-file", "/none"), "cannot be read",
    ),
    "too many requests": (("server", "add", "x", "--url", "http://a", "--requests", "99"), "from 1 to 32"),
    "a short fingerprint": (("server", "add", "x", "--url", "http://a", "--fingerprint", "ab"), "64 hexadecimal"),
    "a server twice in other letters": (("server", "add", "HOME", "--url", "http://a"), "'home' already"),
    "an unknown server to test": (("server", "test", "hme"), "Did you mean 'home'?"),
    "an unknown server to remove": (("server", "remove", "hme"), "Did you mean 'home'?"),
    "nothing to add": (("album", "add"), "Say one thing to add"),
    "two things to add": (("album", "add", "A", "--memories"), "Say one thing to add"),
    "an album of nothing": (("album", "add", " "), "The name is empty"),
    "an unknown album": (("album", "add", "Holydays"), "Did you mean 'Holidays'?"),
    "an unknown person": (("album", "add", "--person", "Nobody"), "'Nobody'"),
    "an album of an unknown server": (("album", "add", "A", "--server", "hme"), "Did you mean 'home'?"),
    "a bad interval": (("album", "add", "--favourites", "--interval", "500"), "interval_hours"),
    "an interval that is no number": (("album", "add", "--all", "--interval", "often"), "'often'"),
    "a negative limit": (("album", "add", "--all", "--limit", "-1"), "limit"),
    "a bad pick": (("album", "add", "--all", "--pick", "newst"), "Did you mean 'newest'?"),
    "a bad keep": (("album", "add", "--all", "--keep", "orig"), "original, display"),
    "a weight of nothing": (("album", "add", "--all", "--weight", "0"), "weight"),
    "a name that steers": (("album", "add", "--all", "--name", "a\x1b[2J"), "cannot be an album's name"),
    "a folder that is none": (("album", "add", "--folder", "/none"), "is no folder"),
    "a folder with a server": (("album", "add", "--folder", "/tmp", "--server", "home"), "A folder has no server"),
    "a link that is none": (("album", "add", "--link", "http://a/photos/1"), "This is no shared link"),
    "a link with a name of its own": (("album", "add", "--link", "http://a/s/mine"), "name of its own"),
    "a password without a link": (("album", "add", "--all", "--password-file", "/none"), "belongs to --link"),
    "an album to remove": (("album", "remove", "Nothing"), "There is no album 'Nothing'"),
    "an album to preview": (("album", "preview", "Nothing"), "There is no album 'Nothing'"),
    "an import of nothing": (("album", "import", "/none.json"), "does not exist"),
    "an album to sync": (("sync", "Nothing"), "There is no album 'Nothing'"),
    "a name without its quotes": (("album", "add", "Best", "of"), "A name of several words wants quotes."),
    "a torn rule": (("album", "add", "--name", "T", "--rule", '{ people = ["Anna", '), "not valid TOML"),
    "a rule of unknown tests": (
        ("album", "add", "--name", "T", "--rule", '{ poeple = ["A"] }'), "Did you mean 'people'? Nothing was changed."
    ),
    "help as a verb": (("help",), "There is no verb 'help'. See 'mantelpiece --help'."),
    "an argument to verify": (("verify", "x"), "unexpected"),
    "a bad display size": (("show", "--size", "big", "--count", "1"), "--size"),
    "a negative count": (("show", "--count", "-1"), "--count"),
    "a part that is none": (("run", "--without", "frames"), "Did you mean 'frame'?"),
    "nothing left to run": (
        ("run", "--without", "frame", "--without", "sync", "--without", "admin"), "Nothing is left"
    ),
    "a password as an argument": (("password", "correct horse"), "unexpected"),
    "nothing kept": (("held", "ask", "A"), "Nothing in 'A' was kept by your word"),
    "nothing held": (("held", "keep", "A"), "Nothing is held in 'A'"),
    "nothing in the trash": (("trash", "restore", "7"), "The trash has no entry 7"),
    "a word for a trash id": (("trash", "restore", "x"), "'x'"),
    "an unknown kind of job": (("jobs", "run", "scrubb"), "Did you mean 'scrub'?"),
    "a job with a verb of its own": (("jobs", "run", "probe"), "not run from here"),
    "an unknown job": (("jobs", "cancel", "999"), "There is no job 999"),
    "a history of an unknown kind": (("jobs", "history", "--kind", "x"), "There is no job 'x'"),
    "an unknown setting": (("settings", "set", "wall.layuot", "fit"), "Did you mean 'wall.layout'?"),
    "a bad setting": (("settings", "set", "wall.layout", "x"), "fit, fill, blur"),
    "an unknown setting to show": (("settings", "show", "wall.layuot"), "Did you mean 'wall.layout'?"),
    "an album list of an unknown server": (("album", "list", "--on-server", "hme"), "Did you mean 'home'?"),
    "a setting of one of several": (("settings", "set", "servers.home.requests", "9"), "changed by the verbs for them"),
    "an unknown setting to unset": (("settings", "unset", "x"), "There is no setting 'x'"),
}


class InProcess(Mantelpiece):
    """Calls `main` here, for a table of so many calls; jobs still run in processes of their own."""

    def __call__(self, *words: str, answer: str = "", **variables: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "stdin", io.StringIO(answer))
            for key, value in (self.environment | variables).items():
                patch.setenv(key, value)
            code = main(list(words))
        return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def once(immich: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One connected home for the whole table: nothing in it may change."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with tempfile.TemporaryDirectory(prefix="mp") as runtime:
        environment = {"MANTELPIECE_HOME": str(tmp_path_factory.mktemp("bad") / "home"), "XDG_RUNTIME_DIR": runtime}
        called = InProcess(find(environment), environment)
        assert called("server", "add", "home", "--url", immich.url, answer=immich.key).code == 0
        yield called
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(("words", "part"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_sentence_and_code_2_and_changes_nothing(
    once: InProcess, words: tuple[str, ...], part: str
) -> None:
    before = once.files()
    said = once(*words)
    assert said.code == 2, said
    assert said.out == ""
    assert part in said.err
    assert len(said.err.splitlines()) == 1
    assert not re.search(r"[.?!][.] |\w See ", said.err), "each sentence ends once"
    assert "Traceback" not in said.err
    assert once.files() == before


@pytest.mark.parametrize("name", ["an unknown verb", "a bad setting", "an album to sync", "an unknown option"])
def test_with_json_an_error_is_json_on_standard_output(once: InProcess, name: str) -> None:
    words, part = BAD[name]
    said = once(*words, "--json")
    assert said.code == said.json["exit_code"] == 2
    assert said.json["error"]
    assert part in said.json["error"] + said.json["advice"] or name == "an unknown option"
    assert said.err == ""


def test_settings_that_are_no_toml_are_never_overwritten(mantelpiece: Mantelpiece) -> None:
    mantelpiece("settings", "set", "wall.layout", "fit")
    mantelpiece.home.settings.write_text("[wall")
    for words in (("settings", "set", "wall.layout", "fit"), ("album", "add", "--folder", "/tmp"),
                  ("settings", "check")):  # fmt: skip
        said = mantelpiece(*words)
        assert (said.code, len(said.err.splitlines())) == (2, 1), said
        assert "not valid TOML" in said.err
    assert mantelpiece.home.settings.read_text() == "[wall"


def test_bad_input_on_a_new_machine_makes_no_folder(mantelpiece: Mantelpiece) -> None:
    for words in (("sync", "A", "--jsn"), ("server", "add", "x", "--url", "x"), ("status",), ("settings", "show"),
                  ("jobs", "list"), ("held", "list"), ("album", "list"), ("settings", "set", "a", "b")):  # fmt: skip
        mantelpiece(*words)
    assert not mantelpiece.home.root.exists()
