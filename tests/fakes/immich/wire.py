"""HTTP/1.1 bytes: what a request was, and how a response goes out, whole or broken on purpose.

A response carries bytes or a file; files go out by sendfile. Every way of breaking an answer below the level of
its content (truncated, reset, dripped, without a length) is a field here, set by the faults.
"""

from __future__ import annotations

import os
import socket
import ssl
import struct
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import responses
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qsl, urlsplit


@dataclass(slots=True)
class Request:
    method: str
    target: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Span:
    """A stretch of a file, then some bytes."""

    path: Path
    start: int
    length: int
    tail: bytes = b""


@dataclass(slots=True)
class Response:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Span = b""
    head_only: bool = False
    chunked: bool = False
    reset: bool = False
    truncate: float | None = None
    drip_headers_s: float | None = None
    drip_body_s: float | None = None
    no_length: bool = False

    def length(self) -> int:
        if isinstance(self.body, bytes):
            return len(self.body)
        return self.body.length + len(self.body.tail)


def read_request(stream: BinaryIO, connection: socket.socket) -> Request | None:
    """The next request, or None when the client is gone or idle for too long."""
    line = stream.readline(65536)
    if not line or line.count(b" ") < 2:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := stream.readline(65536)) not in (b"\r\n", b"\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(headers.get("content-length") or 0)
    body = stream.read(length) if length else b""
    if len(body or b"") < length:
        return None  # a body that was cut off reaches no route of a real server either
    parts = urlsplit(target)
    return Request(method, target, parts.path, dict(parse_qsl(parts.query)), headers, body or b"")


def send(connection: socket.socket, response: Response) -> bool:
    """Send it; False when the connection must be closed afterwards."""
    if response.reset:
        return _reset(connection)
    head = _head(response)
    if response.drip_headers_s is not None:
        _drip(connection, head, response.drip_headers_s)
    elif response.head_only or not response.length():
        connection.sendall(head)
    else:
        _push(connection, head)
    if response.head_only:
        return not response.no_length
    return _send_body(connection, response)


def _push(connection: socket.socket, data: bytes) -> None:
    """Send, telling the kernel that more follows; TLS has no such telling."""
    if isinstance(connection, ssl.SSLSocket):
        connection.sendall(data)
    else:
        connection.sendall(data, socket.MSG_MORE)


def _head(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines.append(f"Date: {formatdate(usegmt=True)}")
    if response.no_length:
        lines.append("Connection: close")
    else:
        lines += ["Connection: keep-alive", "Keep-Alive: timeout=5"]
        if response.chunked:
            lines.append("Transfer-Encoding: chunked")
        elif response.status not in (204, 304) and "Content-Length" not in response.headers:
            lines.append(f"Content-Length: {response.length()}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _send_body(connection: socket.socket, response: Response) -> bool:
    length = response.length()
    if response.chunked and length:
        _push(connection, f"{length:x}\r\n".encode())
    if response.truncate is not None:
        _send_part(connection, response.body, int(length * response.truncate))
        return False
    if response.drip_body_s is not None:
        body = response.body if isinstance(response.body, bytes) else read_span(response.body)
        _drip(connection, body, response.drip_body_s)
    else:
        _send_part(connection, response.body, length)
    if response.chunked:
        connection.sendall(b"\r\n0\r\n\r\n" if length else b"0\r\n\r\n")
    return not response.no_length


def read_span(span: Span) -> bytes:
    with span.path.open("rb") as file:
        file.seek(span.start)
        return file.read(span.length) + span.tail


def _send_part(connection: socket.socket, body: bytes | Span, length: int) -> None:
    """The first `length` bytes of the body."""
    if isinstance(body, bytes) or isinstance(connection, ssl.SSLSocket):
        connection.sendall((body if isinstance(body, bytes) else read_span(body))[:length])
        return
    wanted = min(length, body.length)
    with body.path.open("rb") as file:
        offset, end = body.start, body.start + wanted
        while offset < end:
            sent = os.sendfile(connection.fileno(), file.fileno(), offset, end - offset)
            if sent == 0:
                raise ConnectionError(f"{body.path} is shorter than it was")
            offset += sent
    connection.sendall(body.tail[: length - wanted])


def _drip(connection: socket.socket, data: bytes, seconds: float) -> None:
    """One byte at a time, so that no single read of the client ever times out."""
    for index in range(len(data)):
        connection.sendall(data[index : index + 1])
        time.sleep(seconds)


def _reset(connection: socket.socket) -> bool:
    """RST instead of FIN, the way a crashed or firewalled server ends."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False
