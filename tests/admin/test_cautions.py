"""What is sound in the settings and deserves a second look: told on the device's page, never in the way."""

from __future__ import annotations

import pytest

from sync.home import Home
from sync.settings.edit import set_value
from tests.admin.phone import Phone


@pytest.fixture
def broker(home: Home) -> Home:
    set_value(home, "mqtt.host", "nas.lan")
    set_value(home, "mqtt.user", "frame")
    return home


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "goes to nas.lan in clear"), ("de", "geht unverschlüsselt an nas.lan")],
)
def test_a_brokers_password_that_goes_in_clear_is_told_on_the_page(
    phone: Phone, broker: Home, language: str, told: str
) -> None:
    assert told in phone.get("/device", **{"Accept-Language": language}).text
    set_value(broker, "mqtt.tls", "true")
    assert told not in phone.get("/device", **{"Accept-Language": language}).text
