"""A mail server and a webhook on loopback, each in a thread: what they were given stands in their lists."""

from __future__ import annotations

import base64
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class MailServer:
    """What it offers and what it got."""

    certificate: tuple[str, str] | None = None
    """PEM and key; then it offers STARTTLS, or speaks TLS from the first byte."""
    implicit: bool = False
    password: str = ""
    refuses: tuple[str, ...] = ()
    """Recipients that it does not take."""
    refuses_all: bool = False
    drips: bool = False
    """Greets line by line and never comes to an end."""
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    heard: list[tuple[bool, str]] = field(default_factory=list)
    """Every line, and whether it came over TLS."""

    def context(self) -> ssl.SSLContext:
        assert self.certificate
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.certificate)
        return context


class _Conversation(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.known = self.server.known
        self.secure = False
        try:
            if self.known.implicit:
                self._secure()
            self._talk()
        except (OSError, ValueError):
            return

    def _secure(self) -> None:
        self.request = self.known.context().wrap_socket(self.request, server_side=True)
        self.secure = True

    def _talk(self) -> None:
        self._file = self.request.makefile("rb")
        while self.known.drips and not self.known.over.wait(0.02):
            self._say("220-in a moment")
        self._say("220 ready")
        to: list[str] = []
        while line := self._hear():
            word = line.split(" ")[0].upper()
            if word in ("EHLO", "HELO"):
                starttls = bool(self.known.certificate) and not self.secure
                offers = ["STARTTLS"] * starttls + ["AUTH PLAIN LOGIN"] * bool(self.known.password)
                for offer in ("mail.example.org", *offers):
                    self._say(f"250-{offer}")
                self._say("250 8BITMIME")
            elif word == "STARTTLS":
                self._say("220 go on")
                self._secure()
                self._file = self.request.makefile("rb")
            elif word == "AUTH":
                given = base64.b64decode(line.split(" ")[2]).decode().split("\0")[2] if "PLAIN" in line else ""
                self._say("235 well" if given == self.known.password else f"535 {given} is wrong")
            elif word == "RCPT":
                who = line.partition("<")[2].partition(">")[0]
                refused = self.known.refuses_all or who in self.known.refuses
                to += [] if refused else [who]
                self._say("550 unknown" if refused else "250 well")
            elif word == "DATA":
                self._say("354 go on")
                self._letter(to)
                to = []
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 well")

    def _letter(self, to: list[str]) -> None:
        lines = []
        while (line := self._file.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        letter = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(letter, EmailMessage)
        self.known.letters.append((to, letter))

    def _hear(self) -> str:
        line = self._file.readline().decode("utf-8", "replace").rstrip("\r\n")
        self.known.heard.append((self.secure, line))
        return line

    def _say(self, line: str) -> None:
        self.request.sendall(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    known: MailServer


@contextmanager
def mail_server(**values: Any) -> Iterator[MailServer]:
    known = MailServer(**values)
    with _Server(("127.0.0.1", 0), _Conversation) as server, _serving(server):
        server.known = known
        known.port = server.server_address[1]
        try:
            yield known
        finally:
            known.over.set()


@dataclass
class Hook:
    """Answers with `status`; keeps what was posted."""

    status: int = 200
    location: str = ""
    address: str = ""
    posted: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


class _Posted(BaseHTTPRequestHandler):
    server: _HookServer

    def do_POST(self) -> None:
        known = self.server.known
        known.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        known.headers.append(dict(self.headers))
        known.paths.append(self.path)
        self.send_response(known.status)
        if known.location:
            self.send_header("Location", known.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


class _HookServer(ThreadingHTTPServer):
    daemon_threads = True
    known: Hook


@contextmanager
def webhook(**values: Any) -> Iterator[Hook]:
    known = Hook(**values)
    with _HookServer(("127.0.0.1", 0), _Posted) as server, _serving(server):
        server.known = known
        known.address = f"http://127.0.0.1:{server.server_address[1]}/hooks/"
        yield known


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
