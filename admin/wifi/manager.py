"""NetworkManager, by nmcli: what networks are heard, our own, and joining one. Raises NetworkTrouble.

What changes anything wants root, which the page is not: see wishing.py.

Codes and passwords go to nmcli's standard input, never into its arguments: those everybody on the machine can list.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from sync.errors import MantelpieceError

OWN, JOINED, TRIED = "mantelpiece-setup", "mantelpiece", "mantelpiece-tried"
ADDRESS = "10.42.0.1"
"""What NetworkManager gives itself in a network that it shares."""
PATIENCE_SECONDS = 60.0
_WAIT = ("--wait", "45")


class NetworkTrouble(MantelpieceError):
    """NetworkManager could not do it."""


@dataclass(frozen=True)
class Network:
    """A Wi-Fi that is heard here."""

    name: str
    signal: int
    """Percent."""
    locked: bool
    only_sae: bool = False
    """WPA3 alone."""


class Manager:
    """nmcli on this machine."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ

    def device(self) -> str:
        """The Wi-Fi device, or empty: there is none, or no NetworkManager."""
        if shutil.which("nmcli", path=self._environ.get("PATH")) is None:
            return ""
        try:
            rows = self._rows("device", "status", fields="DEVICE,TYPE,STATE")
        except NetworkTrouble:
            return ""
        return next((row[0] for row in rows if row[1] == "wifi" and row[2] not in ("unmanaged", "unavailable")), "")

    def connected(self) -> bool:
        """Whether a cable or a Wi-Fi other than our own is up. One that is only tried, again and again, is not."""
        rows = self._rows("connection", "show", "--active", fields="NAME,TYPE,STATE")
        kinds = ("802-11-wireless", "802-3-ethernet", "wifi", "ethernet")
        return any(row[0] != OWN and row[1] in kinds and row[2] == "activated" for row in rows)

    def known(self) -> list[str]:
        """The Wi-Fi networks that are remembered here, as they call themselves."""
        rows = self._rows("connection", "show", fields="NAME,UUID,TYPE")
        ours = [row[1] for row in rows if row[2] in ("802-11-wireless", "wifi") and row[0] != OWN]
        wanted = ("--escape", "no", "--get-values", "802-11-wireless.ssid", "connection", "show", "uuid")
        return sorted({self._run(*wanted, uuid).removesuffix("\n") for uuid in ours})

    def networks(self) -> list[Network]:
        """What is heard, the strongest first, each name once."""
        found: dict[str, Network] = {}
        for name, signal, security in self._rows("device", "wifi", "list", fields="SSID,SIGNAL,SECURITY"):
            level = int(signal) if signal.isdigit() else 0
            if name and (name not in found or found[name].signal < level):
                found[name] = Network(name, level, security not in ("", "--"), security.split()[:1] == ["WPA3"])
        return sorted(found.values(), key=lambda each: -each.signal)

    def open_own(self, name: str, code: str) -> None:
        """A network of our own, with this name and code."""
        self.close_own()
        # Kept in memory alone: it must not come back by itself after a restart, and its code lies on no card. Without
        # protected management frames, whose key a Pi's radio refuses: the network would never come up.
        self._run("connection", "add", "save", "no", "type", "wifi", "ifname", "*", "con-name", OWN,
                  "ssid", name, "autoconnect", "no", "wifi.mode", "ap", "ipv4.method", "shared",
                  "ipv6.method", "ignore", "wifi-sec.key-mgmt", "wpa-psk", "wifi-sec.proto", "rsn",
                  "wifi-sec.pairwise", "ccmp", "wifi-sec.group", "ccmp", "wifi-sec.pmf", "disable")  # fmt: skip
        self._bring_up(OWN, code)

    def close_own(self) -> None:
        """Take it down, and forget it: it must not come back by itself after a restart."""
        self._forget(OWN)

    def join(self, name: str, password: str) -> None:
        """Join this Wi-Fi and remember it; the one that was chosen before is forgotten only then, and comes back where
        this one was not joined."""
        heard = [each for each in self.networks() if each.name == name]
        kind = "sae" if any(each.only_sae for each in heard) else "wpa-psk"
        secured = ("wifi-sec.key-mgmt", kind) if password else ()
        # One that keeps its name to itself answers only who calls it.
        hidden = () if heard else ("wifi.hidden", "yes")
        self._forget(TRIED)
        self._run("connection", "add", "type", "wifi", "ifname", "*", "con-name", TRIED, "autoconnect", "no",
                  "ssid", name, *hidden, *secured)  # fmt: skip
        try:
            self._bring_up(TRIED, password)
        except NetworkTrouble:
            self._forget(TRIED)
            with suppress(NetworkTrouble):  # there was none, or it is out of reach
                self._bring_up(JOINED, "")
            raise
        # It comes back by itself from now on, also where the power fails before it has its name.
        self._run("connection", "modify", "id", TRIED, "connection.autoconnect", "yes")
        self._forget(JOINED)
        self._run("connection", "modify", "id", TRIED, "connection.id", JOINED)

    def _forget(self, connection: str) -> None:
        with suppress(NetworkTrouble):  # it was not there
            self._run("connection", "delete", "id", connection)

    def _bring_up(self, connection: str, secret: str) -> None:
        if not secret:
            self._run(*_WAIT, "connection", "up", "id", connection)
            return
        line = "802-11-wireless-security.psk:" + re.sub(r"([\\\s])", r"\\\1", secret) + "\n"
        self._run(*_WAIT, "connection", "up", "id", connection, "passwd-file", "/dev/stdin", told=line)

    def _rows(self, *words: str, fields: str) -> list[list[str]]:
        told = self._run("--terse", "--escape", "yes", "--fields", fields, *words)
        rows = [_parts(line) for line in told.split("\n")]
        # Neighbours choose their names: one that breaks its line is passed over, and the others stay.
        return [row for row in rows if len(row) == fields.count(",") + 1]

    def _run(self, *words: str, told: str = "") -> str:
        try:
            done = subprocess.run(
                ["nmcli", *words], capture_output=True, text=True, errors="replace", timeout=PATIENCE_SECONDS,
                input=told, env={**self._environ, "LC_ALL": "C"}, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NetworkTrouble("NetworkManager does not answer.") from error
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise NetworkTrouble(said[-1].removeprefix("Error: ") if said else "NetworkManager refused.")
        return done.stdout


def _parts(line: str) -> list[str]:
    """The values of a line; a colon in one is written \\: there, and a backslash twice."""
    parts = re.split(r"(?<!\\):", line.replace(r"\\", "\0"))
    return [part.replace(r"\:", ":").replace("\0", "\\") for part in parts]
