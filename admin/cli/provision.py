"""Set-up without a phone: `mantelpiece.toml` on the boot partition, taken in once, and its secrets moved away.

It is a settings.toml in which servers have a `key`, link albums a `key` and `password`, `[admin]` a `password` and
`[mqtt]` too, and `[wifi]` a `name`, `password` and `country`. One of nothing but `[wifi]` and `[admin] password` is for
a frame that is set up too: another router, a forgotten password. `python -m admin.cli.provision FILE` is started as
root by mantelpiece-provision.service before sync; all but the Wi-Fi is written as the service's user. What is wrong is
told in `mantelpiece-problem.txt` beside it, and changes nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from admin.cli.owner import become_owner
from admin.context import Context
from admin.security.passwords import LONGEST, SHORTEST, hashed, matches
from admin.wifi.wishes import LONGEST_NAME_BYTES, LONGEST_PASSWORD, SHORTEST_PASSWORD, is_name, is_password
from sync import secrets
from sync.clock import SystemClock
from sync.errors import MantelpieceError, UsageError, did_you_mean
from sync.files import write_durably
from sync.home import Home, find, prepare
from sync.settings.reading import load, parse_text

MOVED = "moved to the frame"
_WIFI = ["name", "password", "country"]
CONNECTIONS = Path("/etc/NetworkManager/system-connections")


@dataclass
class Plan:
    """What a provisioning file asks for; `left` is the file without its secrets."""

    settings: str
    left: str
    secrets: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    password: str = ""
    wifi: dict[str, str] = field(default_factory=dict)

    @property
    def mends(self) -> bool:
        """Whether it is only a way in: Wi-Fi, the page's password."""
        return not self.secrets and not any(tomllib.loads(self.settings).values())


def read_plan(text: str) -> Plan:
    """Raises UsageError for what is no TOML or no settings; a typing error must not half set up a frame."""
    try:
        document = tomlkit.parse(text)
        tree = tomllib.loads(text)
    except (tomlkit.exceptions.TOMLKitError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"It is not valid TOML: {error}.") from None
    _refuse_misshapen(tree)
    plan = Plan("", "")
    for name, server in _sections(tree.get("servers")):
        _move(document["servers"], name, ("key",), "servers", server, plan)
    for number, album in enumerate(tree.get("albums", [])):
        _move(document["albums"], number, ("key", "password"), "links", album, plan, named=str(album.get("name", "")))
    admin, wifi = tree.get("admin", {}), tree.get("wifi", {})
    plan.password = str(admin.get("password", ""))
    plan.wifi = {key: str(value) for key, value in wifi.items()}
    if tree.get("mqtt", {}).get("password"):
        plan.secrets.append(("mqtt", "broker", {"password": str(tree["mqtt"]["password"])}))
    for section, key in (("admin", "password"), ("wifi", "password"), ("mqtt", "password")):
        if tree.get(section, {}).get(key):
            document[section][key] = MOVED
    plan.left = tomlkit.dumps(document)
    _take_out(document)
    plan.settings = tomlkit.dumps(document)
    _check(plan)
    return plan


def take_in(home: Home, plan: Plan) -> None:
    """Write secrets, then settings; nothing where the power failed after that. Raises UsageError where this frame is
    set up otherwise already."""
    prepare(home)
    known = load(home.settings).settings
    if plan.mends and home.settings.exists():
        _mend(home, plan)
        return
    if known.servers or known.albums:
        if _is_taken_in(home, plan):
            return
        raise UsageError("This frame is set up already; nothing of it was taken in.", advice="Use the phone page.")
    for section, name, values in plan.secrets:
        secrets.put(home.secrets, section, name, **values)
    if plan.password:
        secrets.put(home.secrets, "admin", "password", hash=hashed(plan.password))
    write_durably(home.settings, plan.settings.encode(), mode=0o640)


def _mend(home: Home, plan: Plan) -> None:
    """Whoever has the card in hand may set the page's password anew; every phone is signed out by that."""
    if plan.password not in ("", MOVED):
        Context(home, SystemClock()).set_password(plan.password)


def _is_taken_in(home: Home, plan: Plan) -> bool:
    """Whether all of it is here. Else a start that was cut off would leave the secrets where everybody can read them,
    and the frame off the air."""
    try:
        same = tomllib.loads(home.settings.read_text(encoding="utf-8")) == tomllib.loads(plan.settings)
    except (OSError, ValueError):
        return False
    there = {MOVED, *secrets.all_values(home.secrets)}
    kept = all(there.issuperset(values.values()) for _, _, values in plan.secrets)
    known = plan.password in ("", MOVED) or matches(plan.password, secrets.password_hash(home.secrets))
    return same and kept and known


def write_wifi(plan: Plan, folder: Path = CONNECTIONS) -> str:
    """As root: a connection of NetworkManager's own, so that the password is in no process list. Gives why not; nothing
    where it did."""
    # Before all else: until it is known a Pi keeps its radio off, for a network of the frame's own too.
    if plan.wifi.get("country"):
        _tell("raspi-config", "nonint", "do_wifi_country", plan.wifi["country"].upper())
    if not plan.wifi.get("name") or plan.wifi.get("password") == MOVED:
        return ""
    if not folder.is_dir():
        return "The Wi-Fi was not set: this machine has no NetworkManager. Everything else was taken in."
    password = plan.wifi.get("password", "")
    lines = ["[connection]", "id=mantelpiece", f"uuid={uuid.uuid4()}", "type=wifi", "autoconnect=true", "", "[wifi]",
             f"ssid={_bytes_of(plan.wifi['name'])}", "mode=infrastructure"]  # fmt: skip
    if password:
        lines += ["", "[wifi-security]", "key-mgmt=wpa-psk", f"psk={_escaped(password)}"]
    lines += ["", "[ipv4]", "method=auto", "", "[ipv6]", "method=auto", ""]
    write_durably(folder / "mantelpiece.nmconnection", "\n".join(lines).encode(), mode=0o600)
    _tell("nmcli", "connection", "reload")
    return ""


