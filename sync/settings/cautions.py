"""What is sound in the settings and yet deserves a second look: one sentence each. Told by the device's page,
'settings check' and 'doctor'. Pure.
"""

from __future__ import annotations

from sync.hosts import is_this_machine
from sync.settings.tree import Mqtt, Settings


def cautions(settings: Settings) -> list[str]:
    """Sentences that say what to do; none where all is well."""
    return [_IN_CLEAR.format(host=settings.mqtt.host)] if _tells_in_clear(settings.mqtt) else []


_IN_CLEAR = (
    "The password of the MQTT broker goes to {host} in clear, where anybody in the network can read it; let the broker "
    "speak TLS and set mqtt.tls = true (its port is often 8883)."
)


def _tells_in_clear(mqtt: Mqtt) -> bool:
    return bool(mqtt.host and mqtt.user) and not mqtt.tls and not is_this_machine(mqtt.host)
