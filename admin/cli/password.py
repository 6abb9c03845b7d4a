"""`mantelpiece password`: set the phone page's password, for whoever forgot it or whose wall cannot show the code."""

from __future__ import annotations

import getpass
import sys

import click

from admin.cli.verb import Call, prepared, verb
from admin.context import Context
from admin.security.passwords import LONGEST, SHORTEST
from sync import secrets
from sync.clock import SystemClock
from sync.counted import counted
from sync.errors import UsageError

_UNCHANGED = "Nothing was changed."


@verb("password")
@click.option("--broker", is_flag=True, help="Set the MQTT broker's password instead (mqtt.user).")
@click.option("--renew-keys/--keep-keys", default=None,
              help="Renew the keys of programs and displays too, and print the new ones.")  # fmt: skip
def command(call: Call, *, broker: bool, renew_keys: bool | None) -> int:
    """Set the password of the phone page, and sign every phone out.

    It is asked for at a terminal, else read from standard input: never an argument, which everybody here could read.
    """
    prepared(call)
    if broker:
        at_hand = sys.stdin.isatty()
        given = getpass.getpass("The broker's password: ") if at_hand else sys.stdin.readline().rstrip("\r\n")
        secrets.put(call.home.secrets, "mqtt", "broker", password=given)
        call.output.result({"password": "set"})
        call.output.say("The broker's password is set.")
        return 0
    password = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"A password has {SHORTEST} to {LONGEST} characters.", advice=_UNCHANGED)
    context = Context(call.home, SystemClock())
    context.set_password(password)
    kinds = {"tokens": context.tokens, "displays": context.displays}
    count = sum(len(kind.every()) for kind in kinds.values())
    if count and renew_keys is None and sys.stdin.isatty():
        renew_keys = click.confirm(counted(_RENEW, number=count), default=True, err=True)
    renewed = {name: kind.renew() for name, kind in kinds.items()} if renew_keys else {}
    call.output.result({"password": "set", "renewed": renewed, "keys": count})
    call.output.say("The password is set; every phone is signed out.")
    if count and not renew_keys:
        call.output.say(f"{counted(_KEPT, number=count)} --renew-keys renews them.")
    for kind, keys in renewed.items():
        for name, secret in keys.items():
            call.output.say(f"{kind}, {name}: {secret}")
    return 0


_RENEW = "Renew the {number} {number:key|keys} of programs and displays too?"
_KEPT = "{number} {number:key|keys} of programs and displays {number:opens|open} what {number:it|they} did."


def _asked() -> str:
    password = getpass.getpass("New password for the phone page: ")
    if getpass.getpass("Once more: ") != password:
        raise UsageError("The two passwords differ.", advice=_UNCHANGED)
    return password