def _tell(*words: str) -> None:
    """Where there is no such program the network is up after the next start, or by its owner's own means."""
    with suppress(FileNotFoundError):
        subprocess.run(words, check=False)


def _bytes_of(name: str) -> str:
    """As numbers: in a text a semicolon or a backslash would mean something there."""
    return "".join(f"{byte};" for byte in name.encode())


def _escaped(text: str) -> str:
    """What a key file reads back as this text, blanks at its ends too."""
    return text.replace("\\", "\\\\").replace(" ", "\\s")


def main(arguments: list[str]) -> int:
    """0 when there is nothing to do or all is done, 2 when the file was refused, 1 when the card failed."""
    named = Path(arguments[0])
    # Windows hides the ending that its editor adds.
    file = next((path for path in (named, named.with_name(named.name + ".txt")) if path.exists()), None)
    if file is None:
        return 0
    problem = named.with_name("mantelpiece-problem.txt")
    try:
        return _take(file, named.with_suffix(".toml.taken"), problem)
    except (MantelpieceError, UnicodeDecodeError) as error:
        said, code = str(error), 2
    except OSError as error:
        said, code = f"{error}. Its secrets are still on this partition; delete it once the card can be written.", 1
    print(said, file=sys.stderr)
    with suppress(MantelpieceError, OSError):
        write_durably(problem, f"{file.name}: {said}\n".encode())
    return code


def _take(file: Path, taken: Path, problem: Path) -> int:
    plan = read_plan(file.read_text(encoding="utf-8-sig"))
    _as_owner(find(), plan)
    said = write_wifi(plan)
    _overwrite(file, plan.left.encode())
    file.replace(taken)
    problem.unlink(missing_ok=True)
    if said:
        write_durably(problem, f"{file.name}: {said}\n".encode())
    return 0


def _overwrite(file: Path, content: bytes) -> None:
    """In its own place: of a file that is replaced, the secrets would stay on a partition that everybody can read."""
    with file.open("r+b") as there:
        there.write(content.ljust(file.stat().st_size, b"\n"))
        there.flush()
        os.fsync(there.fileno())


def _as_owner(home: Home, plan: Plan) -> None:
    """In a child, which gives up root for good. Raises UsageError with its sentence."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        code = 1
        try:
            take_in(become_owner(home), plan)
            code = 0
        except Exception as error:  # noqa: BLE001 - told to the parent, which writes it where a person finds it
            os.write(write, str(error).encode()[:4000])
        os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if status:
        raise UsageError(said or "It could not be taken in.")


def _sections(tree: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(name, each) for name, each in (tree or {}).items() if isinstance(each, dict)]


def _move(
    section: Any, at: Any, keys: tuple[str, ...], kind: str, tree: dict[str, Any], plan: Plan, *, named: str = ""
) -> None:
    values = {key: str(tree[key]) for key in keys if tree.get(key)}
    if values:
        plan.secrets.append((kind, named or str(at), values))
        for key in values:
            section[at][key] = MOVED


def _take_out(document: Any) -> None:
    document.pop("wifi", None)
    for entry in [*document.get("servers", {}).values(), *document.get("albums", []), document.get("admin", {}),
                  document.get("mqtt", {})]:
        for key in ("key", "password"):
            if key in entry:
                del entry[key]


def _refuse_misshapen(tree: dict[str, Any]) -> None:
    """What the settings' own reading does not see, for it is taken out before; and what would be in its way."""
    for section in ("servers", "admin", "wifi", "mqtt"):
        if not isinstance(tree.get(section, {}), dict):
            raise UsageError(f"{section} must be a section: a line [{section}], and what belongs to it below.")
    albums = tree.get("albums", [])
    if not isinstance(albums, list) or not all(isinstance(album, dict) for album in albums):
        raise UsageError("albums must be sections: a line [[albums]] for each, and what belongs to it below.")
    for key in tree.get("wifi", {}):
        if key not in _WIFI:
            raise UsageError(f"There is no {key!r} in [wifi].{did_you_mean(key, _WIFI)}")


def _check_wifi(wifi: dict[str, str]) -> None:
    """A frame that joins no network because of a slip would be off the air, and nobody there to tell."""
    if not "".join(wifi.values()).isprintable():
        raise UsageError("[wifi] holds a character that cannot be typed.")
    if wifi.keys() - {"country"} and not is_name(wifi.get("name", "")):
        raise UsageError(f"wifi.name must have 1 to {LONGEST_NAME_BYTES} letters (an accent counts as two), no dash "
                         "in front.")  # fmt: skip
    if not is_password(wifi.get("password", "")):
        raise UsageError(f"wifi.password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; of a network "
                         "without one leave it out.")  # fmt: skip
    if not re.fullmatch("([A-Za-z]{2})?", wifi.get("country", "")):
        raise UsageError("wifi.country has two letters, such as AT.")


def _check(plan: Plan) -> None:
    problems = parse_text(plan.settings).problems
    if problems:
        raise UsageError(" ".join(problem.sentence for problem in problems))
    if plan.password and not SHORTEST <= len(plan.password) <= LONGEST:
        raise UsageError(f"admin.password must have {SHORTEST} to {LONGEST} characters.")
    _check_wifi(plan.wifi)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
