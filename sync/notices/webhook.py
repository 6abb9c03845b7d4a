"""Posts a letter to a webhook as JSON. Goes to the given address alone: a redirect is not followed, and no proxy or
password file of the environment has a say. Never goes to a host of sync/hosts.py, whatever its name was resolved to.
The address may hold a key: errors name its host only.
"""

from __future__ import annotations

import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.errors import NoticeFailed, UsageError
from sync.hosts import is_forbidden
from sync.notices.address import forbidden, host_of
from sync.notices.letter import Letter
from sync.secrets import NoticeSecrets

_SECONDS = (10.0, 30.0)


def _judged(sock: socket.socket) -> socket.socket:
    """Refuse where a name led to, before a byte is sent there."""
    if is_forbidden(str(sock.getpeername()[0])):
        sock.close()
        raise forbidden()
    return sock


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _judged(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _judged(super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


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
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(max_retries=0))
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
