"""Every server: does it answer, is it Immich, does it accept the key, what may the key not do. Asked by jobs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from admin.cli.checks.finding import Finding, bad, ok, warn
from admin.cli.verb import Call, JobFailed
from sync import secrets
from sync.settings.last_good import Kept


def servers(call: Call, kept: Kept) -> Iterator[Finding]:
    """One probe each; those that are here for shared links alone have no key to try."""
    for name, server in kept.settings.servers.items():
        if not secrets.of_server(call.home.secrets, name).key:
            continue
        try:
            ended = call.do("probe", {"server": name})
        except JobFailed as error:
            hint = address_hint(server.url) if error.facts.get("error") in ("Unreachable", "NotImmich",
                                                                          "CertificateProblem") else ""  # fmt: skip
            advice = f"{hint} {error.advice}".strip()
            yield bad("server", f"{name}: {error.sentence}", advice, exit_code=error.exit_code)
            continue
        yield ok("server", f"{name}: {ended.sentence}")
        for problem in ended.problems:
            yield warn("server", f"{name}: {problem}", "Give the key this permission in Immich.")


def address_hint(url: str) -> str:
    """What is most often wrong with an address of that form, or nothing."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.port == 2283:
        return "Port 2283 is Immich itself, which speaks http: try http://, or the address of your proxy."
    if parts.scheme == "https" and parts.port is None and _is_local(parts.hostname or ""):
        return "Inside your network Immich usually answers at http://" + f"{parts.hostname}:2283."
    if parts.scheme == "http" and parts.port is None:
        return f"Without a port this is port 80; Immich itself answers at http://{parts.hostname}:2283."
    if parts.scheme == "http" and parts.port == 443:
        return "Port 443 speaks https: try https://."
    if parts.port == 3001:
        return "Port 3001 was Immich's in old versions; it is 2283 now."
    return ""


def _is_local(host: str) -> bool:
    return host.startswith(("192.168.", "10.", "172.")) or host.endswith(".local") or "." not in host
