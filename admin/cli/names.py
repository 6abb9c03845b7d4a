"""Names and addresses as a person types them: what is accepted, and one sentence for what is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from sync.errors import UsageError
from sync.hosts import with_scheme

_LONGEST_NAME = 120
_SERVER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def server_name(text: str) -> str:
    """A server's name: letters, digits, - and _."""
    if not _SERVER_NAME.fullmatch(text):
        raise UsageError(f"{text!r} cannot be a server's name: use up to 40 letters, digits, - and _.")
    return text


def fitting_name(text: str) -> str:
    """What an album of that name elsewhere is called here, where nobody said: names there may hold and be anything."""
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:_LONGEST_NAME].strip() or "Unnamed album"


def album_name(text: str) -> str:
    """An album's name on this device."""
    name = text.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{text!r} cannot be an album's name: use 1 to 120 printable characters.")
    return name


def only_one(names: Sequence[str], what: str) -> str:
    """The one that needs no naming. Raises UsageError where there is none, or where a choice is left."""
    if not names:
        raise UsageError(f"No {what} is set up.")
    if len(names) > 1:
        raise UsageError(f"Say which {what}: {', '.join(names)}.")
    return names[0]


def server_address(text: str) -> str:
    """An http or https address without name, password, query or fragment in it; its scheme may be left out."""
    address = with_scheme(text.strip().rstrip("/"))
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{text!r} is no address.", advice="It looks like https://photos.example.org.") from None
    if parts.scheme not in ("http", "https") or not host or any(one.isspace() for one in address):
        raise UsageError(f"{text!r} is no address.", advice="It looks like https://photos.example.org.")
    if parts.username is not None or parts.password is not None:
        raise UsageError("The address must not hold a name or password.", advice="Use --header-file for a gateway.")
    if parts.query or parts.fragment:
        raise UsageError("The address must end before '?' and '#'.")
    return address


def shared_link(text: str) -> tuple[str, str]:
    """The address of the server and the key of a link such as https://host/share/KEY."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError:
        parts = urlsplit("")
    head, _, key = parts.path.rstrip("/").rpartition("/")
    kind = head.rpartition("/")[2]
    if parts.scheme in ("http", "https") and parts.hostname and kind == "s":
        raise UsageError(
            "A link with a name of its own (/s/…) does not tell its key.",
            advice="Remove its custom URL in Immich, and use the link that ends with /share/ and the key.",
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or kind != "share" or not key.isprintable():
        raise UsageError("This is no shared link.", advice="It looks like https://photos.example.org/share/…")
    if parts.username is not None or parts.password is not None:
        raise UsageError("The link must not hold a name or password.")
    return f"{parts.scheme}://{parts.netloc}{head.removesuffix('/share')}", key
