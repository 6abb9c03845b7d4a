"""A frame that is set up from a file on its boot partition: taken in once, its secrets moved away."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from admin.cli import provision
from admin.security.passwords import matches
from sync import secrets
from sync.home import Home
from sync.settings.reading import load

FILE = """\
# for grandma
language = "de"
[servers.home]
url = "http://192.0.2.1:2283"
key = "APIKEY123"
[[albums]]
name = "Holidays"
server = "home"
id = "a-1"
[[albums]]
name = "Link"
source = "link"
server = "home"
key = "LINKKEY9"
password = "open sesame"
[admin]
password = "correct horse"
port = 8081
[mqtt]
host = "broker.local"
password = "broker secret"
[wifi]
name = "Our house"
password = "wifi secret"
"""
SECRETS = ("APIKEY123", "LINKKEY9", "open sesame", "correct horse", "wifi secret", "broker secret")


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Home) -> Path:
    monkeypatch.setenv("MANTELPIECE_HOME", str(home.root))
    connections, bin_ = tmp_path / "connections", tmp_path / "bin"
    connections.mkdir()
    bin_.mkdir()
    (bin_ / "nmcli").write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/nmcli\n')
    (bin_ / "nmcli").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:{os.environ['PATH']}")
    monkeypatch.setattr(provision.write_wifi, "__defaults__", (connections,))
    folder = tmp_path / "boot"
    folder.mkdir()
    return folder


def test_all_of_it_is_taken_in_and_no_secret_stays_on_the_boot_partition(boot: Path, home: Home) -> None:
    (boot / "mantelpiece.toml").write_text(FILE)
    with (boot / "mantelpiece.toml").open() as before:
        assert provision.main([str(boot / "mantelpiece.toml")]) == 0
        assert not [secret for secret in SECRETS if secret in before.read()], "overwritten, not replaced"
    loaded = load(home.settings)
    assert loaded.problems == ()
    assert (loaded.settings.language, loaded.settings.admin.port) == ("de", 8081)
    assert [album.name for album in loaded.settings.albums] == ["Holidays", "Link"]
    assert "# for grandma" in home.settings.read_text()
    assert secrets.of_server(home.secrets, "home").key.reveal() == "APIKEY123"
    assert secrets.of_link(home.secrets, "Link").password.reveal() == "open sesame"
    assert matches("correct horse", secrets.password_hash(home.secrets))
    assert secrets.of_broker(home.secrets).reveal() == "broker secret"
    connection = boot.parent / "connections" / "mantelpiece.nmconnection"
    assert "ssid=79;117;114;32;104;111;117;115;101;\n" in connection.read_text()
    assert "psk=wifi\\ssecret\n" in connection.read_text()
    assert connection.stat().st_mode & 0o777 == 0o600
    assert (boot.parent / "nmcli").read_text() == "connection reload\n", "no password in a process list"
    left = "".join(path.read_text() for path in boot.iterdir())
    assert [secret for secret in SECRETS if secret in left + home.settings.read_text()] == []
    assert [path.name for path in boot.iterdir()] == ["mantelpiece.toml.taken"]


WRONG = {
    "no TOML": ("[servers.home\n", "not valid TOML"),
    "a slip": (FILE.replace("port = 8081", 'port = "eighty"'), "admin.port"),
    "an album without its server": (FILE.replace("[servers.home]", "[servers.cabin]"), "not set up"),
    "a short password": (FILE.replace("correct horse", "abc"), "8 to 200"),
    "a country that is none": (FILE + 'country = "AT;id"\n', "two letters"),
    "a Wi-Fi without its name": (FILE.replace('name = "Our house"', ""), "wifi.name"),
    "a name that no network can have": (FILE.replace("Our house", "é" * 17), "32 letters"),
    "a Wi-Fi's password that is too short": (FILE.replace("wifi secret", "secret"), "8 to 63"),
    "a Wi-Fi's password that is too long": (FILE.replace("wifi secret", "x" * 64), "8 to 63"),
    "a slip in [wifi], which would join without a password": (FILE.replace('password = "wifi', 'pasword = "wifi'),
                                                              "Did you mean 'password'?"),
    "a network that is no section": ('wifi = "Our house"\n', "[wifi]"),
    "servers that are no section": ("servers = [1]\n", "[servers]"),
    "albums that are no sections": ("albums = 3\n", "[[albums]]"),
    "an album that is no section": ("albums = [3]\n", "[[albums]]"),
    "a line in the network's name": (FILE.replace("Our house", "Our\\nhouse"), "cannot be typed"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_beside_it_and_nothing_is_half_done(boot: Path, home: Home, text: str, said: str) -> None:
    file = boot / "mantelpiece.toml"
    file.write_text(text)
    assert provision.main([str(file)]) == 2
    assert said in (boot / "mantelpiece-problem.txt").read_text()
    assert (file.read_text(), home.settings.exists(), home.secrets.exists()) == (text, False, False)
    file.write_text(FILE)
    assert provision.main([str(file)]) == 0
    assert not (boot / "mantelpiece-problem.txt").exists()


def test_no_name_and_no_password_breaks_the_connections_file(boot: Path, home: Home) -> None:
    wifi = '[wifi]\nname = "a;b\\\\c"\npassword = " x\\\\y#z=;1 "\n'
    (boot / "mantelpiece.toml").write_text(wifi)
    assert provision.main([str(boot / "mantelpiece.toml")]) == 0
    lines = (boot.parent / "connections" / "mantelpiece.nmconnection").read_text().splitlines()
    assert "ssid=97;59;98;92;99;" in lines
    assert r"psk=\sx\\y#z=;1\s" in lines


def test_without_networkmanager_all_else_is_taken_in_and_no_secret_stays(
    boot: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (boot / "mantelpiece.toml").write_text(FILE)
    monkeypatch.setattr(provision.write_wifi, "__defaults__", (boot / "nowhere",))
    assert provision.main([str(boot / "mantelpiece.toml")]) == 0
    assert "no NetworkManager" in (boot / "mantelpiece-problem.txt").read_text()
    assert [album.name for album in load(home.settings).settings.albums] == ["Holidays", "Link"]
    assert not [secret for secret in SECRETS if secret in (boot / "mantelpiece.toml.taken").read_text()]


def test_a_country_alone_lets_the_frame_open_a_network_of_its_own(boot: Path, home: Home) -> None:
    """A Pi keeps its radio off until it knows where it is."""
    config = boot.parent / "bin" / "raspi-config"
    config.write_text(f'#!/bin/sh\necho "$*" >> {boot.parent}/config\n')
    config.chmod(0o755)
    (boot / "mantelpiece.toml").write_text('[wifi]\ncountry = "at"\n')
    assert provision.main([str(boot / "mantelpiece.toml")]) == 0
    assert (boot.parent / "config").read_text() == "nonint do_wifi_country AT\n"
    assert list((boot.parent / "connections").iterdir()) == [], "no network without a name"


def test_without_its_tools_the_network_is_there_at_the_next_start(
    boot: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (boot / "mantelpiece.toml").write_text(FILE + 'country = "AT"\n')
    monkeypatch.setenv("PATH", "/nowhere")
    assert provision.main([str(boot / "mantelpiece.toml")]) == 0
    assert (boot.parent / "connections" / "mantelpiece.nmconnection").exists()


def test_a_start_that_was_cut_off_is_gone_on_with(boot: Path, home: Home) -> None:
    file = boot / "mantelpiece.toml"
    file.write_text(FILE)
    provision.take_in(home, provision.read_plan(FILE))
    assert provision.main([str(file)]) == 0
    (connection,) = provision.write_wifi.__defaults__[0].iterdir()  # type: ignore[index]
    assert "psk=wifi\\ssecret" in connection.read_text()
    taken = file.with_suffix(".toml.taken")
    assert not [secret for secret in SECRETS if secret in taken.read_text()]
    assert not (boot / "mantelpiece-problem.txt").exists()
    taken.rename(file)  # cut off as late as can be
    assert provision.main([str(file)]) == 0
    assert "psk=wifi\\ssecret" in connection.read_text()
    assert secrets.of_server(home.secrets, "home").key.reveal() == "APIKEY123"
    assert not file.exists()


@pytest.mark.parametrize("other", ["correct horse", "APIKEY123", "broker secret"])
def test_another_secret_for_a_frame_that_is_set_up_is_not_taken_for_the_one_it_has(
    boot: Path, home: Home, other: str
) -> None:
    provision.take_in(home, provision.read_plan(FILE))
    (boot / "mantelpiece.toml").write_text(FILE.replace(other, "quite another one"))
    assert provision.main([str(boot / "mantelpiece.toml")]) == 2
    assert "set up already" in (boot / "mantelpiece-problem.txt").read_text()


def test_a_frame_that_is_set_up_stays_as_it_is(boot: Path, home: Home) -> None:
    home.settings.write_text('[servers.mine]\nurl = "http://192.0.2.9"\n')
    (boot / "mantelpiece.toml").write_text(FILE)
    assert provision.main([str(boot / "mantelpiece.toml")]) == 2
    assert "set up already" in (boot / "mantelpiece-problem.txt").read_text()
    assert list(load(home.settings).settings.servers) == ["mine"]


def test_a_way_in_is_taken_also_where_the_frame_is_set_up(boot: Path, home: Home) -> None:
    """Another router, a forgotten password: what the wall says to do."""
    provision.take_in(home, provision.read_plan(FILE))
    before = home.settings.read_bytes()
    (boot / "mantelpiece.toml").write_text('[wifi]\nname = "New"\npassword = "new secret"\n')
    assert provision.main([str(boot / "mantelpiece.toml")]) == 0
    (connection,) = provision.write_wifi.__defaults__[0].iterdir()  # type: ignore[index]
    assert "psk=new\\ssecret" in connection.read_text()
    assert matches("correct horse", secrets.password_hash(home.secrets))
    (boot / "mantelpiece.toml").write_text('[admin]\npassword = "another one"\n')
    assert provision.main([str(boot / "mantelpiece.toml")]) == 0
    assert matches("another one", secrets.password_hash(home.secrets))
    assert home.settings.read_bytes() == before
    assert [path.name for path in boot.iterdir()] == ["mantelpiece.toml.taken"]


def test_the_ending_that_windows_hides_does_not_matter(boot: Path, home: Home) -> None:
    (boot / "mantelpiece.toml.txt").write_text("\ufeff" + FILE.replace("\n", "\r\n"))
    assert provision.main([str(boot / "mantelpiece.toml")]) == 0
    assert [album.name for album in load(home.settings).settings.albums] == ["Holidays", "Link"]
    assert [path.name for path in boot.iterdir()] == ["mantelpiece.toml.taken"]


def test_a_card_that_cannot_be_written_is_named(
    boot: Path, home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    (boot / "mantelpiece.toml").write_text(FILE)
    monkeypatch.setattr(provision, "_overwrite", fail)
    assert provision.main([str(boot / "mantelpiece.toml")]) == 1
    said = capsys.readouterr().err
    assert "Read-only file system" in said
    assert "secrets are still on this partition" in said
    assert said.strip() in (boot / "mantelpiece-problem.txt").read_text()


def test_without_a_file_nothing_happens(boot: Path, home: Home) -> None:
    command = [sys.executable, "-m", "admin.cli.provision", str(boot / "mantelpiece.toml")]
    done = subprocess.run(command, capture_output=True, check=False, cwd=Path(__file__).parents[3])
    assert (done.returncode, done.stderr) == (0, b"")
