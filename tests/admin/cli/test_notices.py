"""`mantelpiece notices` as a person calls it: set up, tried, listed; no secret is ever printed."""

from __future__ import annotations

from pathlib import Path

from sync import secrets
from tests.admin.cli.conftest import Mantelpiece
from tests.fakes.post import mail_server, webhook

CANARY = "CANARYsecretOfNotices"


def test_mail_and_webhook_are_set_up_tried_and_listed(mantelpiece: Mantelpiece, tmp_path: Path) -> None:
    headers = tmp_path / "headers"
    headers.write_text(f"Authorization: Bearer {CANARY}\n")
    with mail_server() as mail, webhook() as hook:
        for key, value in (("mail_to", "anna@example.org"), ("mail_host", "127.0.0.1"), ("mail_port", str(mail.port)),
                           ("mail_security", "none")):  # fmt: skip
            assert mantelpiece("settings", "set", f"notices.{key}", value).code == 0
        set_up = mantelpiece("notices", "webhook", "--header-file", str(headers), answer=hook.address + CANARY)
        assert set_up.code == 0, set_up.err
        tried = mantelpiece("notices", "test", "--json")
        assert (tried.code, tried.json["channels"]) == (0, {"mail": "", "webhook": ""})
        assert len(mail.letters) == len(hook.posted) == 1
        assert hook.headers[0]["Authorization"] == f"Bearer {CANARY}"
    failed = mantelpiece("notices", "test")
    assert failed.code == 1
    assert "cannot be reached" in failed.err + failed.out
    listed = mantelpiece("notices", "list", "--json")
    assert (listed.json["webhook"], listed.json["password"], listed.json["told"]) == (True, False, [])
    mantelpiece("jobs", "export")
    assert not [said for said in mantelpiece.said if CANARY in said]


def test_the_password_is_read_and_forgotten(mantelpiece: Mantelpiece) -> None:
    assert mantelpiece("notices", "password", answer=CANARY + "\n").code == 0
    assert secrets.of_notices(mantelpiece.home.secrets).mail_password.reveal() == CANARY
    assert mantelpiece("notices", "password", "--remove").code == 0
    assert not secrets.of_notices(mantelpiece.home.secrets).mail_password


def test_bad_input_is_a_sentence_and_changes_nothing(mantelpiece: Mantelpiece) -> None:
    for words, answer in ((("password",), ""), (("webhook",), "no address"), (("webhook", "--file", "/none"), "")):
        said = mantelpiece("notices", *words, answer=answer)
        assert said.code == 2, words
        assert "Traceback" not in said.err
    assert mantelpiece("notices", "test").code == 2
    assert not mantelpiece.home.secrets.exists()
