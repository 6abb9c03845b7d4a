"""README and docs say what is so: their links lead somewhere; their commands, settings and rules are understood."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from admin.cli.program import mantelpiece
from sync.settings.reading import parse_text, parse_value, plain_hint
from sync.settings.tree import Settings
from sync.smart import parse as rules

TOP = Path(__file__).parents[1]
PAGES = [TOP / "README.md", TOP / "CHANGELOG.md", *sorted((TOP / "docs").glob("*.md"))]
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
SECTIONS = "|".join(name for name in Settings.__struct_fields__)
SERVER = '[servers.home]\nurl = "https://photos.example.org"\n'
OTHER_NAMES = {"favorite", "is_favorite", "asset_type"}
"""Words of the replaced tools, which mean the same as one of ours."""


def each(page: Path) -> str:
    return str(page.relative_to(TOP))


def spans(page: Path) -> list[str]:
    """What stands between backticks in running text and tables."""
    return [span.replace("\\|", "|") for span in re.findall(r"`([^`\n]+)`", FENCED.sub("", page.read_text()))]


def links(page: Path) -> Iterator[tuple[str, str]]:
    """(file, heading) of each link into this repository."""
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", page.read_text())):
        if "://" not in target:
            yield target.partition("#")[0], target.partition("#")[2]


def headings(page: Path) -> set[str]:
    """As they are called in an address."""
    found = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def commands(page: Path) -> list[str]:
    """Everything that mantelpiece is told to do, without its own name."""
    lines = [line for _, block in FENCED.findall(page.read_text()) for line in block.splitlines()]
    before = r" *(?:podman exec .*mantelpiece |~/mantelpiece-env/bin/)?"
    written = [re.fullmatch(f"{before}mantelpiece (.+)", line) for line in [*lines, *spans(page)]]
    return [found[1] for found in written if found]


def understand(words: list[str]) -> None:
    """Raises UsageError as the command line does."""
    command: click.Command | None = mantelpiece
    context = click.Context(mantelpiece)
    while isinstance(command, click.Group) and words:
        name, command, words = command.resolve_command(context, words)
        context = click.Context(command or mantelpiece, info_name=name, parent=context)
    if command is not None and "--help" not in words and not isinstance(command, click.Group):
        command.make_context(command.name, words)


@pytest.mark.parametrize("page", PAGES, ids=each)
def test_every_link_leads_to_a_page_and_a_heading_that_are_there(page: Path) -> None:
    for file, heading in links(page):
        target = (page.parent / file).resolve() if file else page
        assert target.is_file(), f"{file} is not there"
        assert not heading or heading in headings(target), f"{file}#{heading} is not there"


def test_every_page_is_found_from_the_readme() -> None:
    found, news = {TOP / "README.md"}, [TOP / "README.md"]
    while news:
        page = news.pop()
        linked = {(page.parent / file).resolve() for file, _ in links(page) if file.endswith(".md")}
        news += linked - found
        found |= linked
    assert set((TOP / "docs").glob("*.md")) <= found


@pytest.mark.parametrize("page", PAGES, ids=each)
def test_every_command_is_understood(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in commands(page):
        words = [re.sub(r"^(\w+)(\|\w+)+$", r"\1", word) for word in shlex.split(command, comments=True)]
        try:
            understand(words)
        except click.UsageError as error:
            pytest.fail(f"mantelpiece {command}: {error.format_message()}")
        if words[:2] == ["settings", "set"] and not words[2].isupper():
            parse_value(words[2], words[3])


@pytest.mark.parametrize("page", PAGES, ids=each)
def test_every_setting_that_is_named_is_one(page: Path) -> None:
    named = [re.fullmatch(rf"((?:{SECTIONS})\.(?!py$)[a-z_]+)(?: .+)?", span) for span in spans(page)]
    for key in [found[1] for found in named if found]:
        plain_hint(key)


@pytest.mark.parametrize("page", PAGES, ids=each)
def test_every_piece_of_a_settings_file_is_read_without_a_problem(page: Path) -> None:
    pieces = [block for kind, block in FENCED.findall(page.read_text()) if kind == "toml"]
    loaded = parse_text(SERVER + "".join(pieces))
    assert loaded.problems == ()
    for smart in loaded.settings.smart:
        rules.parse(smart.rule)


def test_every_test_of_a_rule_is_explained_and_understood_as_it_is_written() -> None:
    table = (TOP / "docs" / "smart-albums.md").read_text().partition("| test |")[2].partition("\n\n")[0]
    written = re.findall(r"`([^`]+)`", "".join(row.split("|")[1] for row in table.splitlines()[2:]))
    for span in written:
        if "=" in span:
            rules.parse(tomllib.loads(span))
    assert {re.split(r"\W", span)[0] for span in written} == set(rules._TESTS) - OTHER_NAMES
    assert set(rules._QUALIFIERS) <= set(re.findall(r"\w+", table))
