"""A phone in a test: it keeps cookies, reads the token off the last page and sends forms as a browser does."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"
HOST = "192.168.1.9:8080"


class Phone:
    """Give it an application's test client."""

    def __init__(self, client: FlaskClient, *, address: str = "192.168.1.20") -> None:
        self.client = client
        self.client.environ_base["REMOTE_ADDR"] = address
        self.token = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        sent = {"Host": HOST, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"} | headers
        return self._seen(self.client.get(path, headers=sent))

    def post(
        self, path: str, values: dict[str, Any] | None = None, *, token: str | None = None, **headers: str
    ) -> TestResponse:
        sent = {"Host": HOST, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"} | headers
        form = {"token": self.token if token is None else token} | (values or {})
        return self._seen(self.client.post(path, data=form, headers=sent))

    def claim(self, code: str, password: str = PASSWORD, again: str | None = None) -> TestResponse:
        """Set the frame up with a code."""
        self.get("/setup")
        return self.post("/setup", {"code": code, "password": password, "again": again or password})

    def follow(self, answer: TestResponse) -> TestResponse:
        """Go where a redirect leads, once."""
        assert answer.status_code == 303, (answer.status_code, answer.text[:500])
        return self.get(answer.headers["Location"])

    def _seen(self, answer: TestResponse) -> TestResponse:
        found = re.search(r'name="token" value="([^"]+)"', answer.text) if answer.mimetype == "text/html" else None
        if found:
            self.token = unescape(found[1])
        return answer
