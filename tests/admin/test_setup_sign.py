"""What the wall says while the frame is being set up."""

from __future__ import annotations

import pytest

from admin.context import Context
from admin.network import page_address
from admin.setup_sign import sign_lines, tell
from frame.control import ask
from sync.home import Home
from sync.settings.edit import add_album, put_server
from tests.admin.phone import Phone
from tests.admin.wall import hanging
from tests.patience import until


def test_the_wall_shows_the_address_and_the_code_until_all_is_set_up(context: Context, home: Home) -> None:
    title, _, address, _, code = sign_lines(context)
    assert address.startswith("http://")
    assert address.endswith(":8080")
    assert code.replace(" ", "") == context.code.current()
    assert all(len(line) <= 200 for line in (title, address, code)), "the frame takes no longer ones"
    context.set_password("correct horse battery")
    assert sign_lines(context)[-1] == address
    put_server(home, "home", {"url": "http://192.0.2.1"})
    add_album(home, {"name": "Holidays", "server": "home", "id": "a"})
    assert sign_lines(context) == []


def test_a_frame_that_starts_later_is_told_then(context: Context, home: Home) -> None:
    told = tell(context, [])
    assert told == []
    with hanging(home):
        told = tell(context, told)
        assert told == sign_lines(context)
        until(lambda: ask(home, "now")["showing"] == "welcome")


def test_the_code_on_the_wall_is_the_one_that_opens(visitor: Phone, context: Context) -> None:
    shown = sign_lines(context)[-1]
    for _ in range(5):
        context.code.matches("00000000")
    assert sign_lines(context)[-1] != shown
    assert visitor.claim(shown).status_code == 422
    assert visitor.claim(sign_lines(context)[-1]).status_code == 303


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 8080, "http://127.0.0.1:8080"),
        ("frame.example", 80, "http://frame.example"),
        ("fd00::7", 8080, "http://[fd00::7]:8080"),
    ],
)
def test_a_page_bound_to_one_address_is_told_by_it(host: str, port: int, address: str) -> None:
    assert page_address(port, host) == address


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::"])
def test_a_page_on_every_address_is_told_by_one_that_a_phone_reaches(host: str) -> None:
    assert page_address(8080, host) == page_address(8080)
