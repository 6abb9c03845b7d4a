"""`mantelpiece ingest download`: icloudpd now, with Apple's questions asked here."""

from __future__ import annotations

import sys
import threading
from typing import Any

import click

from admin.cli.verb import Call, prepared, verb
from sync import questions
from sync.errors import UsageError, did_you_mean
from sync.questions import Asks, Question

_LOOK_SECONDS = 0.3


@verb("download")
@click.argument("inbox")
def download(call: Call, *, inbox: str) -> int:
    """Download an inbox's photos from iCloud now. What Apple wants to know is asked here, or on the phone."""
    names = {one.name.casefold(): one for one in call.settings().settings.inboxes if one.icloudpd.account}
    if inbox.casefold() not in names:
        hint = did_you_mean(inbox, [one.name for one in names.values()])
        raise UsageError(f"There is no inbox {inbox!r} that icloudpd fills.{hint}")
    chosen = names[inbox.casefold()]
    with _Asking(call, chosen.icloudpd.account):
        ended = prepared(call).do("icloudpd", {"inbox": chosen.name})
    call.output.result(ended.facts | {"problems": list(ended.problems), "sentence": ended.sentence})
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


class _Asking:
    """Asks at this terminal what the job wants to hear, beside the job; whoever answers first, here or on the phone."""

    def __init__(self, call: Call, account: str) -> None:
        self._call, self._account = call, account
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        if sys.stdin.isatty() and not self._call.output.as_json:
            self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()

    def _watch(self) -> None:
        seen: Any = None
        while not self._over.wait(_LOOK_SECONDS):
            question = questions.open_question(self._call.home, self._account)
            if question is None or question.asks is Asks.SIGN_IN or question.asked_at == seen:
                continue
            seen = question.asked_at
            self._ask(question)

    def _ask(self, question: Question) -> None:
        for letter, meaning in question.choices:
            click.echo(f"  {letter}: {meaning}", err=True)
        while not self._over.is_set():
            text = click.prompt(question.text, hide_input=question.asks is Asks.PASSWORD, err=True)
            try:
                questions.answer(self._call.home, self._account, text)
            except UsageError as error:
                click.echo(str(error), err=True)
            else:
                return
