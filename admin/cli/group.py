"""A group of verbs whose modules are imported when they are called, with a suggestion for a mistyped one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from sync.errors import did_you_mean


class Verbs(click.Group):
    """`verbs` maps a name to its module (which has a `command`) and its line in the help."""

    def __init__(self, *args: Any, verbs: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._verbs = dict(verbs or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._verbs, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._verbs:
            command: click.Command = import_module(self._verbs[cmd_name][0]).command
            return command
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            hint = "" if args[0] == "help" else did_you_mean(args[0], self.list_commands(ctx))
            raise click.UsageError(f"There is no verb {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Click's own would cut each line at 45 signs, in the middle of what a verb does.
        told = [(name, line) for name, (_, line) in self._verbs.items()]
        told += [(name, verb.get_short_help_str(limit=200)) for name, verb in self.commands.items()]
        with formatter.section("Verbs"):
            formatter.write_dl(told)
