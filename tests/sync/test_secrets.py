"""Secrets lie in a file of their own, and are seen nowhere else."""

from __future__ import annotations

import stat
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import secrets
from sync.errors import UsageError
from sync.secrets import Secret, blotted

KEY = "CANARY0123456789abcdef"


def test_a_secret_shows_itself_as_stars_and_is_never_encoded() -> None:
    secret = Secret(KEY)
    assert KEY not in f"{secret} {secret!r} {[secret]} {secrets.ServerSecrets(key=secret)}"
    assert secret.reveal() == KEY
    assert (bool(Secret("")), secret == Secret(KEY), secret == KEY) == (False, True, False)
    import msgspec

    with pytest.raises(TypeError):
        msgspec.json.encode(secrets.ServerSecrets(key=secret))


def test_what_is_only_tried_is_forgotten_unless_its_trial_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    with secrets.candidate(path, key=KEY) as name:
        assert secrets.of_server(path, name, section=secrets.CANDIDATES).key.reveal() == KEY
    with pytest.raises(ZeroDivisionError), secrets.candidate(path, stays=True, key=KEY):
        raise ZeroDivisionError
    assert KEY not in path.read_text()
    with secrets.candidate(path, stays=True, key=KEY) as name:
        pass
    assert secrets.of_link(path, name, section=secrets.CANDIDATES).key.reveal() == KEY


def test_a_trial_that_nobody_took_further_is_forgotten_after_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secrets.toml"
    secrets.put(path, secrets.CANDIDATES, "of an older version", key=KEY)
    secrets.put(path, "servers", "home", key=KEY)
    with secrets.candidate(path, stays=True, key=KEY) as left:
        pass
    assert secrets.of_server(path, left, section=secrets.CANDIDATES).key, "somebody may still take it"
    assert "older version" not in path.read_text()
    began = secrets.time.time()
    monkeypatch.setattr(secrets.time, "time", lambda: began)
    for later in (secrets.TRIAL_SECONDS + 5, -365 * 86_400.0):
        with secrets.candidate(path, stays=True, key=KEY) as left:
            pass
        monkeypatch.setattr(secrets.time, "time", lambda later=later: began + later)
        with secrets.candidate(path, stays=True, key=KEY) as present:
            pass
        assert not secrets.of_server(path, left, section=secrets.CANDIDATES).key
        assert secrets.of_server(path, present, section=secrets.CANDIDATES).key
        monkeypatch.setattr(secrets.time, "time", lambda: began)
    assert secrets.of_server(path, "home").key.reveal() == KEY
    assert secrets.all_values(path) == [KEY, KEY]


def test_writers_at_the_same_time_lose_nothing_of_one_another(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    secrets.put(path, "servers", "gone", key=KEY)

    def write(number: int) -> None:
        secrets.put(path, "servers", f"s{number}", key=f"{KEY}{number}")
        if number == 3:
            secrets.remove(path, "servers", "gone")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))
    told = [secrets.of_server(path, f"s{number}").key.reveal() for number in range(24)]
    assert told == [f"{KEY}{number}" for number in range(24)]
    assert not secrets.of_server(path, "gone").key


def test_what_is_put_is_read_again_from_a_file_that_only_its_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text("# mine\n")
    path.chmod(0o644)
    secrets.put(path, "servers", "home", key=KEY, headers={"X-Gate": "abc"})
    secrets.put(path, "links", "Wedding day", key="link-key", password="pässword")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("# mine")
    found = secrets.of_server(path, "home")
    assert (found.key.reveal(), found.headers) == (KEY, (("X-Gate", Secret("abc")),))
    assert secrets.of_link(path, "Wedding day").password.reveal() == "pässword"
    secrets.remove(path, "servers", "home")
    secrets.remove(path, "servers", "never there")
    assert not secrets.of_server(path, "home").key
    assert secrets.of_link(path, "Wedding day").key.reveal() == "link-key"


@pytest.mark.parametrize("text", [f'key = "{KEY}', f'[servers.home]\nkey = "{KEY}" "x"', f"{KEY}\0"],
                         ids=["torn", "two texts", "zero"])  # fmt: skip
def test_a_damaged_file_is_named_without_a_word_of_what_is_in_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(text)
    for action in (lambda: secrets.of_server(path, "home"), lambda: secrets.put(path, "servers", "b", key="x"),
                   lambda: secrets.remove(path, "servers", "home")):  # fmt: skip
        with pytest.raises(UsageError) as caught:
            action()
        assert KEY not in "".join(traceback.format_exception(caught.value))
    assert secrets.all_values(path) == []
    assert path.read_text() == text


def test_a_file_of_odd_shape_has_no_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text('servers = 3\nlinks = ["x"]\n')
    assert not secrets.of_server(path, "home").key
    assert not secrets.of_link(path, "A").key
    assert secrets.of_server(tmp_path / "none", "home") == secrets.ServerSecrets()


FORMS = {
    "plain": f"key {KEY} was refused",
    "in a query": f"http://x/api?key={KEY}&b=1",
    "in a JSON text": f'{{"key": "{KEY}"}}',
    "unknown, behind key=": "http://x/api?a=1&key=never-seen-before&b=1",
    "unknown, behind password=": "http://x/api?password=never-seen-before",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_secrets_are_blotted_out_of_any_text(text: str) -> None:
    clean = blotted(text, [KEY])
    assert KEY not in clean
    assert "never-seen-before" not in clean


def test_a_secret_that_begins_another_leaves_no_rest_of_it() -> None:
    assert blotted("say CANARY0123456789", ["CANARY01", "CANARY0123456789"]) == "say ***"


@given(st.lists(st.text(min_size=8, max_size=20), min_size=1, max_size=4), st.text(max_size=20))
def test_no_whole_secret_is_left_whatever_the_secrets_are(values: list[str], around: str) -> None:
    clean = blotted(around + "|".join(values) + around, values)
    assert all(value not in clean for value in values if "*" not in value and value not in around)
