"""A frame without a network: its own one after a minute, a page to choose, and back again when that fails. nmcli is a
script with the state of a NetworkManager; the wall is a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin.context import Context
from admin.wifi.decide import FIRST_SECONDS, SAY_AFTER_SECONDS, SAY_EVERY_SECONDS, Do, Facts, decide
from admin.wifi.manager import OWN, Manager, Network, NetworkTrouble
from admin.wifi.watch import Watch
from admin.wifi.wishing import Wishing
from frame.control import ask
from sync.home import Home
from tests.admin.phone import Phone
from tests.admin.wall import hanging
from tests.manual_clock import ManualClock
from tests.patience import until

TOP = Path(__file__).parents[3]
NMCLI = r"""#!/bin/sh
# Profiles are files below profiles/, each with what its network is called; `active` holds the one that is up.
S=@STATE@
echo "$*" >> "$S/calls"
gone() { echo "Error: unknown connection '$1'." >&2; exit 10; }
named() { key=$1; shift; while [ "$1" != "$key" ]; do shift; done; echo "$2"; }
case "$*" in
  *"device status") echo "lo:loopback:unmanaged"; echo "wlan0:wifi:$(cat $S/device)";;
  *"connection show --active") for up in $(cat "$S/active" 2>/dev/null); do
    echo "$up:802-11-wireless:$(cat "$S/trying" 2>/dev/null || echo activated)"; done;;
  *"connection show") for each in $(ls "$S/profiles"); do echo "$each:uuid-of-$each:802-11-wireless"; done;;
  *"connection show uuid "*) for id; do :; done; cat "$S/profiles/${id#uuid-of-}";;
  *"device wifi list") # what sends a network of its own hears no other
    if grep -qx @OWN@ "$S/active" 2>/dev/null; then echo "$(cat "$S/profiles/@OWN@"):100:WPA2"; exit; fi
    printf 'Our\\: house:80:WPA2\nOur\\: house:60:WPA2\nCafé:40:\nNew:35:WPA3\n:90:WPA2\n'
    printf 'evil\\\\:30:WPA2\nbroken\n\033[2Jline:20:WPA2\n';;
  "connection add"*) named ssid "$@" > "$S/profiles/$(named con-name "$@")" 2>/dev/null;;
  "connection delete id"*) [ -e "$S/profiles/$4" ] || gone "$4"
    rm "$S/profiles/$4"; grep -qx "$4" "$S/active" && rm "$S/active";;
  "connection modify id"*) [ -e "$S/profiles/$4" ] || gone "$4"
    [ "$5" = connection.autoconnect ] && exit 0
    mv "$S/profiles/$4" "$S/profiles/$6"; echo "$6" > "$S/active";;
  *"connection up id"*) id=$6; [ -e "$S/profiles/$id" ] || gone "$id"
    if [ "$8" = /dev/stdin ]; then cat > "$S/said"; cat "$S/said" >> "$S/told"; fi
    if grep -q wrong "$S/said" 2>/dev/null && [ "$8" ]; then
      rm -f "$S/active"; echo "Error: Secrets were required, but not provided." >&2; exit 4
    fi
    [ "$id" = @OWN@ ] && [ -e "$S/no-hotspot" ] && exit 4
    echo "$id" > "$S/active";;
  *) echo "Error: not understood: $*" >&2; exit 2;;
esac
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, programs = tmp_path / "state", tmp_path / "programs"
    (folder / "profiles").mkdir(parents=True)
    programs.mkdir()
    (folder / "device").write_text("disconnected\n")
    script = programs / "nmcli"
    script.write_text(NMCLI.replace("@STATE@", str(folder)).replace("@OWN@", OWN))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return folder


