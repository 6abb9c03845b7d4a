"""What verbs print steers no terminal, whatever a stranger named; programs get the very same values."""

from __future__ import annotations

import json

import pytest

from admin.cli.output import Output

HOSTILE = "a\x1b[2J\x07\x9b2J\u202eb\udc80\n\"\\ ä 日"


@pytest.mark.parametrize("as_json", [False, True])
def test_no_name_steers_the_terminal(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    output = Output(as_json=as_json)
    output.say(HOSTILE)
    output.result({"name": HOSTILE})
    output.problem(HOSTILE)
    said = capsys.readouterr()
    assert not any(sign in said.out + said.err for sign in "\x1b\x07\x9b\u202e\udc80")
    if as_json:
        assert json.loads(said.out) == {"name": HOSTILE}
