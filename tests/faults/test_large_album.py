"""Albums of many thousands: the listing is read in pieces, planned by merging, and the memory stays what it was.

`make faults` (--long) does 100,000 assets and holds the job to promise 15.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync import secrets
from sync.home import Home, prepare
from sync.library.database import Library
from tests.faults import small_mirror
from tests.patience import PATIENCE_SECONDS

LIMIT = 3


@contextmanager
def crowded(folder: Path, *, version: int, assets: int) -> Iterator[Home]:
    """A home that wants the newest few of an album of so many, on a server in a process of its own."""
    command = [
        sys.executable, "-m", "tests.fakes.immich", "--version", str(version), "--assets", str(assets), "--same-bytes",
        "--folder", str(folder / "immich"), "--until-stdin-closes",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, cwd=small_mirror.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin
    assert server.stdout
    try:
        told = json.loads(server.stdout.readline())
        home = small_mirror.home_at(folder / "home")
        prepare(home)
        name, album = next(iter(told["albums"].items()))
        home.settings.write_text(
            f'[servers.home]\nurl = "{told["url"]}"\nrequests = 2\n\n'
            f'[[albums]]\nname = "{name}"\nserver = "home"\nid = "{album}"\nlimit = {LIMIT}\n'
        )
        secrets.put(home.secrets, "servers", "home", key=told["api_key"])
        Library(home.library).close()
        yield home
    finally:
        server.stdin.close()
        server.wait(PATIENCE_SECONDS)
        server.stdout.close()


# A process begins with the peak of the one that started it, so a small one stands between.
_MEASURED = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak_mb(home: Home) -> float:
    """The most memory that the process of a whole sync held, in MB of 10^6 bytes."""
    done = small_mirror.run_command(home, [sys.executable, "-S", "-c", _MEASURED, *small_mirror.sync_command(home)])
    assert done.returncode == 0, done.stderr
    assert small_mirror.shown(home) == LIMIT
    return int(done.stdout) * 1024 / 1e6


def test_twenty_thousand_assets_in_one_answer_are_read_in_pieces(tmp_path: Path) -> None:
    """The answer alone has some thirty megabytes, and ten times that as objects."""
    with crowded(tmp_path, version=2, assets=20_000) as home:
        assert peak_mb(home) < 75


@pytest.mark.parametrize("version", [2, 3], ids=["v2", "v3"])
def test_a_hundred_thousand_assets_stay_within_the_promise(
    tmp_path: Path, version: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    if not request.config.getoption("--long"):
        return
    with crowded(tmp_path, version=version, assets=100_000) as home:
        first, second = peak_mb(home), peak_mb(home)
    with capsys.disabled():
        print(f"\nv{version}: 100,000 assets: first sync {first:.0f} MB, second {second:.0f} MB")
    assert max(first, second) < 150
