"""What the wall says while nobody has finished setting the frame up: where to go with the phone, and the code.

The frame forgets it when it restarts, so it is told again every few seconds; once there are albums it gets its own
words back. The frame shows these lines only while it has no photo.
"""

from __future__ import annotations

import logging
from threading import Event

from admin.context import Context
from admin.network import page_address
from frame.control import FrameNotRunning, FrameRefused
from sync.errors import UsageError

log = logging.getLogger(__name__)

EVERY_SECONDS, RARELY_SECONDS = 3.0, 30.0


def keep_telling(context: Context, ended: Event) -> None:
    """Tell the wall until everything is set up, or `ended`; after that only when it is needed again."""
    told: list[str] = []
    while not ended.wait(EVERY_SECONDS if told or _needed(context) else RARELY_SECONDS):
        told = tell(context, told)


def tell(context: Context, told: list[str]) -> list[str]:
    """Put the present lines on the wall; gives what it was told, `told` being what it was told last."""
    try:
        lines = sign_lines(context)
        if lines or told:
            context.frame("welcome", lines=lines)
    except (FrameNotRunning, FrameRefused, OSError) as error:
        # A frame that starts later is told then: this thread must outlive whatever is wrong now.
        log.debug("the wall was not told how to set up: %s", error)
        return told
    return lines


def sign_lines(context: Context) -> list[str]:
    """The large line first; none when there is nothing left to set up."""
    if not _needed(context):
        return []
    address = page_address(context.port, context.settings.admin.host)
    if _has_password(context):
        return [_text(context, "sign.title"), _text(context, "sign.next"), address]
    code = context.code.current()
    return [
        _text(context, "sign.title"),
        _text(context, "sign.open"),
        address,
        _text(context, "sign.type"),
        f"{code[:4]} {code[4:]}",
    ]


def _needed(context: Context) -> bool:
    return not _has_password(context) or not context.settings.albums


def _has_password(context: Context) -> bool:
    try:
        return bool(context.password_hash())
    except UsageError:
        return True  # A damaged secrets file must not open the door to whoever comes first.


def _text(context: Context, key: str) -> str:
    return context.texts.look_up(context.settings.language, key)
