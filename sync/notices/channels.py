"""The ways by which notices leave: mail where it has somebody to go to, a webhook where it has an address."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sync import secrets
from sync.errors import NoticeFailed
from sync.notices.letter import Letter
from sync.secrets import NoticeSecrets
from sync.settings.tree import Notices

MAIL, WEBHOOK = "mail", "webhook"
Send = Callable[[Letter], str]
"""Gives what went wrong in part, in a sentence; raises where nothing was sent."""
LONGEST_SECONDS = 75.0
"""For one message, from end to end: the time-out of a socket begins anew with every byte."""


def names(rules: Notices, known: NoticeSecrets) -> list[str]:
    """Which are set up."""
    return [MAIL] * bool(rules.mail_to.strip()) + [WEBHOOK] * bool(known.webhook)


def senders(rules: Notices, known: NoticeSecrets, values: list[str]) -> dict[str, Send]:
    """What sends by each that is set up; `values` are secrets, of which none leaves in a letter."""
    # Imported here: only the job that sends pays for them.
    from sync.notices import mail, webhook

    every: dict[str, Send] = {
        MAIL: lambda letter: mail.send(rules, known.mail_password, blotted(letter, values)),
        WEBHOOK: lambda letter: webhook.send(known, blotted(letter, values)),
    }
    return {name: _bounded(name, every[name]) for name in names(rules, known)}


def _bounded(name: str, send: Send) -> Send:
    """The same, given up in time. A conversation that goes on ends with its process, which the job has for itself; and
    if the message is taken after all, it is told twice."""

    def sent(letter: Letter) -> str:
        told: list[str] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                told.append(send(letter))
            except BaseException as error:  # noqa: BLE001 - raised below, in the thread that asked
                failed.append(error)

        thread = threading.Thread(target=run, name=f"notice by {name}", daemon=True)
        thread.start()
        thread.join(LONGEST_SECONDS)
        if failed:
            raise failed[0]
        if not told:
            raise NoticeFailed(f"Sending by {name} came to no end within {LONGEST_SECONDS:g} seconds and was given up.")
        return told[0]

    return sent


def blotted(letter: Letter, values: list[str]) -> Letter:
    """The same without any secret."""

    def blot(tree: object) -> object:
        if isinstance(tree, str):
            return secrets.blotted(tree, values)
        if isinstance(tree, dict):
            return {key: blot(value) for key, value in tree.items()}
        return [blot(one) for one in tree] if isinstance(tree, list) else tree

    data = blot(letter.data)
    assert isinstance(data, dict)
    return Letter(secrets.blotted(letter.subject, values), secrets.blotted(letter.text, values), data)
