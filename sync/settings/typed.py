"""Kinds of texts that settings of several sections share: one line, a host, mail addresses, a path. What a text must
look like stands with an example for people, or is told by sync/settings/reading.py.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,2000}$")]
"""Any text without line breaks and what steers a terminal."""
Host = Annotated[str, Meta(pattern=r"^[\w.:%\[\]-]{0,253}$", examples=["mail.example.org or 192.168.1.5"])]
"""A name or a number of a machine; no address of a page."""
Listening = Annotated[
    str,
    Meta(
        pattern=r"^(localhost|\d{1,3}(\.\d{1,3}){3}|\[?[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%\w+)?\]?)?$",
        examples=["192.168.1.5 or 127.0.0.1 (an address of this machine)"],
    ),
]
Hosts = Annotated[str, Meta(pattern=r"^[\w.:%\[\] -]{0,2000}$", examples=["photos.example.org frame.lan"])]
Mails = Annotated[
    str,
    Meta(
        pattern=r"^[\s,;]*([^\s@<>,;\"\x00-\x1f]{1,64}@[^\s@<>,;\"\x00-\x1f]{1,255}([\s,;]+|$)){0,50}$",
        examples=["anna@example.org, ben@example.org"],
    ),
]
WholePath = Annotated[str, Meta(pattern=r"^(/[^\x00-\x1f\x7f]{0,4095})?$", examples=["/var/log/mantelpiece.log"])]
Topic = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f#+]{0,200}$", examples=["homeassistant (no +, no #)"])]