@pytest.fixture
def door(tmp_path: Path, state: Path) -> Iterator[Path]:
    """Where root's part is wished of: systemd's own hand that listens, and a program for each wish."""
    path = tmp_path / "door"
    command = ["systemd-socket-activate", "--listen", path, "--accept", "--inetd"]
    listening = subprocess.Popen([*command, sys.executable, "-m", "admin.wifi.helper"], stderr=subprocess.DEVNULL,
                                 env=os.environ | {"PYTHONPATH": str(TOP)})  # fmt: skip
    try:
        until(path.exists)
        yield path
    finally:
        listening.terminate()
        listening.wait()


def remembered(state: Path) -> dict[str, str]:
    """Each profile, and what its network is called."""
    return {each.name: each.read_text().strip() for each in sorted((state / "profiles").iterdir())}


def calls(state: Path) -> str:
    return (state / "calls").read_text()


def told(state: Path) -> list[str]:
    """What nmcli read from its standard input."""
    return (state / "told").read_text().splitlines()


# connected, away, ever, known, open, said; what is done
CASES = {
    "all is well": ((True, 0, True, True, False, None), Do.NOTHING),
    "just started": ((False, 5, False, False, False, None), Do.NOTHING),
    "a minute without any": ((False, FIRST_SECONDS, False, False, False, None), Do.OPEN),
    "a password that somebody mistyped on the card": ((False, FIRST_SECONDS, False, True, False, None), Do.OPEN),
    "open already": ((False, 9999, False, False, True, None), Do.NOTHING),
    "somebody plugged in a cable": ((True, 0, True, True, True, None), Do.CLOSE),
    "the router restarts": ((False, 300, True, True, False, None), Do.NOTHING),
    "the router at the cable's end restarts": ((False, 300, True, False, False, None), Do.NOTHING),
    "set up by a cable, and hung up without": ((False, SAY_AFTER_SECONDS, True, False, False, None), Do.OPEN),
    "gone for long": ((False, SAY_AFTER_SECONDS, True, True, False, None), Do.SAY),
    "said already": ((False, 4000, True, True, False, 3000), Do.NOTHING),
    "said long ago": ((False, 99999, True, True, False, SAY_EVERY_SECONDS), Do.SAY),
    "a frame that had one never opens its own": ((False, 9e9, True, True, False, 10), Do.NOTHING),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES)
def test_what_is_done_about_it(given: tuple, expected: Do) -> None:
    assert decide(Facts(*given)) is expected


def test_at_first_boot_the_wall_shows_the_frames_own_network_and_the_page_leads_into_ours(
    phone: Phone, context: Context, home: Home, clock: ManualClock, state: Path, door: Path
) -> None:
    context.wifi = watch = Watch(context, Wishing(door))
    with hanging(home):
        watch.step()
        assert not watch.code
        clock.advance(FIRST_SECONDS)
        watch.step()
        assert f"ifname * con-name {OWN} ssid {watch.name} autoconnect no wifi.mode ap" in calls(state)
        assert told(state) == [f"802-11-wireless-security.psk:{watch.code}"]
        assert ask(home, "now")["sign_seconds"] > 3000, "name and code are on the wall"
        assert [watch.name in watch._lines()[1], watch.code[:4] in watch._lines()[2]] == [True, True]
        page = phone.get("/wifi").text
        assert "Our: house" in page
        assert page.count("Our: house") == 2, "each name once"
        assert watch.name not in page, "not its own, which is all that is heard now"
        phone.post("/wifi/join", {"name": "Our: house", "password": "wrong but long"})
        watch.step()
        assert "was not joined: Secrets were required" in watch.trouble
        assert watch.code, "open again, for another try"
        assert "Secrets were required" in phone.get("/wifi").text
        answer = phone.post("/wifi/join", {"name": "Our: house", "password": "correct horse"})
        assert "tries to join Our: house" in phone.follow(answer).text
        watch.step()
        assert (watch.code, watch.trouble) == ("", "")
        assert ask(home, "now")["sign_seconds"] == 0
        assert (state / "active").read_text() == "mantelpiece\n"
        assert remembered(state) == {"mantelpiece": "Our: house"}


