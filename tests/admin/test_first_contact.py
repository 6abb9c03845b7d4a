"""From the first visit to the password, and signing in and out again."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from flask import Flask

from admin.context import Context
from admin.setup_sign import sign_lines
from sync.home import Home
from tests.admin.phone import PASSWORD, Phone
from tests.admin.wall import hanging
from tests.manual_clock import ManualClock
from tests.patience import until
from tests.sample_catalogues import make


def test_whoever_types_the_code_on_the_wall_sets_the_password(visitor: Phone, context: Context) -> None:
    on_the_wall = sign_lines(context)[-1]
    answer = visitor.claim(on_the_wall)
    assert answer.headers["Location"] == "/"
    assert visitor.follow(answer).status_code == 200
    assert PASSWORD not in context.home.secrets.read_text()


def test_a_wrong_code_sets_nothing_and_keeps_what_was_typed_out_of_the_page(visitor: Phone, context: Context) -> None:
    wrong = f"{(int(context.code.current()) + 1) % 10**8:08d}"
    answer = visitor.claim(wrong)
    assert answer.status_code == 422
    assert "not the code on the wall" in answer.text
    assert PASSWORD not in answer.text
    assert not context.password_hash()


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [("short", "short", "at least 8"), ("x" * 201, "x" * 201, "at most"), (PASSWORD, PASSWORD + "x", "not the same")],
)
def test_a_slip_in_the_password_costs_no_try_of_the_code(
    visitor: Phone, context: Context, password: str, again: str, told: str
) -> None:
    code = context.code.current()
    for _ in range(6):
        answer = visitor.claim(code, password, again)
        assert answer.status_code == 422
        assert told in answer.text
        assert code in answer.text, "what was typed is not lost"
    assert visitor.claim(code).status_code == 303


def test_guessing_the_code_is_throttled_over_all_browsers_of_an_address(app: Flask, context: Context) -> None:
    answers = [Phone(app.test_client()).claim("00000000").text for _ in range(8)]
    assert "Too many wrong tries" in answers[-1]
    assert not context.password_hash()


def test_the_second_who_comes_cannot_claim_the_frame(phone: Phone, visitor: Phone, context: Context) -> None:
    before = context.password_hash()
    visitor.get("/login")
    values = {"code": context.code.current(), "password": "another password", "again": "another password"}
    visitor.post("/setup", values)
    assert context.password_hash() == before


def test_the_wall_stops_showing_a_code_once_there_is_a_password(phone: Phone, context: Context) -> None:
    assert not any(line.replace(" ", "").isdigit() for line in sign_lines(context))


def test_a_damaged_secrets_file_opens_no_door(phone: Phone, app: Flask, home: Home) -> None:
    home.secrets.write_text("[admin\n")
    newcomer = Phone(app.test_client())
    assert newcomer.get("/setup").status_code >= 400
    assert newcomer.get("/").status_code >= 400


def test_the_page_and_the_wall_speak_the_language_of_the_first_phone(visitor: Phone, context: Context) -> None:
    assert "Passwort wählen" in visitor.get("/setup", **{"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}).text
    form = {"code": context.code.current(), "password": PASSWORD, "again": PASSWORD}
    assert visitor.post("/setup", form, **{"Accept-Language": "de-AT"}).status_code == 303
    assert context.settings.language == "de"
    assert sign_lines(context)[0] == "Hier werden Ihre Fotos hängen"


def test_signing_in_leads_to_where_one_wanted_to_go(phone: Phone, visitor: Phone) -> None:
    answer = visitor.get("/album?name=A%26B")
    page = visitor.follow(answer)
    assert page.status_code == 200
    wanted = "/album?name=A%26B"
    assert visitor.post("/login", {"password": PASSWORD, "next": wanted}).headers["Location"] == wanted


@pytest.mark.parametrize("wanted", ["//evil.com", "/\\evil.com", "https://evil.com", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(phone: Phone, visitor: Phone, wanted: str) -> None:
    visitor.get("/login")
    assert visitor.post("/login", {"password": PASSWORD, "next": wanted}).headers["Location"] == "/"


def test_a_new_sign_in_has_a_new_secret(phone: Phone) -> None:
    first = phone.client.get_cookie("mantelpiece", domain="192.168.1.9")
    phone.post("/logout")
    phone.get("/login")
    phone.post("/login", {"password": PASSWORD})
    second = phone.client.get_cookie("mantelpiece", domain="192.168.1.9")
    assert first is not None
    assert second is not None
    assert first.value != second.value


def test_signing_out_everywhere_signs_out_the_other_phone_too(app: Flask, phone: Phone) -> None:
    other = Phone(app.test_client())
    other.get("/login")
    other.post("/login", {"password": PASSWORD})
    assert other.get("/more").status_code == 200
    phone.post("/sign-out-everywhere")
    assert other.get("/more").status_code == 303


def test_wrong_passwords_are_throttled_and_the_right_one_waits(phone: Phone, app: Flask, clock: ManualClock) -> None:
    thief = Phone(app.test_client())
    thief.get("/login")
    for _ in range(5):
        assert thief.post("/login", {"password": "guess"}).status_code == 422
    assert thief.post("/login", {"password": PASSWORD}).status_code == 429
    clock.advance(2)
    assert thief.post("/login", {"password": PASSWORD}).status_code == 303


def test_a_stranger_who_guesses_keeps_nobody_else_out(phone: Phone, app: Flask) -> None:
    thief, owner = Phone(app.test_client(), address="192.168.1.66"), Phone(app.test_client(), address="192.168.1.30")
    for visitor in (thief, owner):
        visitor.get("/login")
    for _ in range(20):
        thief.post("/login", {"password": "guess"})
    assert "Wait 2 seconds" in thief.post("/login", {"password": "guess"}).text
    assert owner.post("/login", {"password": PASSWORD}).status_code == 303


def test_a_phone_that_was_signed_in_before_gets_in_through_a_crowd_of_strangers(
    phone: Phone, app: Flask, context: Context
) -> None:
    phone.post("/logout")
    for number in range(70):
        thief = Phone(app.test_client(), address=f"192.168.7.{number}")
        thief.get("/login")
        thief.post("/login", {"password": "guess"})
    newcomer = Phone(app.test_client(), address="192.168.1.31")
    newcomer.get("/login")
    answer = newcomer.post("/login", {"password": PASSWORD})
    assert (answer.status_code, "Too many wrong tries by strangers" in answer.text) == (429, True)
    phone.get("/login")
    assert phone.post("/login", {"password": PASSWORD}).status_code == 303
    phone.get("/more")
    phone.post("/sign-out-everywhere")
    phone.get("/login")
    assert phone.post("/login", {"password": PASSWORD}).status_code == 303, "signing out makes it no stranger"
    context.set_password(PASSWORD + "2")
    phone.get("/login")
    assert phone.post("/login", {"password": PASSWORD + "2"}).status_code == 429, "another password does"


def test_the_cookie_of_a_known_phone_opens_nothing(phone: Phone, app: Flask, home: Home) -> None:
    known = phone.client.get_cookie("mantelpiece-device", domain="192.168.1.9")
    assert known is not None
    assert known.value.encode() not in (home.private / "devices.json").read_bytes()
    other = Phone(app.test_client())
    other.client.set_cookie("mantelpiece-device", known.value, domain="192.168.1.9")
    assert other.get("/more").status_code == 303
    other.client.set_cookie("mantelpiece", known.value, domain="192.168.1.9")
    assert other.get("/more").status_code == 303


def test_a_changed_password_renews_the_keys_of_programs_and_displays_and_shows_them_once(
    phone: Phone, visitor: Phone, context: Context
) -> None:
    token, display = context.tokens.make("Home Assistant"), context.displays.make("Kitchen")
    changed = {"old": PASSWORD, "password": "a new long one", "again": "a new long one"}
    assert "There are 2." in phone.get("/password").text
    page = phone.post("/password", changed | {"renew": "yes"})
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert phone.get("/more").status_code == 200, "this phone stays signed in"
    codes = re.findall(r"<code>([^<]+)</code>", page.text)
    assert len(codes) == 2
    opened = visitor.get("/api/v1/state", Authorization=f"Bearer {codes[0]}")
    assert (opened.status_code, visitor.get(f"/frame?key={codes[1].partition('key=')[2]}").status_code) == (200, 200)
    assert visitor.get("/api/v1/state", Authorization=f"Bearer {token}").status_code != 200
    assert visitor.get(f"/frame?key={display}").status_code != 200
    assert [one.name for one in context.tokens.every()] == ["Home Assistant"]


def test_whoever_unticks_it_keeps_the_keys(phone: Phone, visitor: Phone, context: Context) -> None:
    token = context.tokens.make("Home Assistant")
    phone.get("/password")
    changed = {"old": PASSWORD, "password": "a new long one", "again": "a new long one"}
    assert "checked" not in phone.post("/password", changed | {"again": "slip"}).text, "a slip does not tick it again"
    assert phone.post("/password", changed).status_code == 303
    assert visitor.get("/api/v1/state", Authorization=f"Bearer {token}").status_code == 200


@pytest.mark.parametrize("kind", ["tokens", "displays"])
def test_all_keys_of_a_kind_are_removed_with_one_tap(phone: Phone, context: Context, kind: str) -> None:
    keys = getattr(context, kind)
    secrets = [keys.make(name) for name in ("One", "Two")]
    page = phone.get(f"/{kind}").text
    assert "Remove all of them" in page
    assert "Remove all of them" not in phone.follow(phone.post(f"/{kind}/remove-all")).text
    assert not any(keys.is_known(secret) for secret in secrets)


def test_a_changed_password_ends_every_other_session(app: Flask, phone: Phone) -> None:
    other = Phone(app.test_client())
    other.get("/login")
    other.post("/login", {"password": PASSWORD})
    phone.get("/password")
    changed = {"old": PASSWORD, "password": "a new long one", "again": "a new long one"}
    assert phone.post("/password", {**changed, "old": "wrong"}).status_code == 422
    assert phone.post("/password", changed).status_code == 303
    assert phone.get("/more").status_code == 200
    assert other.get("/more").status_code == 303


def test_a_password_set_on_the_frame_itself_signs_every_phone_out(phone: Phone, visitor: Phone, home: Home) -> None:
    environment = {**os.environ, "MANTELPIECE_HOME": str(home.root), "XDG_RUNTIME_DIR": str(home.runtime)}
    command = [sys.executable, "-m", "admin.cli", "password"]
    short = subprocess.run(command, input="short\n", env=environment, text=True, capture_output=True, check=False)
    assert short.returncode == 2
    assert phone.get("/more").status_code == 200
    subprocess.run(command, input="set at the frame\n", env=environment, text=True, check=True)
    assert phone.get("/more").status_code == 303
    visitor.get("/login")
    assert visitor.post("/login", {"password": PASSWORD}).status_code == 422
    assert visitor.post("/login", {"password": "set at the frame"}).status_code == 303
    assert visitor.get("/more").status_code == 200


def test_a_wall_full_of_photos_shows_the_code_when_it_is_asked_to(visitor: Phone, context: Context) -> None:
    make(context.home, count=3)
    with hanging(context.home):
        until(lambda: context.frame("now")["showing"] == "photo")
        assert 'action="/setup/sign"' in visitor.get("/setup").text
        assert visitor.post("/setup/sign").headers["Location"] == "/setup"
        assert context.frame("now")["sign_seconds"] > 290
        page = visitor.get("/setup").text
        assert "code of eight digits" in page
        assert 'action="/setup/sign"' not in page
        assert visitor.claim(context.code.current()).status_code == 303
        assert context.frame("now")["sign_seconds"] == 0


def test_once_there_is_a_password_nobody_covers_the_wall(phone: Phone, visitor: Phone) -> None:
    visitor.get("/login")
    assert visitor.post("/setup/sign").status_code == 403
