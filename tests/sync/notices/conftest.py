"""Certificates of an authority of our own, and a device that tells."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from sync import secrets
from sync.home import Home
from sync.library.database import Library
from sync.notices.tell import tell, test
from sync.settings.tree import Notices, Server, Settings
from sync.work import Result, Work
from tests.manual_clock import ManualClock


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """PEM and key for 127.0.0.1; whoever is to trust it takes it for its own authority."""
    folder = tmp_path_factory.mktemp("certificate")
    names = ("-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "3650")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    made = ("openssl", "req", "-x509", *key, *names, "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem")
    subprocess.run(made, check=True, capture_output=True)
    return f"{folder}/cert.pem", f"{folder}/key.pem"


@pytest.fixture
def trusting(certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])


@dataclass
class Device:
    home: Home
    settings: Settings
    clock: ManualClock = field(default_factory=ManualClock)
    whole: bool = True

    def tell(self) -> Result:
        return self._do(tell)

    def test(self) -> Result:
        return self._do(test)

    def _do(self, handler: Callable[[Work, dict[str, object]], Result]) -> Result:
        library = Library(self.home.library)
        try:
            work = Work(home=self.home, settings=self.settings, settings_whole=self.whole, library=library,
                        clock=self.clock)  # fmt: skip
            return handler(work, {})
        finally:
            library.close()

    def library(self) -> Library:
        return Library(self.home.library)

    def rules(self, **values: object) -> None:
        self.settings = Settings(servers=self.settings.servers, albums=self.settings.albums, smart=self.settings.smart,
                                 notices=Notices(**values))  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def device(home: Home) -> Device:
    secrets.put(home.secrets, "servers", "home", key="CANARYkeyOfTheServer12345")
    return Device(home, Settings(servers={"home": Server(url="http://192.0.2.1")}))
