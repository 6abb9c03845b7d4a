"""A server that is silent or refuses is named on every page, and no longer once it is well again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin.app import create_app
from admin.context import EXTENSION, Context
from sync import secrets
from sync.library import servers
from sync.library.database import Library
from sync.settings.edit import put_server
from sync.settings.tree import Album, Source
from tests.admin.phone import Phone
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import SERVER, Mirror, album_of, mirror_of


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=3, library=sample_library(tmp_path / "immich")) as running:
        yield running


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    made = mirror_of(server, tmp_path, album_of(server, "Holidays"))
    put_server(made.home, SERVER, {"url": server.url})
    return made


@pytest.fixture
def phone(mirror: Mirror) -> Phone:
    app = create_app(mirror.home, mirror.clock)
    made = Phone(app.test_client())
    context: Context = app.extensions[EXTENSION]
    made.claim(context.code.current())
    return made


def banner(phone: Phone) -> str:
    return phone.get("/more").text.partition('<h1>')[0]


def known(mirror: Mirror) -> servers.ServerRow | None:
    library = Library(mirror.home.library)
    try:
        return servers.get(library, SERVER)
    finally:
        library.close()


def test_a_silent_server_is_named_until_it_answers(server: FakeImmich, mirror: Mirror, phone: Phone) -> None:
    mirror.run()
    assert f"{SERVER}: " not in banner(phone)
    server.edits.set_mode("maintenance")
    mirror.run()
    row = known(mirror)
    assert row is not None
    assert "maintenance" in str(row.problem)
    assert f"{SERVER}: {row.problem}" in banner(phone)
    mirror.clock.advance(3600)
    mirror.run()
    assert known(mirror) == row, "what is no news is not written again, and it is known since when"
    server.edits.set_mode("normal")
    mirror.run()
    assert f"{SERVER}: " not in banner(phone)


def test_a_refused_key_is_named(mirror: Mirror, phone: Phone) -> None:
    secrets.put(mirror.home.secrets, "servers", SERVER, key="not-the-key")
    mirror.run()
    row = known(mirror)
    assert row is not None
    assert row.problem
    assert f"{SERVER}: " in banner(phone)


def test_an_expired_link_says_nothing_of_its_server(mirror: Mirror) -> None:
    secrets.put(mirror.home.secrets, "links", "Wedding", key="expired")
    link = Album(name="Wedding", server=SERVER, source=Source.LINK, id=mirror.settings.albums[0].id)
    mirror.set_albums(link, *mirror.settings.albums)
    mirror.run()
    row = known(mirror)
    assert row is not None
    assert row.problem is None
