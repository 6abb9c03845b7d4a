"""Ingest beside its yardsticks, `python -m tests.benchmarks.ingest [pass groups upload]`.

pass       10,000 files that are known already: seconds and requests of a pass without news
groups     1,000 new photos of three files in batches: scans, searches, memory; beside one search per file per poll
upload     100 files of 3 MB, 4 at once, beside curl posting the same forms 4 at a time; in turn, five times
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
import requests

from sync import secrets
from sync.clock import SystemClock
from sync.home import Home, prepare
from sync.ingest.run import ingest
from sync.library.database import Library
from sync.settings.ingest import Inbox, Size, Way
from sync.settings.tree import Server, Settings
from sync.work import Work
from tests.benchmarks.memory import Memory
from tests.benchmarks.program import in_child, stand_in
from tests.benchmarks.report import report
from tests.fakes.icloud import jpeg
from tests.fakes.immich import FakeImmich
from tests.fakes.immich import Library as Stock

PASS_FILES = 10_000
GROUPS = 1_000
BATCH = 250
UPLOADS, UPLOAD_BYTES = 100, 3_000_000
ROUNDS = 5
_ME = "tests.benchmarks.ingest"


def serve(folder: str) -> None:
    """The stand-in with an external library over `folder`/library, until standard input closes."""
    stock = Stock(Path(folder) / "server")
    with FakeImmich(version=3, library=stock) as server:
        there = f"{folder}/library"
        library = server.edits.add_library("Phone", [there])["id"]
        print(json.dumps({"url": server.url, "key": server.api_key, "library": library}), flush=True)
        sys.stdin.read()


def _stand_in(folder: Path) -> AbstractContextManager[dict[str, Any]]:
    (folder / "library").mkdir(parents=True, exist_ok=True)
    (folder / "landing").mkdir(exist_ok=True)
    return stand_in(_ME, str(folder))


def write_photos(folder: Path, count: int) -> None:
    """So many photos as icloudpd writes them: an original, its edit, a small size; 3 files each."""
    data = [jpeg(filling=n) for n in range(3)]
    for number in range(count):
        below = folder / f"2024/{number % 12 + 1:02d}"
        below.mkdir(parents=True, exist_ok=True)
        for ending, content in zip((".JPG", "-adjusted.JPG", "-medium.JPG"), data, strict=True):
            path = below / f"IMG_{number:05d}{ending}"
            path.write_bytes(content)
            os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))


def child(order: dict[str, Any]) -> dict[str, Any]:
    """One run in this process: what it took."""
    server, folder = order["server"], Path(order["folder"])
    home = Home(root=folder / "home", runtime=folder / "run")
    prepare(home)
    secrets.put(home.secrets, "servers", "home", key=server["key"])
    inbox = msgspec.convert(order["inbox"], Inbox)
    settings = Settings(servers={"home": Server(url=server["url"])}, inboxes=(inbox,))
    library = Library(home.library)
    work = Work(home=home, settings=settings, settings_whole=True, library=library, clock=SystemClock())
    requests.delete(f"{server['url']}/__log__", timeout=60)
    memory = Memory()
    with memory:
        started, cpu = time.monotonic(), time.process_time()
        result = ingest(work, {})
        seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    assert not result.problems, result.problems[:3]
    log = requests.get(f"{server['url']}/__log__", timeout=60).json()
    library.close()
    return {
        "seconds": seconds,
        "cpu": cpu,
        "sentence": result.sentence,
        "pss_mb": memory.most_mb,
        "requests": len(log),
        "scans": sum(entry["path"].endswith("/scan") for entry in log),
        "searches": sum(entry["path"].endswith("/search/metadata") for entry in log),
    }


def inbox_of(where: Path, server: dict[str, Any], **values: Any) -> dict[str, Any]:
    plain = {
        "name": "phone", "server": "home", "folder": f"{where}/library", "landing": f"{where}/landing",
        "library": server["library"], "stack": [Size.ADJUSTED, Size.ORIGINAL, Size.MEDIUM], "quiet_seconds": 0,
        "poll_seconds": 0.2, "albums": ["iCloud/{:%Y/%m}"],
    }  # fmt: skip
    return plain | values


def bench_pass(folder: Path) -> None:
    count = PASS_FILES // 3
    with _stand_in(folder) as server:
        write_photos(folder / "landing", count)
        inbox = inbox_of(folder, server, stack=[], albums=[])
        order = {"server": server, "folder": str(folder), "inbox": inbox}
        in_child(_ME, order)
        found = in_child(_ME, order)
    report(
        f"ingest: a pass over {count * 3} known files", f"{found['seconds']:.2f} s", "< 3 s",
        good=found["seconds"] < 3,
    )  # fmt: skip
    report("ingest: its requests", str(found["requests"]), "≤ 1", good=found["requests"] <= 1)


def bench_groups(folder: Path) -> None:
    with _stand_in(folder) as server:
        write_photos(folder / "landing", GROUPS)
        inbox = inbox_of(folder, server, batch=BATCH)
        found = in_child(_ME, {"server": server, "folder": str(folder), "inbox": inbox})
    batches, files = GROUPS // BATCH, GROUPS * 3
    bound = 3 + batches * (files // 1000 + 2)
    old = f"the replaced plugin: {GROUPS} scans, at least {files} searches (one per file per poll)"
    report("ingest: scans for 1,000 photos", str(found["scans"]), f"{batches}", good=found["scans"] == batches)
    report("ingest: searches", str(found["searches"]), f"≤ {bound}", good=found["searches"] <= bound, yardstick=old)
    report("ingest: memory", f"{found['pss_mb']:.0f} MB", "≤ 120 MB PSS", good=found["pss_mb"] <= 120)
    print(f"            {found['seconds']:.1f} s, {found['requests']} requests: {found['sentence']}", flush=True)


def bench_upload(folder: Path) -> None:
    ratios = []
    for number in range(ROUNDS):
        with _stand_in(folder / f"{number}") as server:
            ours, theirs = (_files(folder / f"{number}" / name, number * 2 + n) for n, name in enumerate("ab"))
            values = {"way": Way.UPLOAD, "folder": str(ours), "landing": "", "library": "", "stack": [], "albums": []}
            inbox = inbox_of(folder, server, **values)
            order = {"server": server, "folder": str(folder / f"home{number}"), "inbox": inbox}
            # Who goes first changes: the second finds the server warm.
            if number % 2:
                curl, mine = _curl(theirs, server), in_child(_ME, order)
            else:
                mine, curl = in_child(_ME, order), _curl(theirs, server)
        ratios.append(curl / mine["seconds"])
        rates = [UPLOADS * UPLOAD_BYTES / seconds / 1e6 for seconds in (mine["seconds"], curl)]
        told = f"upload {rates[0]:.0f} MB/s (own CPU {mine['cpu']:.2f} s), curl {rates[1]:.0f} MB/s"
        print(f"            {told}", flush=True)
    ratio = statistics.median(ratios)
    told = ", ".join(f"{one:.2f}" for one in sorted(ratios))
    report("ingest: upload, of curl 4 at a time", f"{ratio:.2f} ({told})", "≥ 0.70", good=ratio >= 0.7)


def _files(folder: Path, seed: int) -> Path:
    folder.mkdir(parents=True)
    block = os.urandom(UPLOAD_BYTES)
    for number in range(UPLOADS):
        (folder / f"IMG_{number:04d}.JPG").write_bytes(b"\xff\xd8%08d%08d" % (seed, number) + block)
    return folder


def _curl(folder: Path, server: dict[str, Any]) -> float:
    """Seconds for curl to post the same forms, 4 processes' worth at a time in one."""
    lines = []
    for path in sorted(folder.iterdir()):
        lines += [
            f'url = "{server["url"]}/api/assets"', f'header = "x-api-key: {server["key"]}"',
            f'form = "assetData=@{path}"', 'form = "fileCreatedAt=2024-01-01T00:00:00.000Z"',
            'form = "fileModifiedAt=2024-01-01T00:00:00.000Z"', 'output = "/dev/null"', "next",
        ]  # fmt: skip
    config = folder.with_suffix(".curl")
    config.write_text("\n".join(lines[:-1]))
    quiet = ["-sS", "--no-progress-meter", "--fail", "-H", "Expect:"]
    command = ["curl", *quiet, "--parallel", "--parallel-max", "4", "-K", str(config)]
    started = time.monotonic()
    subprocess.run(command, check=True)
    return time.monotonic() - started


def main(words: list[str]) -> None:
    if words[:1] == ["--serve"]:
        serve(words[1])
    elif words == ["--child"]:
        print(json.dumps(child(json.load(sys.stdin))))
    else:
        parts = {"pass": bench_pass, "groups": bench_groups, "upload": bench_upload}
        for name in words or list(parts):
            with tempfile.TemporaryDirectory(prefix="bench-ingest-") as folder:
                parts[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
