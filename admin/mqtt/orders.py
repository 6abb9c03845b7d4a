"""What an order from the broker does: the same as the phone's buttons. What makes no sense is logged, no more."""

from __future__ import annotations

import logging

from admin.asking import queue
from admin.context import Context
from admin.mqtt.entities import ALL_ALBUMS
from sync.errors import MantelpieceError, UsageError
from sync.settings.edit import set_value
from sync.settings.reading import parse_value

log = logging.getLogger(__name__)

MOST_BYTES = 300


def obey(context: Context, what: str, payload: bytes) -> None:
    """Never raises: whoever may write on the broker is no reason to stop."""
    try:
        if len(payload) > MOST_BYTES:
            raise UsageError("It is too long.")
        _obey(context, what, payload.decode().strip())
    except (MantelpieceError, ArithmeticError, ValueError, OSError) as error:
        log.warning("an order from the broker, %r, was not carried out: %s", what, error)


def _obey(context: Context, what: str, word: str) -> None:
    match what, word:
        case ("next" | "back"), _:
            context.frame(what)
        case "favourite", _:
            context.frame("favourite", value=word != "off")
        case "pause", "on":
            context.frame("pause")
        case "pause", "off":
            context.frame("resume")
        case "screen", ("on" | "off" | "auto"):
            context.frame("screen", set=word)
        case "brightness", _:
            level = str(round(float(word)))
            parse_value("power.brightness", level)
            set_value(context.home, "power.brightness", level)
        case "album", _:
            known = [album.name for album in context.settings.albums]
            if word != ALL_ALBUMS and word not in known:
                raise UsageError(f"There is no album {word!r}.")
            set_value(context.home, "wall.album", "" if word == ALL_ALBUMS else word)
        case "sync", _:
            queue(context, "sync", {"albums": None})
        case _:
            raise UsageError(f"{word!r} means nothing here.")
