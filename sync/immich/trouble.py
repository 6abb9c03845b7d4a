"""What went wrong on the way to a server, as one of our errors: from what requests and urllib3 raise.

Their texts hold the whole URL, and a shared link's key is in it: nothing of theirs is ever quoted or chained.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

from urllib3.exceptions import (
    ConnectTimeoutError,
    IncompleteRead,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from sync.clock import Clock
from sync.errors import CertificateProblem, ServerError, Unreachable

_EXPIRED, _NOT_YET, _NAMES = 10, 9, (62, 63, 64)
_UNKNOWN = (2, 18, 19, 20, 21, 27)


def from_failure(failure: BaseException, *, host: str, clock: Clock) -> ServerError:
    """The error that a failed request becomes."""
    chain = list(_chain(failure))
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return _certificate(link.verify_code, host, clock)
        if "Fingerprints did not match" in str(link):
            return _problem("fingerprint", f"{host} shows another certificate than the one that was pinned.", _PIN)
    if any(isinstance(link, ssl.SSLError) for link in chain):
        return _problem("other", f"No secure connection to {host} came about.", _OTHER)
    return Unreachable(f"{host} {_why(chain)}.", host=host)


def lasting(failure: BaseException) -> bool:
    """Whether another attempt at once would only fail the same way: an unknown name, slowness."""
    kinds = (NameResolutionError, socket.gaierror, TimeoutError, ConnectTimeoutError, ReadTimeoutError)
    return any(isinstance(link, kinds) for link in _chain(failure))


def cut_short(failure: BaseException) -> bool:
    """Whether a body had begun and its end never came."""
    return any(isinstance(link, IncompleteRead | http.client.IncompleteRead) for link in _chain(failure))


def _why(chain: list[BaseException]) -> str:
    if any(isinstance(link, NameResolutionError | socket.gaierror) for link in chain):
        return "is not known to the name service"
    if any(isinstance(link, ConnectionRefusedError) for link in chain):
        return "refuses connections there"
    if any(isinstance(link, ConnectTimeoutError) for link in chain):
        return "does not answer"
    if any(isinstance(link, TimeoutError | ReadTimeoutError) for link in chain):
        return "answers too slowly"
    if any(isinstance(link, NewConnectionError) for link in chain):
        return "cannot be reached from here"
    return "broke the connection off"


def _chain(failure: BaseException) -> Iterator[BaseException]:
    """The failure and everything inside it: urllib3 hides causes in `reason` and `args` too."""
    seen: set[int] = set()
    queue: list[object] = [failure]
    while queue:
        link = queue.pop(0)
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            queue += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]


_PIN = "If you renewed it yourself, set the new fingerprint; if not, somebody else may be answering."
_OTHER = "Check that the address's port speaks https."


def _certificate(code: int, host: str, clock: Clock) -> CertificateProblem:
    if code == _EXPIRED:
        return _problem("expired", f"The certificate of {host} has expired.", "Renew it on the server.")
    if code == _NOT_YET and not clock.trusted():
        sentence = f"The certificate of {host} seems not yet valid, but the clock of this device is not set yet."
        return _problem("not-yet-valid", sentence, "Nothing to do: this is tried again once the clock is right.")
    if code == _NOT_YET:
        advice = "Check the clocks of the server and of this device."
        return _problem("not-yet-valid", f"The certificate of {host} is not valid yet.", advice)
    if code in _NAMES:
        advice = "Use the name that the certificate was made for, or pin its fingerprint."
        return _problem("wrong-name", f"The certificate of {host} was made for another name.", advice)
    if code in _UNKNOWN:
        sentence = f"The certificate of {host} is signed by an authority that is not known here."
        return _problem("unknown-authority", sentence, "Give the authority's file (ca_file), or pin its fingerprint.")
    return _problem("other", f"The certificate of {host} cannot be verified.", "Look at it in a browser.")


def _problem(reason: str, sentence: str, advice: str) -> CertificateProblem:
    return CertificateProblem(sentence, advice=advice, reason=reason)
