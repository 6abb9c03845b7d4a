"""Buttons and a motion sensor on the pins of a Pi, by gpiozero (the extra `[gpio]`): `17:next 27:back 4:motion`.

A button connects its pin to ground. Called back in gpiozero's thread; `events` hands over in the player's.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

log = logging.getLogger(__name__)

_BOUNCE_SECONDS = 0.05


class Pins:
    """`problem` is a sentence where the pins cannot be used."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.problem = ""
        self._done: deque[str] = deque(maxlen=20)
        self._held: list[Any] = []
        try:
            for word in wanted.split():
                self._open(*word.split(":"))
        except ImportError:
            self.problem = "Buttons on pins need gpiozero: pip install 'mantelpiece[gpio]'."
        except Exception as error:
            log.warning("pins: %s", error, exc_info=True)
            self.problem = f"The pins {wanted!r} cannot be used: {error}"
            self.close()

    def events(self) -> list[str]:
        return [self._done.popleft() for _ in range(len(self._done))]

    def close(self) -> None:
        for device in self._held:
            device.close()
        self._held.clear()

    def _open(self, pin: str, verb: str) -> None:
        from gpiozero import Button, MotionSensor

        if verb == "motion":
            sensor = MotionSensor(int(pin))
            sensor.when_motion = lambda: self._done.append("motion")
            self._held.append(sensor)
        else:
            button = Button(int(pin), bounce_time=_BOUNCE_SECONDS)
            button.when_pressed = lambda: self._done.append(verb)
            self._held.append(button)
