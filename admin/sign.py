"""What the wall says while nobody has finished setting the frame up: where to go with the phone, and the code.

The frame forgets it when it restarts, so it is told again every few seconds; once there are albums it gets its own
words back. The frame shows these lines only while it has no photo.
"""

from __future__ import annotations

import logging
from threading import Event

from admin.house import House
from admin.network import page_address
from frame.control import FrameNotRunning, FrameRefused
from sync.errors import UsageError

log = logging.getLogger(__name__)

EVERY_SECONDS, RARELY_SECONDS = 3.0, 30.0


def keep_telling(house: House, ended: Event) -> None:
    """Tell the wall until everything is set up, or `ended`; after that only when it is needed again."""
    told: list[str] = []
    while not ended.wait(EVERY_SECONDS if told or _needed(house) else RARELY_SECONDS):
        told = tell(house, told)


def tell(house: House, told: list[str]) -> list[str]:
    """Put the present lines on the wall; gives what it was told, `told` being what it was told last."""
    try:
        lines = sign_lines(house)
        if lines or told:
            house.frame("welcome", lines=lines)
    except (FrameNotRunning, FrameRefused, OSError) as error:
        # A frame that starts later is told then: this thread must outlive whatever is wrong now.
        log.debug("the wall was not told how to set up: %s", error)
        return told
    return lines


def sign_lines(house: House) -> list[str]:
    """The large line first; none when there is nothing left to set up."""
    if not _needed(house):
        return []
    address = page_address(house.port, house.settings.admin.host)
    if _has_password(house):
        return [_text(house, "sign.title"), _text(house, "sign.next"), address]
    code = house.code.current()
    return [
        _text(house, "sign.title"),
        _text(house, "sign.open"),
        address,
        _text(house, "sign.type"),
        f"{code[:4]} {code[4:]}",
    ]


def _needed(house: House) -> bool:
    return not _has_password(house) or not house.settings.albums


def _has_password(house: House) -> bool:
    try:
        return bool(house.password_hash())
    except UsageError:
        return True  # A damaged secrets file must not open the door to whoever comes first.


def _text(house: House, key: str) -> str:
    return house.texts.look_up(house.settings.language, key)
