"""A key that is easy to find, looked for after everything has run: in files, outputs, answers and process lists."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path

import pytest

from sync import secrets
from tests.fakes.immich import FakeImmich
from tests.faults import small_mirror
from tests.faults.conftest import ALBUM
from tests.faults.small_mirror import service
from tests.faults.wall import hanging
from tests.patience import PATIENCE_SECONDS, until

KEY = "CANARYqX7mL2vT9hB4nC8dF1gK6jP3sR5wY0z"


def lines_of_processes() -> list[bytes]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # somebody's process has just ended
            lines.append(path.read_bytes())
    return lines


@pytest.mark.parametrize("trouble", ["none", "401", "garbage"])
def test_a_key_is_in_no_file_output_or_process_list_but_its_own_file(
    server: FakeImmich, tmp_path: Path, trouble: str
) -> None:
    next(iter(server.library.keys.values())).secret = KEY
    server.library.keys = {KEY: next(iter(server.library.keys.values()))}
    home = small_mirror.home_at(tmp_path / "home")
    small_mirror.set_up(home, server, ALBUM)
    secrets.put(home.secrets, "servers", "home", key=KEY)
    if trouble == "401":
        server.edits.revoke_keys()
    elif trouble == "garbage":
        server.faults.add("json", path=r"/albums/|/search/", key="assets", op="set", value=KEY)
    outputs = []
    sync = service(home)
    try:
        until(lambda: small_mirror.told(home), "no sync was tried")
        with hanging(home):
            assert not [line for line in lines_of_processes() if KEY.encode() in line]
            for words in (["sync", "-v", "--json"], ["status", "--json"], ["settings", "show"], ["jobs", "history"],
                          ["jobs", "export"], ["server", "test", "home", "-v"], ["doctor", "--json"]):  # fmt: skip
                done = small_mirror.command_line(home, *words)
                assert "Traceback" not in done.stderr, (words, done.stderr)
                outputs += [done.stdout, done.stderr]
    finally:
        sync.send_signal(signal.SIGTERM)
        outputs.append(sync.communicate(timeout=PATIENCE_SECONDS)[1])
    assert [text for text in outputs if KEY in text] == []
    everywhere = [path for top in (home.root, home.runtime.parent) for path in top.rglob("*") if path.is_file()]
    assert [path for path in everywhere if KEY.encode() in path.read_bytes()] == [home.secrets]
    assert home.secrets.stat().st_mode & 0o077 == 0
