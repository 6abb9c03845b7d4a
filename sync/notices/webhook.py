"""Posts a letter to a webhook as JSON. Goes to the given address alone: a redirect is not followed, and no proxy or
password file of the environment has a say. The address may hold a key: errors name its host only."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from sync.errors import NoticeFailed, UsageError
from sync.notices.letter import Letter
from sync.secrets import NoticeSecrets

_SECONDS = (10.0, 30.0)


def host_of(address: str) -> str:
    """Where a webhook's address leads. Raises UsageError where it is none."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or not address.isprintable() or " " in address:
        raise UsageError("The webhook's address is none.", advice="It looks like https://hooks.example.org/…")
    if parts.username is not None or parts.password is not None:
        raise UsageError("The webhook's address must not hold a name or password.", advice="Use a request header.")
    return host


def send(known: NoticeSecrets, letter: Letter) -> str:
    """Gives ''. Raises NoticeFailed, UsageError."""
    address = known.webhook.reveal()
    host = host_of(address)
    headers = {name: secret.reveal() for name, secret in known.headers}
    for name, value in headers.items():
        if not (name + value).isascii() or not (name + value).isprintable():
            raise UsageError("A request header of the webhook has characters that no header may have.")
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                address, json=letter.data, headers=headers, timeout=_SECONDS, allow_redirects=False, stream=True
            )
            status, told = answer.status_code, ""
            answer.close()
        except (requests.RequestException, OSError, UnicodeError) as failure:
            status, told = 0, _told(failure)
    # Raised out here: the cause would hang on to our error, with the address in it.
    if told:
        raise NoticeFailed(f"The webhook of {host} {told}")
    if 300 <= status < 400:
        raise NoticeFailed(f"The webhook of {host} redirects elsewhere; nothing was sent there.")
    if status >= 400:
        raise NoticeFailed(f"The webhook of {host} refuses the notice (HTTP {status}).")
    return ""


def _told(failure: Exception) -> str:
    if isinstance(failure, requests.exceptions.SSLError):
        return "has a certificate that cannot be trusted; nothing was sent."
    if isinstance(failure, requests.exceptions.Timeout):
        return "does not answer in time."
    return "cannot be reached."
