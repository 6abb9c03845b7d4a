"""Changing the settings keeps every comment and key that the change does not concern, or changes nothing."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.errors import UsageError
from sync.home import Home, prepare
from sync.settings.edit import add_album, change_inbox, put_server, remove_album, remove_server, set_value, unset
from sync.settings.reading import load

BEFORE = """\
# The owner's own words.
future = "unknown to this version"   # kept

[servers.home] # the cellar
url = "http://a"
# above b
[servers.b]
url = "http://b"

# about the first album
[[albums]]
name = "A"  # first
server = "home"
id = "1"

# about the second album
[[albums]]
name = "B"
server = "home"
id = "2"
[wall]
layout = "fit" # as on the old frame
"""


def tree(home: Home) -> dict[str, object]:
    return tomllib.loads(home.settings.read_text())


EDITS: dict[str, tuple[Callable[[Home], object], str, str]] = {
    # what is done, the lines that go, the lines that come
    "set": (lambda home: set_value(home, "wall.layout", "blur"),
            'layout = "fit" # as on the old frame', 'layout = "blur" # as on the old frame'),
    "set in a new section": (lambda home: set_value(home, "mirror.budget_gb", "10"),
                             "", "\n[mirror]\nbudget_gb = 10.0"),
    "set at the top": (lambda home: set_value(home, "language", "de"), "", 'language = "de"'),
    "unset": (lambda home: unset(home, "wall.layout"), 'layout = "fit" # as on the old frame', ""),
    "a server's address": (lambda home: put_server(home, "home", {"url": "http://c"}),
                           'url = "http://a"', 'url = "http://c"'),
    "a server goes": (lambda home: remove_server(home, "b"), '[servers.b]\nurl = "http://b"', ""),
    "the first album goes": (lambda home: remove_album(home, "a"),
                             '[[albums]]\nname = "A"  # first\nserver = "home"\nid = "1"', ""),
    "the last album goes": (lambda home: remove_album(home, "B"),
                            '[[albums]]\nname = "B"\nserver = "home"\nid = "2"', ""),
    "an album comes": (lambda home: add_album(home, {"name": "C", "source": "folder", "folder": "/x"}),
                       "", '[[albums]]\nname = "C"\nsource = "folder"\nfolder = "/x"'),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "goes", "comes"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_changes_its_own_lines_and_no_others(
    home: Home, edit: Callable[[Home], object], goes: str, comes: str
) -> None:
    home.settings.write_text(BEFORE)
    edit(home)
    after = home.settings.read_text().splitlines()
    wanted = sorted(line for line in BEFORE.splitlines() if line not in goes.splitlines() or BEFORE.count(line) > 1)
    for line in {*goes.splitlines()}:
        if BEFORE.splitlines().count(line) > 1:
            wanted.remove(line)
    wanted += comes.splitlines()
    assert sorted(filter(None, after)) == sorted(filter(None, wanted))
    assert load(home.settings, environ={}).problems == load_text_problems(BEFORE)


def load_text_problems(text: str) -> tuple[object, ...]:
    from sync.settings.reading import parse_text

    return parse_text(text).problems


REFUSALS: dict[str, Callable[[Home], object]] = {
    "a bad value": lambda home: set_value(home, "wall.layout", "x"),
    "an unknown key": lambda home: set_value(home, "wall.layuot", "fit"),
    "an unknown time zone": lambda home: set_value(home, "time_zone", "Mars/Olympus"),
    "a whole list": lambda home: set_value(home, "albums", "x"),
    "unset of an unknown key": lambda home: unset(home, "wall.nothing"),
    "a server in use": lambda home: remove_server(home, "home"),
    "an unknown server": lambda home: remove_server(home, "hame"),
    "a second album of a name": lambda home: add_album(home, {"name": "a", "server": "home", "id": "9"}),
    "an album of an unknown server": lambda home: add_album(home, {"name": "Z", "server": "x"}),
    "an album with a bad limit": lambda home: add_album(home, {"name": "Z", "server": "home", "limit": -1}),
    "an unknown album": lambda home: remove_album(home, "Z"),
    "an unknown inbox": lambda home: change_inbox(home, "Z", {"paused": True}),
    "a server with too many requests": lambda home: put_server(home, "b", {"url": "http://b", "requests": 99}),
}


@pytest.mark.parametrize("edit", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refused_edit_is_one_sentence_and_leaves_the_file_to_the_byte(
    home: Home, edit: Callable[[Home], object]
) -> None:
    home.settings.write_text(BEFORE)
    with pytest.raises(UsageError) as caught:
        edit(home)
    assert caught.value.sentence.count("\n") == 0
    assert home.settings.read_text() == BEFORE


@pytest.mark.parametrize("text", ["[wall", "\0", 'a = "\n"'], ids=["torn", "zero", "bad text"])
def test_a_file_that_is_no_toml_is_left_alone(home: Home, text: str) -> None:
    home.settings.write_text(text)
    with pytest.raises(UsageError, match="not valid TOML"):
        set_value(home, "wall.layout", "fit")
    assert home.settings.read_text() == text


def test_a_pinned_value_is_refused_with_the_reason(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANTELPIECE_WALL_LAYOUT", "fill")
    with pytest.raises(UsageError, match="MANTELPIECE_WALL_LAYOUT"):
        set_value(home, "wall.layout", "fit")
    assert not home.settings.exists()


def test_inline_albums_are_edited_too(home: Home) -> None:
    home.settings.write_text('albums = [{name = "A", source = "folder", folder = "/a"}] # inline\n')
    add_album(home, {"name": "B", "source": "folder", "folder": "/b"})
    remove_album(home, "A")
    assert [album.name for album in load(home.settings).settings.albums] == ["B"]
    assert "# inline" in home.settings.read_text()


def test_edits_at_the_same_time_are_all_kept(home: Home) -> None:
    program = (
        "import sys; from pathlib import Path; from sync.home import Home; from sync.settings.edit import put_server\n"
        "root, runtime, name = sys.argv[1:]\n"
        "put_server(Home(Path(root), Path(runtime)), name, {'url': 'http://' + name})"
    )
    names = [f"s{number}" for number in range(6)]
    running = [subprocess.Popen([sys.executable, "-c", program, str(home.root), str(home.runtime), name])
               for name in names]  # fmt: skip
    assert [process.wait(180) for process in running] == [0] * 6
    assert sorted(load(home.settings).settings.servers) == names


COMMENT = st.text("abcdefghijklm öé", min_size=1, max_size=12).map(lambda text: f"# {text.strip() or 'x'}")
NAME = st.sampled_from(["A", "B", "C", "ä b", "d.e"])


@st.composite
def files(draw: st.DrawFn) -> str:
    """A settings file as people write them: sections in any order, comments everywhere, keys of other versions."""
    blocks = [f'[servers.home]\nurl = "http://a"\n{draw(COMMENT)}\n']
    blocks += [f'{draw(COMMENT)}\n[[albums]]\nname = "{name}" {draw(COMMENT)}\nserver = "home"\nmine = 1\n'
               for name in draw(st.lists(NAME, unique=True, max_size=3))]  # fmt: skip
    if draw(st.booleans()):
        blocks.append(f"[wall] {draw(COMMENT)}\n{draw(COMMENT)}\nnew_thing = [1, 2]\ninterval_seconds = 5\n")
    albums = [block for block in blocks if "[[albums]]" in block]
    others = draw(st.permutations([block for block in blocks if "[[albums]]" not in block]))
    place = draw(st.integers(0, len(others)))
    return f"{draw(COMMENT)}\n" + "\n".join([*others[:place], *albums, *others[place:]])


VALUES = [("wall.interval_seconds", "9"), ("language", "de"), ("log.level", "debug")]
EDIT = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(VALUES)),
    st.tuples(st.just("unset"), st.sampled_from(["wall.interval_seconds", "language"])),
    st.tuples(st.just("add"), NAME),
    st.tuples(st.just("remove"), NAME),
    st.tuples(st.just("server"), st.sampled_from(["home", "other"])),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=files(), edits=st.lists(EDIT, min_size=1, max_size=5))
def test_no_edit_ever_loses_a_comment_or_an_unknown_key(
    tmp_path_factory: pytest.TempPathFactory, text: str, edits: list[tuple[str, object]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("edit")
    home = Home(root=folder / "home", runtime=folder / "run")
    prepare(home)
    home.settings.write_text(text)
    lost_lines: set[str] = set()
    for kind, what in edits:
        if kind == "set":
            set_value(home, *what)  # type: ignore[misc]
        elif kind == "unset":
            unset(home, str(what))
        elif kind == "server":
            put_server(home, str(what), {"url": "http://z"})
        else:
            albums = [album.name for album in load(home.settings, environ={}).settings.albums]
            if kind == "add" and what not in albums:
                add_album(home, {"name": what, "server": "home"})
            elif kind == "remove" and what in albums:
                lost_lines |= {line for line in text.splitlines() if line.startswith(f'name = "{what}"')}
                remove_album(home, str(what))
    after = home.settings.read_text()
    for line in text.splitlines():
        if "#" in line and line not in lost_lines:
            assert line[line.index("#"):] in after
    if "new_thing" in text:
        assert tomllib.loads(after)["wall"]["new_thing"] == [1, 2]
