"""A frame without a network: its own one after a minute, a page to choose, and back again when that fails. nmcli is a
script with the state of a NetworkManager; the wall is a real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from admin.house import House
from admin.wifi.decide import FIRST_SECONDS, SAY_AFTER_SECONDS, SAY_EVERY_SECONDS, Do, Facts, decide
from admin.wifi.manager import OWN, Manager, Network, NetworkTrouble
from admin.wifi.watch import Watch
from frame.control import ask
from sync.home import Home
from tests.admin.phone import Phone
from tests.admin.wall import hanging
from tests.manual_clock import ManualClock

NMCLI = r"""#!/bin/sh
S=@STATE@
echo "$*" >> "$S/calls"
case "$*" in
  *"device status") echo "lo:loopback:unmanaged"; echo "wlan0:wifi:$(cat $S/device)";;
  *"connection show --active") cat "$S/active" 2>/dev/null; true;;
  *"connection show") cat "$S/known" 2>/dev/null; true;;
  *"device wifi list") printf 'Our\\: house:80:WPA2\nOur\\: house:60:WPA2\nCafé:40:\nNew:35:WPA3\n:90:WPA2\n'
    printf 'evil\\\\:30:WPA2\nbroken\n\033[2Jline:20:WPA2\n';;
  "connection add"*) true;;
  "connection delete id @OWN@") grep -q @OWN@ "$S/active" 2>/dev/null && rm "$S/active";;
  "connection delete"*) rm -f "$S/known";;
  *"connection up id @OWN@ passwd-file /dev/stdin")
    cat >> "$S/told"; echo "@OWN@:802-11-wireless" > "$S/active"; [ ! -e "$S/no-hotspot" ];;
  *"connection up id mantelpiece passwd-file /dev/stdin")
    cat > "$S/said"; cat "$S/said" >> "$S/told"
    if grep -q wrong "$S/said"; then echo "Error: Secrets were required, but not provided." >&2; exit 4; fi
    echo "mantelpiece:802-11-wireless" | tee "$S/known" > "$S/active";;
  *"connection up id mantelpiece") echo "mantelpiece:802-11-wireless" | tee "$S/known" > "$S/active";;
  *) echo "Error: not understood: $*" >&2; exit 2;;
esac
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, programs = tmp_path / "state", tmp_path / "programs"
    folder.mkdir()
    programs.mkdir()
    (folder / "device").write_text("disconnected\n")
    script = programs / "nmcli"
    script.write_text(NMCLI.replace("@STATE@", str(folder)).replace("@OWN@", OWN))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return folder


def calls(state: Path) -> str:
    return (state / "calls").read_text()


def told(state: Path) -> list[str]:
    """What nmcli read from its standard input."""
    return (state / "told").read_text().splitlines()


# connected, away, ever, open, said; what is done
CASES = {
    "all is well": ((True, 0, True, False, None), Do.NOTHING),
    "just started": ((False, 5, False, False, None), Do.NOTHING),
    "a minute without any": ((False, FIRST_SECONDS, False, False, None), Do.OPEN),
    "open already": ((False, 9999, False, True, None), Do.NOTHING),
    "somebody plugged in a cable": ((True, 0, True, True, None), Do.CLOSE),
    "the router restarts": ((False, 300, True, False, None), Do.NOTHING),
    "gone for long": ((False, SAY_AFTER_SECONDS, True, False, None), Do.SAY),
    "said already": ((False, 4000, True, False, 3000), Do.NOTHING),
    "said long ago": ((False, 99999, True, False, SAY_EVERY_SECONDS), Do.SAY),
    "a frame that had one never opens its own": ((False, 9e9, True, False, 10), Do.NOTHING),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES)
def test_what_is_done_about_it(given: tuple, expected: Do) -> None:
    connected, away, ever, is_open, said = given
    assert decide(Facts(connected, away, ever, is_open, said)) is expected


def test_at_first_boot_the_wall_shows_the_frames_own_network_and_the_page_leads_into_ours(
    phone: Phone, house: House, home: Home, clock: ManualClock, state: Path
) -> None:
    house.wifi = watch = Watch(house)
    with hanging(home):
        watch.step()
        assert not watch.code
        clock.advance(FIRST_SECONDS)
        watch.step()
        assert f"ifname wlan0 con-name {OWN} ssid {watch.name} autoconnect no wifi.mode ap" in calls(state)
        assert told(state) == [f"802-11-wireless-security.psk:{watch.code}"]
        assert ask(home, "now")["sign_seconds"] > 3000, "name and code are on the wall"
        assert [watch.name in watch._lines()[1], watch.code[:4] in watch._lines()[2]] == [True, True]
        page = phone.get("/wifi").text
        assert "Our: house" in page
        assert page.count("Our: house") == 2, "each name once"
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
        assert (state / "active").read_text() == "mantelpiece:802-11-wireless\n"


