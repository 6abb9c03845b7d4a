"""The bare screen's own switch: the DPMS property of its connectors, set through the card that this process has open.

Only the process that draws (the DRM master) may set it, so the descriptor is SDL's own, found among our open files.
Structures as in the kernel's drm_mode.h. Never run on real hardware yet.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from frame.power.ways.contract import Surroundings
from sync.errors import PanelRefused

_ON, _OFF = 0, 3
_CONNECTED = 1
_RESOURCES = struct.Struct("=4Q8I")
_CONNECTOR = struct.Struct("=4Q12I")
_PROPERTY = struct.Struct("=2Q2I32s2I")
_SET = struct.Struct("=Q2I")


def request(number: int, size_bytes: int) -> int:
    """_IOWR('d', number, …)."""
    return 3 << 30 | size_bytes << 16 | ord("d") << 8 | number


GET_RESOURCES = request(0xA0, _RESOURCES.size)
GET_CONNECTOR = request(0xA7, _CONNECTOR.size)
GET_PROPERTY = request(0xAA, _PROPERTY.size)
SET_PROPERTY = request(0xAB, _SET.size)


class Drm:
    name = "drm"
    dims = False

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._card, self._switches = self._with_outputs()

    def _with_outputs(self) -> tuple[str, list[tuple[int, int]]]:
        """The card among those that are open here whose outputs can be switched: a Pi 5 has one that only computes."""
        reason = "No graphics card is open here: the wall does not draw on the bare screen."
        for handle, card in self._open():
            try:
                if found := list(self._found(handle)):
                    return card, found
                reason = "No connected output can be switched."
            except OSError as error:
                reason = f"The graphics card names no outputs: {error.strerror}."
        raise PanelRefused(reason)

    def set(self, level: int) -> None:
        handle = self._handle()
        for connector, property_id in self._switches:
            try:
                self._ask(handle, SET_PROPERTY, _SET, _ON if level else _OFF, property_id, connector)
            except OSError as error:
                raise PanelRefused(f"The graphics card does not switch its output: {error.strerror}.") from error

    def read(self) -> bool | None:
        handle = self._handle()
        try:
            states = [self._properties(handle, connector).get(number) for connector, number in self._switches]
        except OSError:
            return self._around.connectors_lit()
        return any(state == _ON for state in states)

    def _handle(self) -> int:
        """The card as SDL holds it open; asked each time, for SDL may have opened it anew, or another one since."""
        if self._card not in (card for _, card in self._open()):
            self._card, self._switches = self._with_outputs()
        for handle, card in self._open():
            if card == self._card:
                return handle
        raise PanelRefused("The graphics card is not open here any more.")

    def _open(self) -> Iterator[tuple[int, str]]:
        """The cards that this process has open."""
        cards = self._around.dev / "dri" / "card"
        for link in sorted((self._around.proc / "fd").iterdir()):
            with suppress(OSError):
                card = str(link.readlink())
                if card.startswith(str(cards)):
                    yield int(link.name), card

    def _found(self, handle: int) -> Iterator[tuple[int, int]]:
        """Connected connectors, each with the number of its DPMS property."""
        for connector in self._connectors(handle):
            for number in self._properties(handle, connector):
                if self._name(handle, number) == "DPMS":
                    yield connector, number

    def _connectors(self, handle: int) -> list[int]:
        """Asked twice: how many there are, then which. Their pointer is the third, their count the seventh field."""
        fields = [0] * 12
        count = int(self._ask(handle, GET_RESOURCES, _RESOURCES, *fields)[6])
        room = (ctypes.c_uint32 * max(1, count))()
        fields[2], fields[6] = ctypes.addressof(room), count
        self._ask(handle, GET_RESOURCES, _RESOURCES, *fields)
        return list(room[:count])

    def _properties(self, handle: int, connector: int) -> dict[int, int]:
        """The properties of a connected connector with their values; none where nothing is plugged in."""
        empty = [0] * 16
        empty[8] = connector
        told = self._ask(handle, GET_CONNECTOR, _CONNECTOR, *empty)
        count, connection = int(told[5]), told[11]
        if connection != _CONNECTED:
            return {}
        numbers, values = (ctypes.c_uint32 * max(1, count))(), (ctypes.c_uint64 * max(1, count))()
        fields = list(empty)
        fields[2], fields[3], fields[5] = ctypes.addressof(numbers), ctypes.addressof(values), count
        self._ask(handle, GET_CONNECTOR, _CONNECTOR, *fields)
        return dict(zip(numbers[:count], values[:count], strict=True))

    def _name(self, handle: int, number: int) -> str:
        told = self._ask(handle, GET_PROPERTY, _PROPERTY, 0, 0, number, 0, b"", 0, 0)
        return bytes(told[4]).split(b"\0")[0].decode("ascii", "replace")

    def _ask(self, handle: int, ask: int, form: struct.Struct, *fields: object) -> tuple[Any, ...]:
        buffer = bytearray(form.pack(*fields))
        self._around.ioctl(handle, ask, buffer)
        return form.unpack(buffer)
