"""What every verb has: --json, -v and -q, the home it works on, and jobs carried out with progress and Ctrl-C."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import click

from admin.cli.again import told_truly
from admin.cli.output import Output
from admin.cli.owner import become_owner
from sync import logs
from sync.clock import SystemClock
from sync.errors import MantelpieceError
from sync.home import Home, find, prepare
from sync.jobs.follow import follow, open_library, queue, serving
from sync.jobs.progress import Ended
from sync.library import jobs
from sync.library.database import Library
from sync.replaced.lines import Line
from sync.settings.last_good import Kept, load_kept
from sync.settings.reading import unknown_variables
from sync.settings.tree import Log
from sync.work import most_serious


@dataclass
class Call:
    """One call of a verb."""

    home: Home
    output: Output

    def settings(self) -> Kept:
        """The settings as they are in use."""
        return load_kept(self.home)

    def album_names(self, wanted: tuple[str, ...]) -> list[str]:
        """The named albums as the settings write them. UsageError where there is none of that name."""
        settings = self.settings().settings
        return [settings.need_album(name).name for name in wanted]

    def do(self, kind: str, arguments: dict[str, Any]) -> Ended:
        """Carry a job out to its end. Raises JobFailed, with the job's own sentence, when it came to none."""
        library = open_library(self.home)
        try:
            return self.follow(library, queue(self.home, library, kind, arguments, asked_by="command line"))
        finally:
            library.close()

    def follow(self, library: Library, number: int) -> Ended:
        """Follow a queued job to its end, as `do`."""
        job = jobs.get(library, number)
        with _interruptible() as cancelled:
            ended = follow(
                self.home,
                library,
                number,
                clock=SystemClock(),
                watch=self.output.progress,
                cancelled=cancelled,
                log_level="debug" if self.output.verbose else "error",
            )
        ended = told_truly(ended, kind=job.kind if job else "", serving=serving(self.home))
        if ended.outcome != "done":
            failed = JobFailed(ended.sentence, advice=ended.advice, **ended.facts)
            failed.exit_code = ended.exit_code
            raise failed
        return ended


    def do_each(self, kind: str, each: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
        """Carry out one job for each set of arguments; one's failure is told beside the others' results."""
        found: list[dict[str, Any]] = []
        codes = []
        for arguments in each:
            try:
                ended = self.do(kind, arguments)
            except JobFailed as error:
                found.append(arguments | {"error": error.sentence, "advice": error.advice})
                codes.append(error.exit_code)
            else:
                found.append(ended.facts | {"sentence": ended.sentence, "problems": list(ended.problems)})
                codes.append(ended.exit_code)
        return found, most_serious(codes)


class JobFailed(MantelpieceError):
    """A job's own error, as its run tells it."""

    exit_code: int = 1  # type: ignore[misc]

    @property
    def kind(self) -> str:
        return str(self.facts.get("error", "JobFailed"))


def verb(name: str, **settings: Any) -> Callable[[Callable[..., int | None]], click.Command]:
    """Make a function `(call, **values) -> exit code` a command; its docstring is the help."""

    def wrap(function: Callable[..., int | None]) -> click.Command:
        @functools.wraps(function)
        def run(*, as_json: bool, verbose: bool, quiet: bool, **values: Any) -> int:
            output = Output(as_json=as_json, quiet=quiet, verbose=verbose)
            home = become_owner(find())
            # A verb speaks in sentences, not in lines of a log; the service's log file is not its own.
            logs.set_up(home, Log(level="debug" if verbose else "error"))
            for problem in unknown_variables(os.environ):
                output.problem(problem.sentence, once=True)
            return function(Call(home, output), **values) or 0

        options = [
            click.Option(["--json", "as_json"], is_flag=True, help="Answer in JSON."),
            click.Option(["-v", "--verbose"], is_flag=True, help="Say more."),
            click.Option(["-q", "--quiet"], is_flag=True, help="Say nothing but errors."),
        ]
        make: Callable[[Callable[..., int]], click.Command] = click.command(name, **settings)
        command = make(run)
        command.params += options
        return command

    return wrap


def prepared(call: Call) -> Call:
    """For verbs that write: the folders are there, or the error says why not."""
    prepare(call.home)
    return call


def tell_lines(call: Call, lines: Iterable[Line]) -> None:
    """What became of each line of a replaced tool's settings."""
    told = [("taken" if line.taken else "dropped", line.what, line.told) for line in lines]
    call.output.table(told, heads=("", "", ""))


def tell_settings_problems(call: Call) -> int:
    """Say what is wrong with albums and servers in the settings; 2 where something is."""
    told = [problem for problem in call.settings().problems if problem.loses]
    for problem in told:
        call.output.problem(f"settings: {problem.sentence}")
    return 2 if told else 0


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM ask the job to end; a second one ends the verb at once."""
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
