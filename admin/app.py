"""The phone page's application: wiring only. `create_app(home, clock)` gives a WSGI application."""

from __future__ import annotations

from flask import Flask

from admin import api, language
from admin.context import EXTENSION, Context
from admin.pages import (
    album,
    albums,
    backup,
    choose,
    choosing,
    device,
    displays,
    errors,
    health,
    held,
    icloudpd,
    ingest,
    ingest_edit,
    jobs,
    link,
    login,
    marked,
    moving,
    night,
    notices,
    now,
    pictures,
    run,
    servers,
    setup,
    smart,
    smart_edit,
    tokens,
    trash,
    upload,
    wall,
    wifi,
    writeback,
    writeback_new,
)
from admin.pages.parts import facts_of
from admin.security import gate, headers
from sync.clock import Clock
from sync.home import Home

MOST_BYTES = 1_000_000
MOST_FIELDS = 2_000
"""A choice among all albums of a large server is one form."""

PAGES = (
    album, albums, backup, choose, choosing, device, displays, health, held, icloudpd, ingest, ingest_edit, jobs, link,
    login, marked, moving, night, notices, now, pictures, run, servers, setup, smart, smart_edit, tokens, trash, upload,
    wall, wifi, writeback, writeback_new,
)  # fmt: skip


def create_app(home: Home, clock: Clock) -> Flask:
    """Everything behind the gate; nothing is read or asked before the first request but who is signed in."""
    app = Flask(__name__)
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=MOST_FIELDS,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions[EXTENSION] = Context(home, clock)
    app.before_request(gate.check_request)
    app.after_request(gate.put_cookies)
    app.after_request(headers.put_headers)
    language.install(app)
    app.jinja_env.globals.update(facts_of=facts_of)
    errors.install(app)
    for page in PAGES:
        app.register_blueprint(page.pages)
    app.register_blueprint(api.pages)
    return app
