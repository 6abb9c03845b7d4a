"""The program `mantelpiece`: finds the verb, and turns every error into one sentence and an exit code.

Exit codes: 0 done, 1 done with problems, 2 wrong usage or settings, 3 server not reachable, 4 held for a person's yes.
A verb's module is imported only when it is called, so that a short verb starts quickly on a small machine.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click

from admin.cli.group import Verbs
from admin.cli.output import Output
from admin.cli.owner import not_yours
from sync.errors import MantelpieceError
from sync.home import find
from sync.secrets import all_values, blotted

EXIT_CODES = """\b
Exit codes:
  0 done                        3 server not reachable
  1 done, with problems         4 held for your yes
  2 wrong usage or settings; nothing was changed
The most serious wins: 2, 3, 4, 1, 0."""

VERBS = {
    "run": ("admin.cli.run", "Sync, the wall and the phone page, until Ctrl-C."),
    "doctor": ("admin.cli.doctor", "What is wrong, and what to do about it."),
    "status": ("admin.cli.status", "What is going on."),
    "server": ("admin.cli.server", "Immich servers: add, test, list, remove."),
    "album": ("admin.cli.album", "What the wall shows: add, list, preview, remove, import."),
    "sync": ("admin.cli.sync", "Bring albums up to date now."),
    "smart": ("admin.cli.smart", "Albums on the server that a rule keeps: list, preview, apply, undo, import, why."),
    "writeback": (
        "admin.cli.writeback",
        "What Immich knows, in the original files: list, preview, run, undo, import, explain.",
    ),
    "ingest": (
        "admin.cli.ingest",
        "Photos from a folder into Immich: preview, run, undo, import, status, check, download.",
    ),
    "verify": ("admin.cli.verify", "Re-hash every object; fetch bad ones again."),
    "screen": ("admin.cli.screen", "The panel: on, off, or as night hours say."),
    "show": ("admin.cli.show", "The wall without sync."),
    "held": ("admin.cli.held", "Removals that wait for your yes: list, keep, remove, ask."),
    "trash": ("admin.cli.trash", "What was removed lately: list, restore."),
    "jobs": ("admin.cli.jobs", "What ran, runs and will run: list, run, cancel, history, export."),
    "notices": ("admin.cli.notices", "Mail and webhook for what is wrong or waits: list, test, password, webhook."),
    "backup": ("admin.cli.backup", "Settings and ledgers in one file, without secrets."),
    "restore": ("admin.cli.restore", "A backup back in place."),
    "password": ("admin.cli.password", "Set the phone page's password."),
    "settings": ("admin.cli.settings", "The settings file: show, set, unset, check."),
}


@click.group(cls=Verbs, verbs=VERBS, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mantelpiece", message="mantelpiece %(version)s")
def mantelpiece() -> None:
    """A photo frame for people who run Immich: it mirrors albums byte for byte and keeps showing them.

    Every verb has --help, --json, -v and -q. The data lies in $MANTELPIECE_HOME, in /var/lib/mantelpiece where the
    service is installed, else in your own data folder.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _open_what_is_closed()
    output = Output(as_json="--json" in given)
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that is not set to UTF-8: a sign that it lacks must not end the verb.
        sys.stdout.reconfigure(errors="replace")
    try:
        return _called(given)
    except click.exceptions.NoArgsIsHelpError as error:
        if error.ctx.parent is None and not output.as_json:
            click.echo(error.ctx.get_help())
            return 0
        verbs = "|".join(error.ctx.command.list_commands(error.ctx)) if isinstance(error.ctx.command, Verbs) else ""
        return output.fail("UsageError", f"Say what to do: {error.ctx.command_path} {verbs}.", "", 2)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "mantelpiece"
        sentence = error.format_message()
        sentence += "" if sentence.endswith((".", "?")) else "."
        quotes = "A name of several words wants quotes. " if "unexpected extra argument" in sentence else ""
        return output.fail("UsageError", sentence, f"{quotes}See '{path} --help'.", 2)
    except click.ClickException as error:
        return output.fail(type(error).__name__, error.format_message(), "", 2)
    except (click.Abort, KeyboardInterrupt):
        return output.fail("Cancelled", "Cancelled.", "", 1)
    except MantelpieceError as error:
        values = _secrets()
        sentence, advice = blotted(error.sentence, values), blotted(error.advice, values)
        return output.fail(error.kind, sentence, advice, error.exit_code)
    except BrokenPipeError:
        # Who read went away; what is still to be written goes nowhere, or the interpreter would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except sqlite3.Error as error:
        return output.fail("LibraryError", f"The library cannot be used: {error}.", "See 'mantelpiece doctor'.", 1)
    except PermissionError as error:
        return output.fail("PermissionError", *not_yours(error, find()), 2)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        return output.fail("OSError", f"{error.strerror or error}{where}.", "", 1)


def _open_what_is_closed() -> None:
    """Where it is started with closed descriptors (`>&-`), the next file that is opened would be printed to."""
    for stream, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, stream) is None:
            setattr(sys, stream, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we live


def _called(given: list[str]) -> int:
    code = int(mantelpiece.main(given, prog_name="mantelpiece", standalone_mode=False) or 0)
    sys.stdout.flush()
    return code


def _secrets() -> list[str]:
    try:
        return all_values(find().secrets)
    except (MantelpieceError, OSError):  # what cannot be read was in no sentence either
        return []