SECRETS = {
    "plain": ("correct horse", r"correct\ horse"),
    "a backslash and blanks at its ends": (r" a\b c ", r"\ a\\b\ c\ "),
    "signs": ("a:b=c#d'e$f", "a:b=c#d'e$f"),
}


@pytest.mark.parametrize(("secret", "line"), SECRETS.values(), ids=SECRETS)
def test_no_code_and_no_password_is_an_argument_that_everybody_could_list(state: Path, secret: str, line: str) -> None:
    manager = Manager()
    manager.open_own("mantelpiece-1", "12345678")
    manager.join("Our: house", secret)
    assert told(state) == ["802-11-wireless-security.psk:12345678", f"802-11-wireless-security.psk:{line}"]
    assert not any(each in calls(state) for each in ("12345678", secret, line))
    assert "wifi-sec.pmf disable" in next(line for line in calls(state).splitlines() if "wifi.mode ap" in line)


def test_each_network_is_joined_in_its_own_way(state: Path) -> None:
    manager = Manager()
    for name, password, said in (
        ("New", "long enough", "ssid New wifi-sec.key-mgmt sae"), ("Café", "", "connection up id mantelpiece-tried\n"),
        ("Our: house", "long enough", "ssid Our: house wifi-sec.key-mgmt wpa-psk"),
    ):  # fmt: skip
        manager.join(name, password)
        assert said in calls(state)
        assert remembered(state) == {"mantelpiece": name}


def test_a_network_that_keeps_its_name_to_itself_is_called(phone: Phone, context: Context, state: Path) -> None:
    context.wifi = watch = Watch(context, Manager())
    phone.post("/wifi/join", {"name": "Our: house", "other": "Quiet", "password": "long enough"})
    watch.step()
    assert "ssid Quiet wifi.hidden yes wifi-sec.key-mgmt wpa-psk" in calls(state)
    assert remembered(state) == {"mantelpiece": "Quiet"}
    phone.post("/wifi/join", {"name": "Our: house", "other": " ", "password": "long enough"})
    watch.step()
    assert remembered(state) == {"mantelpiece": "Our: house"}


def test_a_password_that_is_wrong_costs_nobody_the_network_that_there_was(state: Path) -> None:
    manager = Manager()
    with pytest.raises(NetworkTrouble):
        manager.join("Our: house", "wrong but long")
    assert (remembered(state), (state / "active").exists()) == ({}, False)
    manager.join("Our: house", "long enough")
    with pytest.raises(NetworkTrouble, match="Secrets were required"):
        manager.join("New", "wrong but long")
    assert remembered(state) == {"mantelpiece": "Our: house"}
    assert (state / "active").read_text() == "mantelpiece\n", "up again"


NO_WISHES = {
    "no JSON": b"join me",
    "no UTF-8": b'{"type": "join", "name": "\xff", "password": ""}',
    "deeper than anything is read": b'{"type": "join", "x": ' + b"[" * 4000,
    "another verb": b'{"type": "show", "name": "Our: house"}',
    "a network of ours by another name": b'{"type": "open", "name": "Our: house", "code": "12345678"}',
    "a code that is none": b'{"type": "open", "name": "mantelpiece-1a2b", "code": "1 yes"}',
    "a code with a line's end": b'{"type": "open", "name": "mantelpiece-1a2b", "code": "12345678\\n"}',
    "a name with a line's end": b'{"type": "open", "name": "mantelpiece-1a2b\\n", "code": "12345678"}',
    "an option of nmcli": b'{"type": "join", "name": "--help", "password": "long enough"}',
    "a line more": b'{"type": "join", "name": "x", "password": "long enough\\n802-1x.password:x"}',
    "too much": json.dumps({"type": "join", "name": "x", "password": "x" * 9999}).encode(),
}


