"""What deserves a second look, each with its sentence."""

from __future__ import annotations

import pytest

from sync.settings.cautions import cautions
from sync.settings.tree import Mqtt, Settings

CASES = {
    "in clear over the network": (Mqtt(host="nas.lan", user="frame"), 1),
    "in clear by address": (Mqtt(host="192.168.1.5", user="frame"), 1),
    "over TLS": (Mqtt(host="nas.lan", user="frame", tls=True), 0),
    "without a password": (Mqtt(host="nas.lan"), 0),
    "on this machine": (Mqtt(host="localhost", user="frame"), 0),
    "on this machine by address": (Mqtt(host="127.0.0.1", user="frame"), 0),
    "on this machine in IPv6": (Mqtt(host="::1", user="frame"), 0),
    "a name that only looks so": (Mqtt(host="localhost.example.org", user="frame"), 1),
    "no broker": (Mqtt(user="frame"), 0),
}


@pytest.mark.parametrize(("mqtt", "count"), CASES.values(), ids=CASES)
def test_a_password_that_goes_in_clear_is_warned_of(mqtt: Mqtt, count: int) -> None:
    told = cautions(Settings(mqtt=mqtt))
    assert len(told) == count
    assert all(mqtt.host in sentence and "mqtt.tls" in sentence for sentence in told)
