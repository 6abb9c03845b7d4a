"""What every test of the page shares: an application on a home of its own, with a clock set by hand, and a phone."""

from __future__ import annotations

import pytest
from flask import Flask

from admin.app import create_app
from admin.context import EXTENSION, Context
from sync.home import Home
from sync.library.database import Library
from sync.settings.edit import put_server
from tests.admin.phone import Phone
from tests.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def app(home: Home, clock: ManualClock) -> Flask:
    made = create_app(home, clock)
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
