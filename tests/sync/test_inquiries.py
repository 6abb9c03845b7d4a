"""What a person who sets up may be offered: names of a server, of each kind, as far as the key may list them."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sync import secrets
from sync.errors import ForeignRedirect, KeyRefused, NotImmich
from sync.inquiries import names, probe
from sync.work import Result
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import SERVER, album_of, mirror_of


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_form_is_offered_the_names_that_a_rule_may_hold(version: int, tmp_path: Path) -> None:
    library = sample_library(tmp_path / "immich")
    library.add_person("")
    library.add_person("Somebody").hidden = True
    library.add_tag("Trips/Sea")
    with FakeImmich(version=version, library=library) as immich:
        mirror = mirror_of(immich, tmp_path, album_of(immich, "Holidays"))
        with mirror.work(asked=True) as work:
            facts = names(work, {"server": SERVER}).facts
    assert "Anna" in facts["people"]
    assert not {"", "Somebody"} & set(facts["people"]), "unnamed and hidden people are nobody's choice"
    assert "Trips/Sea" in facts["tags"]


def _tried(server: FakeImmich, folder: Path, key: str = "", **settings: str) -> Result:
    mirror = mirror_of(server, folder)
    given = secrets.candidate(mirror.home.secrets, key=key or server.api_key)
    with mirror.work(asked=True) as work, given as candidate:
        return probe(work, {"candidate": candidate, "settings": settings})


@pytest.mark.parametrize("page", ["/photos", "/albums/4ead31e9-3d0c-4093-a946-81e6570216a2/", "/auth/login"])
def test_the_address_of_a_page_becomes_that_of_its_server(page: str, tmp_path: Path) -> None:
    with FakeImmich(version=3, library=sample_library(tmp_path / "immich")) as immich:
        assert _tried(immich, tmp_path, url=immich.url + page).facts["url"] == immich.url
        with pytest.raises(KeyRefused):
            _tried(immich, tmp_path, key="wrong", url=immich.url + page)
        immich.faults.add("html")
        with pytest.raises(NotImmich):
            _tried(immich, tmp_path, url=immich.url + page)
        assert {entry.path.removesuffix("/api/server/version") for entry in immich.log} >= {page.rstrip("/"), ""}
        immich.strange.clear()  # a page has no API


@pytest.fixture
def by_tls(tmp_path: Path) -> ssl.SSLContext:
    files = {"-keyout": tmp_path / "key.pem", "-out": tmp_path / "cert.pem"}
    words = [str(word) for pair in files.items() for word in pair]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-subj", "/CN=nas", "-addext", "subjectAltName=IP:127.0.0.1", *words], check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


def test_a_server_that_wants_tls_is_met_there_and_another_host_never(by_tls: ssl.SSLContext, tmp_path: Path) -> None:
    library = sample_library(tmp_path / "immich")
    with FakeImmich(version=2, library=library) as plain, FakeImmich(version=2, library=library, tls=by_tls) as secure:
        plain.faults.add("redirect", location=f"{secure.url}/api/server/version")
        settings: dict[str, Any] = {"url": f"{plain.url}/photos", "ca_file": str(tmp_path / "cert.pem")}
        assert _tried(plain, tmp_path, **settings).facts["url"] == secure.url
        assert {entry.key for entry in secure.log} == {plain.api_key}
        secure.faults.add("html")
        with pytest.raises(NotImmich):  # not "the key was not sent there": it was
            _tried(plain, tmp_path, **settings)
        secure.faults.clear()
        secure.strange.clear()
        secure.clear_log()
        plain.faults.clear()
        plain.faults.add("redirect", location=f"https://localhost:{secure.port}/api/server/version")
        with pytest.raises(ForeignRedirect) as refused:
            _tried(plain, tmp_path, **settings)
        assert f"redirects to https://localhost:{secure.port};" in refused.value.sentence
        assert secure.log == []
        plain.strange.clear()
        secure.strange.clear()


def test_a_server_that_is_set_up_is_asked_nowhere_else(tmp_path: Path) -> None:
    with FakeImmich(version=3, library=sample_library(tmp_path / "immich")) as immich:
        mirror = mirror_of(immich, tmp_path)
        with mirror.work(asked=True) as work:
            assert probe(work, {"server": SERVER}).facts["url"] == immich.url
            immich.faults.add("redirect", location="https://127.0.0.1:1/api/server/version")
            with pytest.raises(ForeignRedirect):
                probe(work, {"server": SERVER})