SECRETS = {
    "plain": ("correct horse", r"correct\ horse"),
    "a backslash and blanks at its ends": (r" a\b c ", r"\ a\\b\ c\ "),
    "signs": ("a:b=c#d'e$f", "a:b=c#d'e$f"),
}


@pytest.mark.parametrize(("secret", "line"), SECRETS.values(), ids=SECRETS)
def test_no_code_and_no_password_is_an_argument_that_everybody_could_list(state: Path, secret: str, line: str) -> None:
    manager = Manager()
    manager.open_own("wlan0", "mantelpiece-1", "12345678")
    manager.join("wlan0", "Our: house", secret)
    assert told(state) == ["802-11-wireless-security.psk:12345678", f"802-11-wireless-security.psk:{line}"]
    assert not any(each in calls(state) for each in ("12345678", secret, line))


def test_each_network_is_joined_in_its_own_way_and_what_failed_is_forgotten(state: Path) -> None:
    manager = Manager()
    manager.join("wlan0", "New", "long enough")
    assert "ssid New wifi-sec.key-mgmt sae" in calls(state)
    manager.join("wlan0", "Our: house", "long enough")
    assert "ssid Our: house wifi-sec.key-mgmt wpa-psk" in calls(state)
    manager.join("wlan0", "Café", "")
    assert calls(state).splitlines()[-1] == "--wait 45 connection up id mantelpiece"
    with pytest.raises(NetworkTrouble):
        manager.join("wlan0", "Our: house", "wrong but long")
    assert calls(state).splitlines()[-1] == "connection delete id mantelpiece"


def test_a_frame_that_had_a_network_waits_for_it_and_says_so_now_and_then(
    house: House, home: Home, clock: ManualClock, state: Path
) -> None:
    (state / "active").write_text("mantelpiece:802-11-wireless\n")
    (state / "known").write_text("mantelpiece:802-11-wireless\n")
    Watch(house).step()
    (state / "active").unlink()
    watch = Watch(house)
    with hanging(home):
        clock.advance(SAY_AFTER_SECONDS)
        watch.step()
        assert ask(home, "now")["sign_seconds"] > 0
        assert "connection add" not in calls(state)
        assert watch._gone()[1] == "Tried: mantelpiece"


def test_without_a_wall_to_show_its_code_no_network_is_opened(house: House, clock: ManualClock, state: Path) -> None:
    watch = Watch(house)
    clock.advance(FIRST_SECONDS)
    watch.step()
    assert (watch.code, "connection add" in calls(state)) == ("", False)


def test_without_wifi_or_networkmanager_nothing_is_done(
    phone: Phone, house: House, clock: ManualClock, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.wifi = watch = Watch(house)
    (state / "device").write_text("unavailable\n")
    clock.advance(9999)
    watch.step()
    assert "has no Wi-Fi" in phone.get("/wifi").text
    assert phone.post("/wifi/join", {"name": "x", "password": ""}).status_code == 422
    assert "connection add" not in calls(state)
    assert Manager({"PATH": "/nowhere"}).device() == ""


NO_NETWORKS = [("", "long enough"), ("x" * 33, "long enough"), ("-x", ""), ("x\ny", ""), ("x", "short")]


@pytest.mark.parametrize("form", NO_NETWORKS)
def test_what_cannot_be_a_network_is_refused(phone: Phone, house: House, state: Path, form: tuple[str, str]) -> None:
    house.wifi = Watch(house)
    assert phone.post("/wifi/join", {"name": form[0], "password": form[1]}).status_code == 422
    assert house.wifi._wish is None


def test_what_nmcli_says_is_read_with_its_colons(state: Path) -> None:
    heard = Manager().networks()
    assert heard[:3] == [Network("Our: house", 80, True), Network("Café", 40, False), Network("New", 35, True, True)]
    assert heard[3] == Network("evil\\", 30, True), "a neighbour's name spoils no list"
    (state / "no-hotspot").touch()
    with pytest.raises(NetworkTrouble):
        Manager().open_own("wlan0", "x", "12345678")
