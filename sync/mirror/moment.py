"""When something was seen, in a way that survives reboots and wrong clocks.

Two moments tell how much time passed between them only where that is certain: in one boot by the monotonic clock,
else by wall clocks that were believed at both. Where neither holds, no time has passed.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from sync.clock import Clock, boot_id


class Moment(Struct, frozen=True):
    wall: datetime
    trusted: bool
    boot: str
    monotonic: float

    def text(self) -> str:
        """As it is kept in the library."""
        return msgspec.json.encode(self).decode()


def read(text: str) -> Moment:
    """The moment of a text that `text()` gave."""
    return msgspec.json.decode(text, type=Moment)


def moment(clock: Clock) -> Moment:
    """This moment."""
    return Moment(clock.now(), clock.trusted(), boot_id(), clock.monotonic())


def certainly_passed(then: Moment, now: Moment, *, seconds: float) -> bool:
    """Whether at least `seconds` passed for certain from `then` to `now`."""
    if then.boot and then.boot == now.boot and now.monotonic >= then.monotonic:
        return now.monotonic - then.monotonic >= seconds
    return then.trusted and now.trusted and (now.wall - then.wall).total_seconds() >= seconds
