"""Certificates: each kind of wrong one by its name, private authorities and pinned fingerprints."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.errors import CertificateProblem, Unreachable
from tests.fakes.immich import FakeImmich, Library
from tests.manual_clock import ManualClock
from tests.sync.immich.conftest import Connect

_CONFIG = """
[ca]
default_ca = here
[here]
dir = {folder}
new_certs_dir = {folder}
database = {folder}/index
serial = {folder}/serial
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""
CASES = {
    "good": ("IP:127.0.0.1", "20200101000000Z", "20990101000000Z"),
    "expired": ("IP:127.0.0.1", "20200101000000Z", "20210101000000Z"),
    "not-yet-valid": ("IP:127.0.0.1", "20980101000000Z", "20990101000000Z"),
    "wrong-name": ("DNS:photos.example", "20200101000000Z", "20990101000000Z"),
}


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca.pem, and NAME.pem with NAME.key for every case."""
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "config").write_text(_CONFIG.format(folder=folder))
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    authority = ("-subj", "/CN=Test authority", "-addext", "basicConstraints=critical,CA:TRUE", "-days", "3650")
    _openssl("req", "-x509", *key, *authority, "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")
    for name, (alternative, begin, end) in CASES.items():
        request = f"{folder}/{name}.csr"
        names = ("-subj", "/CN=nas", "-addext", f"subjectAltName={alternative}")
        _openssl("req", "-new", *key, *names, "-keyout", f"{folder}/{name}.key", "-out", request)
        signer = ("-cert", f"{folder}/ca.pem", "-keyfile", f"{folder}/ca.key", "-config", f"{folder}/config")
        span = ("-startdate", begin, "-enddate", end)
        _openssl("ca", "-batch", *signer, *span, "-in", request, "-out", f"{folder}/{name}.pem", "-notext")
    return folder


@pytest.fixture(scope="module")
def secure(certificates: Path, special: Library) -> Iterator[dict[str, FakeImmich]]:
    servers = {}
    for name in CASES:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
        servers[name] = FakeImmich(version=3, library=special, tls=context)
        servers[name].__enter__()
    yield servers
    for server in servers.values():
        server.stop()


def test_a_private_authority_is_trusted_when_it_is_given(
    secure: dict[str, FakeImmich], certificates: Path, connect: Connect
) -> None:
    client = connect(secure["good"], ca_file=str(certificates / "ca.pem"))
    assert client.albums()


@pytest.mark.parametrize("reason", ["expired", "not-yet-valid", "wrong-name"])
def test_a_wrong_certificate_is_named_and_nothing_is_sent(
    reason: str, secure: dict[str, FakeImmich], certificates: Path, connect: Connect
) -> None:
    with pytest.raises(CertificateProblem) as raised:
        connect(secure[reason], ca_file=str(certificates / "ca.pem")).version()
    assert raised.value.facts["reason"] == reason
    assert secure[reason].log == []


def test_an_unknown_authority_is_named(secure: dict[str, FakeImmich], connect: Connect) -> None:
    with pytest.raises(CertificateProblem) as raised:
        connect(secure["good"]).version()
    assert raised.value.facts["reason"] == "unknown-authority"


def test_while_the_clock_is_not_set_a_certificate_not_yet_valid_means_wait(
    secure: dict[str, FakeImmich], certificates: Path, connect: Connect
) -> None:
    clock = ManualClock(believed=False)
    with pytest.raises(CertificateProblem) as raised:
        connect(secure["not-yet-valid"], ca_file=str(certificates / "ca.pem"), clock=clock).version()
    assert "clock of this device" in raised.value.sentence


def test_a_pinned_certificate_is_trusted_for_itself_and_no_other_is(
    secure: dict[str, FakeImmich], certificates: Path, connect: Connect
) -> None:
    pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert((certificates / "expired.pem").read_text())).hexdigest()
    assert connect(secure["expired"], fingerprint=pin.upper()).version().major == 3
    secure["good"].clear_log()
    with pytest.raises(CertificateProblem) as raised:
        connect(secure["good"], fingerprint=pin).version()
    assert raised.value.facts["reason"] == "fingerprint"
    assert secure["good"].count("/server/version") == 0


def test_a_missing_authority_file_is_said(secure: dict[str, FakeImmich], connect: Connect) -> None:
    with pytest.raises(CertificateProblem, match="ca_file"):
        connect(secure["good"], ca_file="/nonexistent/ca.pem").version()


def test_plain_http_behind_an_https_address_is_a_sentence(servers: dict[int, FakeImmich], connect: Connect) -> None:
    with pytest.raises((CertificateProblem, Unreachable)):
        connect(servers[3].url.replace("http:", "https:"), fingerprint="ab" * 32).version()