@pytest.mark.parametrize("wish", NO_WISHES.values(), ids=NO_WISHES)
def test_what_is_none_of_the_four_wishes_reaches_no_networkmanager(state: Path, wish: bytes) -> None:
    command = [sys.executable, "-m", "admin.wifi.helper"]
    done = subprocess.run(command, input=wish, capture_output=True, check=False, cwd=TOP)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"refused" in done.stderr
    assert not (state / "calls").exists()


def test_where_nobody_listens_it_is_said(phone: Phone, context: Context, state: Path, tmp_path: Path) -> None:
    context.wifi = Watch(context, Wishing(tmp_path / "nowhere"))
    assert "does not answer" in phone.get("/wifi").text


def test_a_frame_that_had_a_network_waits_for_it_and_says_so_now_and_then(
    context: Context, home: Home, clock: ManualClock, state: Path
) -> None:
    (state / "active").write_text("mantelpiece\n")
    (state / "profiles" / "mantelpiece").write_text("Our: house\n")
    Watch(context).step()
    (state / "active").unlink()
    watch = Watch(context)
    with hanging(home):
        clock.advance(SAY_AFTER_SECONDS)
        watch.step()
        assert ask(home, "now")["sign_seconds"] > 0
        assert "connection add" not in calls(state)
        assert watch._gone()[1] == "Tried: Our: house"


def test_a_network_that_is_only_tried_is_none(context: Context, home: Home, clock: ManualClock, state: Path) -> None:
    """A router that is gone, a cable into a switch that gives no address: it is tried again and again, for ever."""
    (state / "active").write_text("theirs\n")
    (state / "profiles" / "theirs").write_text("Old house\n")
    (state / "trying").write_text("activating\n")
    watch = Watch(context, Manager())
    with hanging(home):
        watch.step()
        clock.advance(FIRST_SECONDS)
        watch.step()
        assert watch.code, "its own is open"
        assert not (home.private / "network-seen").exists()
    (state / "active").write_text("theirs\n")
    (state / "trying").unlink()
    watch.step()
    assert (watch.code, (home.private / "network-seen").exists()) == ("", True), "up at last"


def test_without_a_wall_to_show_its_code_no_network_is_opened(
    context: Context, clock: ManualClock, state: Path
) -> None:
    watch = Watch(context)
    clock.advance(FIRST_SECONDS)
    watch.step()
    assert (watch.code, "connection add" in calls(state)) == ("", False)


def test_without_wifi_or_networkmanager_nothing_is_done(
    phone: Phone, context: Context, clock: ManualClock, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context.wifi = watch = Watch(context)
    (state / "device").write_text("unavailable\n")
    clock.advance(9999)
    watch.step()
    assert "has no Wi-Fi" in phone.get("/wifi").text
    assert phone.post("/wifi/join", {"name": "x", "password": ""}).status_code == 422
    assert "connection add" not in calls(state)
    assert Manager({"PATH": "/nowhere"}).device() == ""


NO_NETWORKS = [("", "long enough"), ("x" * 33, "long enough"), ("-x", ""), ("x\ny", ""), ("x", "short")]


@pytest.mark.parametrize("form", NO_NETWORKS)
def test_what_cannot_be_a_network_is_refused(
    phone: Phone, context: Context, state: Path, form: tuple[str, str]
) -> None:
    context.wifi = Watch(context)
    assert phone.post("/wifi/join", {"name": form[0], "password": form[1]}).status_code == 422
    assert context.wifi._wish is None


def test_what_nmcli_says_is_read_with_its_colons(state: Path) -> None:
    heard = Manager().networks()
    assert heard[:3] == [Network("Our: house", 80, True), Network("Café", 40, False), Network("New", 35, True, True)]
    assert heard[3] == Network("evil\\", 30, True), "a neighbour's name spoils no list"
    (state / "no-hotspot").touch()
    with pytest.raises(NetworkTrouble):
        Manager().open_own("x", "12345678")
