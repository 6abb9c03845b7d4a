"""What every test of the page shares: an application on a home of its own, with a clock set by hand, and a phone."""

from __future__ import annotations

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from admin.app import create_app
from admin.context import EXTENSION, Context
from admin.security import passwords
from sync.home import Home
from sync.library.database import Library
from sync.settings.edit import put_server
from tests.admin.phone import Phone
from tests.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


class Compiled(BytecodeCache):
    """The templates, compiled once for all applications of this process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@pytest.fixture
def app(home: Home, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(passwords, "_COST", 2**8)  # nobody guesses here
    made = create_app(home, clock)
    made.jinja_env.bytecode_cache = COMPILED
    made.testing = False
    return made


@pytest.fixture
def context(app: Flask) -> Context:
    return app.extensions[EXTENSION]


@pytest.fixture
def server(home: Home, library: Library) -> Home:
    """A home with a server in its settings, which is never asked."""
    put_server(home, "home", {"url": "http://192.0.2.1:2283"})
    return home


@pytest.fixture
def visitor(app: Flask) -> Phone:
    """Nobody has signed in on this one."""
    return Phone(app.test_client())


@pytest.fixture
def phone(app: Flask, context: Context) -> Phone:
    """Signed in, at the page of now."""
    made = Phone(app.test_client())
    assert made.claim(context.code.current()).status_code == 303
    made.get("/more")
    return made
