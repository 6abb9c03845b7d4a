"""A phone in a test: it keeps cookies, reads the token off the last page and sends forms as a browser does."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"
HOST = "192.168.1.9:8080"
SEEN = 'name="seen" value="'


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


class Fields(HTMLParser):
    """What a browser would send of the first form of a page, if nobody touched it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: MultiDict[str, str] = MultiDict()
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in found:
            self.sent.add(self._select, value)
        if tag == "input" and name and (found.get("type") != "checkbox" or "checked" in found):
            self.sent.add(name, value)


def fields_of(page: str, action: str) -> MultiDict[str, str]:
    """The fields of the form that goes to `action`."""
    return Fields(page.partition(f'action="{action}"')[2].partition("</form>")[0]).sent


def seen_on(page: str) -> str:
    """What the form says that its reader saw."""
    return page.split(SEEN)[1].split('"')[0]
