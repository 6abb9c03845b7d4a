"""What the steps of one run over one inbox share: the server, the ledger, the journal, the counters, the problems."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec

from sync.errors import BadTransfer, NotAvailable, ServerError
from sync.immich.edit_stack import StackInfo
from sync.immich.server import Immich
from sync.ingest.survey import Survey, Todo
from sync.library import ingest as rows
from sync.library.ingest import Change, FileRow
from sync.settings.ingest import Inbox
from sync.work import Work

T = TypeVar("T")
R = TypeVar("R")
OF_ONE = (NotAvailable, BadTransfer)
"""What is wrong with one group and nobody else."""


@dataclass
class Run:
    """One run over one inbox."""

    work: Work
    inbox: Inbox
    immich: Immich
    found: Survey
    number: int
    """Of the journal."""
    doubts: set[Change]
    """What earlier runs asked and never heard of."""
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    albums: set[str] = field(default_factory=set)
    """Albums that something was put into."""
    cursor: datetime | None = None
    _stacks: dict[str, StackInfo] | None = None

    def stacks(self) -> dict[str, StackInfo]:
        """Every stack of ours by each of its members; asked once, and only for groups that may have been stacked."""
        if self._stacks is None:
            self._stacks = {}
            for stack in self.immich.stacks():
                self._stacks |= dict.fromkeys(stack.members, stack)
        return self._stacks

    @contextmanager
    def journal(self, changes: Sequence[Change]) -> Iterator[None]:
        """Written down before it is asked; what is not settled inside stays in doubt."""
        with self.work.library.transaction() as db:
            rows.intend(db, self.number, changes)
        yield

    def settle(self, changes: Iterable[Change], *, done: bool) -> None:
        with self.work.library.transaction() as db:
            rows.settle(db, changes, done=done)

    def write(self, todos: Iterable[Todo], also: Callable[[sqlite3.Connection], None] = lambda _db: None) -> None:
        """The groups as they are now, and their files; durable together."""
        todos = list(todos)
        files = [self.found.files[path] for todo in todos for path in todo.paths if path in self.found.files]
        with self.work.library.transaction() as db:
            rows.put_groups(db, self.inbox.name, [todo.row for todo in todos])
            rows.put_files(db, self.inbox.name, files)
            also(db)

    def set_file(self, path: str, **values: object) -> None:
        self.found.files[path] = msgspec.structs.replace(self.found.files[path], **values)

    def file(self, path: str) -> FileRow:
        return self.found.files[path]

    def fail(self, todo: Todo, sentence: str) -> None:
        """This group waits for the next run; the others go on."""
        self.change(todo, problem=sentence)
        self.problems.append(f"{todo.group.key}: {sentence}")

    def change(self, todo: Todo, **values: object) -> None:
        todo.row = msgspec.structs.replace(todo.row, **values)

    def step_done(self, todo: Todo, step: str) -> None:
        if step not in todo.row.steps.split():
            self.change(todo, steps=f"{todo.row.steps} {step}".strip())

    def each(self, do: Callable[[T], R], things: Sequence[T]) -> Iterator[tuple[T, R | ServerError]]:
        """Ask for several at once; what is wrong with one is its answer. Raises what concerns all of them."""
        many = self.work.settings.servers[self.inbox.server].requests

        def safely(thing: T) -> R | ServerError:
            self.work.check()
            try:
                return do(thing)
            except OF_ONE as error:
                return error

        with ThreadPoolExecutor(max_workers=min(many, max(1, len(things)))) as pool:
            try:
                yield from zip(things, pool.map(safely, things), strict=True)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def all_or_each(
    run: Run, chunk: Sequence[tuple[Todo, str]], do: Callable[[list[str]], None], what: str
) -> set[str]:
    """All at once; where Immich refuses one of them it refuses all, and each is asked for itself."""
    try:
        do([asset for _, asset in chunk])
    except NotAvailable:
        done: set[str] = set()
        for todo, asset in chunk:
            try:
                do([asset])
                done.add(asset)
            except NotAvailable as error:
                run.fail(todo, f"Its {what} could not be set: {error.sentence}")
        return done
    return {asset for _, asset in chunk}
