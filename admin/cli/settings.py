"""`mantelpiece settings`: the settings file, seen and changed without losing a comment."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.verb import Call, prepared, verb
from sync.errors import UsageError
from sync.jobs.wake import ring
from sync.settings.cautions import cautions
from sync.settings.edit import set_value, unset
from sync.settings.last_good import Kept
from sync.settings.reading import parse_value, plain_hint
from sync.settings.tree import Settings
from sync.smart.written import problem_of


@click.group("settings", cls=Verbs)
def command() -> None:
    """The settings file: show, set, unset, check."""


@verb("show")
@click.argument("key", required=False, metavar="[SETTING|SECTION]")
def show(call: Call, *, key: str | None) -> int:
    """The settings in use; those that differ from the default or are pinned by the environment say so.

    \b
    Examples:
      mantelpiece settings show
      mantelpiece settings show wall
      mantelpiece settings show wall.layout
    """
    kept = call.settings()
    tree = msgspec.to_builtins(kept.settings)
    if key is None:
        _show_all(call, kept, tree)
    elif isinstance(tree.get(key), dict):
        pinned = sorted(name for name in kept.pinned if name.startswith(f"{key}."))
        call.output.result({"key": key, "value": tree[key], "pinned": pinned})
        _tell(_flat({key: tree[key]}, ""), call, kept)
    else:
        _show_one(call, kept, key)
    return 0


def _show_one(call: Call, kept: Kept, key: str) -> None:
    try:
        plain_hint(key)
    except ValueError as error:
        raise UsageError(str(error)) from None
    value = _flat(msgspec.to_builtins(kept.settings), "")[key]
    call.output.result({"key": key, "value": value, "pinned": key in kept.pinned})
    call.output.say(_written(value))


def _show_all(call: Call, kept: Kept, tree: dict[str, Any]) -> None:
    problems = [{"key": problem.key, "problem": problem.sentence} for problem in kept.problems]
    call.output.result(
        {"file": str(call.home.settings), "settings": tree, "pinned": sorted(kept.pinned), "problems": problems}
    )
    call.output.say(f"{call.home.settings}")
    _tell(_flat(tree, ""), call, kept)
    for album in kept.settings.albums:
        call.output.say(f"album {album.name}: {album.source.value} {album.server or album.folder}".rstrip())
    for smart in kept.settings.smart:
        call.output.say(f"smart album {smart.name}: {smart.mode.value} {smart.server}".rstrip())
    for root in kept.settings.writeback:
        call.output.say(f"folder of originals {root.name}: {root.folder}")
    for inbox in kept.settings.inboxes:
        call.output.say(f"inbox {inbox.name}: {inbox.folder}")
    for problem in kept.problems:
        call.output.problem(problem.sentence)


def _tell(values: dict[str, Any], call: Call, kept: Kept) -> None:
    defaults = _flat(msgspec.to_builtins(Settings()), "")
    if not values:
        return
    call.output.table(
        [(name, _written(value), "pinned by the environment" if name in kept.pinned else
          "" if value == defaults.get(name) else "set") for name, value in values.items()],
        heads=("setting", "value", ""),
    )  # fmt: skip


@verb("set", context_settings={"ignore_unknown_options": True})
@click.argument("key")
@click.argument("value")
def set_setting(call: Call, *, key: str, value: str) -> int:
    """Set one value; it is checked first, and takes effect at once.

    \b
    Examples:
      mantelpiece settings set wall.interval_seconds 60
      mantelpiece settings set wall.layout fit
    """
    try:
        parse_value(key, value)
    except ValueError as error:
        raise UsageError(str(error)) from None
    understood = set_value(prepared(call).home, key, value)
    ring(call.home)
    call.output.result({"key": key, "value": understood})
    call.output.say(f"{key} = {_written(understood)}")
    return 0


@verb("unset")
@click.argument("key")
def unset_setting(call: Call, *, key: str) -> int:
    """Take one value out of the file: the default holds again."""
    changed = unset(call.home, key) if call.home.settings.exists() else _is_set(key)
    ring(call.home)
    call.output.result({"key": key, "changed": changed})
    call.output.say(f"{key} has its default again." if changed else f"{key} was not set.")
    return 0


@verb("check")
def check(call: Call) -> int:
    """Read the settings as the services do and say what is wrong with them. Exit code 2 where something is.

    What is sound and yet deserves a second look is told too.
    """
    kept = call.settings()
    problems = [(one.key, one.sentence) for one in kept.problems]
    rules = ((f"smart.{smart.name}", problem_of(smart)) for smart in kept.settings.smart)
    problems += [(key, f"{key}: {said}") for key, said in rules if said]
    doubts = cautions(kept.settings)
    told = {"problems": [{"key": key, "problem": sentence} for key, sentence in problems]}
    call.output.result(told | {"cautions": doubts})
    for sentence in [*(sentence for _, sentence in problems), *doubts]:
        call.output.problem(sentence)
    if not problems:
        call.output.say(f"{call.home.settings} is in order.")
    return 2 if problems else 0


def _is_set(key: str) -> bool:
    """False, for a key that there is; UsageError for one that there is not."""
    try:
        plain_hint(key)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return False


def _written(value: Any) -> str:
    """As it may be typed again: true and 3, where Python would say True and 3.0."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _flat(tree: dict[str, Any], prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if key in ("servers", "albums", "smart", "writeback", "inboxes") and not prefix:
            continue
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


for _verb in (show, set_setting, unset_setting, check):
    command.add_command(_verb)
