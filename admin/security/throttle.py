"""Guesses at the password or the set-up code, counted for each client by itself, so that nobody's wrong tries keep
another out. A client is an address; a browser that once signed in here is a client of its own, wherever it is.

Five are free; then each costs twice the wait of the one before, up to 15 minutes, on the monotonic clock. Whoever owns
many addresses gains little: what strangers may get wrong together has a ceiling, under which browsers that are known
pass. One address alone never reaches it: four tries an hour are what is left to it, and six an hour come back. IPv4 and
IPv6 have a ceiling each: of the latter anybody has as many addresses as he likes, and must not use up the former's.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from threading import Lock

from sync.clock import Clock
from sync.errors import MantelpieceError

FREE = 5
FIRST_SECONDS, LONGEST_SECONDS = 2.0, 900.0
FORGET_SECONDS = 86_400.0
STRANGERS = 60
"""So many tries of strangers are free over all addresses; one comes back each REFILL_SECONDS."""
REFILL_SECONDS = 600.0


class TooManyGuesses(MantelpieceError):
    """Fact `seconds`: how long this client may not guess; `crowd`: whether others used up what strangers may, of the
    family `ipv6` or not."""


@dataclass
class _Client:
    failures: int
    last: float


class Throttle:
    """All clients; every method may be called by any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._clients: dict[str, _Client] = {}
        self._used = {True: 0.0, False: 0.0}
        """By whether it is IPv6: what strangers got wrong."""
        self._counted = clock.monotonic()

    def take(self, client: str, *, known: bool = False) -> None:
        """Begin a guess: wrong until `succeeded`, so that guesses at once count each. Raises TooManyGuesses."""
        with self._lock:
            now = self._clock.monotonic()
            self._forget(now)
            one = self._clients.get(client, _Client(0, now))
            left = _wait_after(one.failures) - (now - one.last)
            if left > 0:
                raise _refused(left, crowd=False)
            if not known:
                ipv6 = ":" in client
                if self._used[ipv6] > STRANGERS - 1:
                    raise _refused((self._used[ipv6] - STRANGERS + 1) * REFILL_SECONDS, crowd=True, ipv6=ipv6)
                self._used[ipv6] += 1
            self._clients[client] = _Client(one.failures + 1, now)

    def succeeded(self, client: str, *, known: bool = False) -> None:
        """The guess was right: this client begins anew, and strangers get back what it cost."""
        with self._lock:
            self._clients.pop(client, None)
            if not known:
                self._used[":" in client] = max(0.0, self._used[":" in client] - 1)

    def _forget(self, now: float) -> None:
        back = (now - self._counted) / REFILL_SECONDS
        self._used = {family: max(0.0, used - back) for family, used in self._used.items()}
        self._counted = now
        for name in [name for name, one in self._clients.items() if now - one.last > FORGET_SECONDS]:
            del self._clients[name]


def client_of(address: str | None) -> str:
    """The client behind a connection's address: IPv4 is the same one over either family; no zone counts."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def _wait_after(failures: int) -> float:
    if failures < FREE:
        return 0.0
    # The exponent is bounded so as not to overflow.
    wait: float = FIRST_SECONDS * 2 ** min(failures - FREE, 20)
    return min(wait, LONGEST_SECONDS)


def _refused(left: float, *, crowd: bool, ipv6: bool = False) -> TooManyGuesses:
    seconds = round(left) or 1
    sentence = f"Too many wrong guesses; wait {seconds} seconds."
    return TooManyGuesses(sentence, seconds=seconds, crowd=crowd, ipv6=ipv6)
