"""The mirror beside its yardsticks, `python -m tests.benchmarks.mirror [speed latency many]`.

speed      500 originals of 3 MB and their display copies from loopback, 8 at once, beside curl and `sync -f`
latency    60 ms added to every answer, the default concurrency, beside a one-at-a-time loop
many       100,000 assets: the memory of the first listing; requests, CPU and writes of a sync without news
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import requests
from PIL import Image

from sync import secrets
from sync.clock import SystemClock
from sync.home import Home, prepare
from sync.library.database import Library
from sync.mirror.origins import Origins
from sync.mirror.publish import Publisher
from sync.mirror.synchronise import AlbumRun, mirror, synchronise
from sync.settings.tree import Album, Keep, Server, Settings
from sync.work import Work
from tests.benchmarks.program import in_child, stand_in
from tests.benchmarks.report import report
from tests.fakes.immich import __main__ as stand_in_program
from tests.fakes.immich import samples

ORIGINALS = 500
YARDSTICK_LEAST = 300
"""MB/s: a slower yardstick voids the figure."""
LATENCY_PHOTOS = 250
_ME = "tests.benchmarks.mirror"
MANY = 100_000


def _stand_in(*arguments: str) -> AbstractContextManager[dict[str, Any]]:
    return stand_in(_ME, "--until-stdin-closes", *arguments)


def serve(arguments: list[str]) -> None:
    """The stand-in with pictures as heavy as a camera's: 8 megapixels in 3 MB, previews of 390 kB."""

    def grainy(seed: int, size: tuple[int, int]) -> Callable[[], Image.Image]:
        def draw() -> Image.Image:
            grain = Image.effect_noise(size, 40).convert("RGB")
            return Image.blend(samples.quick_picture(seed, size)(), grain, 0.2)

        return draw

    samples.noisy_picture = grainy
    stand_in_program.main(arguments)


def device(root: Path, server: dict[str, Any], *, requests_at_once: int, keep: Keep = Keep.ORIGINAL) -> Work:
    """A device that mirrors the album "Big"."""
    home = Home(root=root / "home", runtime=root / "run")
    prepare(home)
    secrets.put(home.secrets, "servers", "home", key=server["api_key"])
    album = Album(name="Big", server="home", id=album_id(server), keep=keep, view=False)
    settings = Settings(servers={"home": Server(url=server["url"], requests=requests_at_once)}, albums=(album,))
    return Work(home=home, settings=settings, settings_whole=True, library=Library(home.library), clock=SystemClock())


def album_id(server: dict[str, Any], name: str = "Big") -> str:
    headers = {"x-api-key": server["api_key"]}
    albums = requests.get(f"{server['url']}/api/albums", headers=headers, timeout=60).json()
    return next(album["id"] for album in albums if album["albumName"] == name)


def urls_of(server: dict[str, Any]) -> list[str]:
    """The same bytes that the mirror fetches: every preview, every original."""
    headers = {"x-api-key": server["api_key"]}
    found: list[str] = []
    page: int | None = 1
    while page:
        body = {"albumIds": [album_id(server)], "page": page, "size": 1000}
        answer = requests.post(f"{server['url']}/api/search/metadata", json=body, headers=headers, timeout=60).json()
        found += [item["id"] for item in answer["assets"]["items"]]
        page = int(answer["assets"]["nextPage"] or 0) or None
    base = f"{server['url']}/api/assets"
    return [f"{base}/{asset}/thumbnail?size=preview" for asset in found] + [
        f"{base}/{asset}/original" for asset in found
    ]


def curl_seconds(server: dict[str, Any], folder: Path, *, at_once: int) -> tuple[float, int]:
    """How long curl takes for all of it, and how many bytes that is."""
    config = folder / "curl.txt"
    lines = [f'header = "x-api-key: {server["api_key"]}"', "silent", "parallel", f"parallel-max = {at_once}"]
    for number, url in enumerate(urls_of(server)):
        lines += [f'url = "{url}"', f'output = "{folder}/{number}"']
    config.write_text("\n".join(lines))
    started = time.monotonic()
    subprocess.run(["curl", "--config", str(config)], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["sync", "-f", str(folder)], check=True)
    seconds = time.monotonic() - started
    return seconds, sum(file.stat().st_size for file in folder.iterdir() if file != config)


def speed() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-mirror-", dir=os.environ.get("BENCH_DIR")))
    try:
        with _stand_in("--version", "3", "--assets", str(ORIGINALS), "--megapixels", "8", "--noise") as server:
            _speed(folder, server)
    finally:
        shutil.rmtree(folder)


def _speed(folder: Path, server: dict[str, Any]) -> None:
    rounds = [_speed_round(folder, server, number) for number in range(3)]
    curl_rate = statistics.median(size / curl / 1e6 for size, _, curl, _ in rounds)
    ratio = statistics.median(curl / ours for _, _, curl, ours in rounds)
    size, previews, *_ = rounds[0]
    each = (size - previews) / ORIGINALS
    report(
        f"{ORIGINALS} originals of {each / 1e6:.1f} MB, previews of {previews / ORIGINALS / 1e3:.0f} kB",
        f"{ratio:.2f} of curl, median of 3",
        ">= 0.75",
        good=None if curl_rate < YARDSTICK_LEAST else ratio >= 0.75,
        yardstick=f"curl and sync -f {curl_rate:.0f} MB/s",
    )


def _speed_round(folder: Path, server: dict[str, Any], number: int) -> tuple[int, int, float, float]:
    """Bytes, those of the previews, curl's seconds, ours: one after the other, so that both meet the same machine."""
    (folder / f"curl-{number}").mkdir()
    curl, size = curl_seconds(server, folder / f"curl-{number}", at_once=8)
    previews = sum((folder / f"curl-{number}" / str(file)).stat().st_size for file in range(ORIGINALS))
    shutil.rmtree(folder / f"curl-{number}")
    subprocess.run(["sync", "-f", str(folder)], check=True)
    work = device(folder / f"device-{number}", server, requests_at_once=8)
    cpu = _cpu()
    started = time.monotonic()
    runs = [AlbumRun(album) for album in work.settings.albums]
    mirror(work, runs, Origins(work), Publisher(work))
    seconds = time.monotonic() - started
    cpu = _cpu() - cpu
    work.library.close()
    assert not any(run.problems for run in runs), runs
    assert len(list(work.home.objects.glob("*/*"))) >= 2 * ORIGINALS
    shutil.rmtree(folder / f"device-{number}")
    subprocess.run(["sync", "-f", str(folder)], check=True)
    print(
        f"  {size / 1e6:.0f} MB: curl {curl:.2f} s ({size / curl / 1e6:.0f} MB/s), mirror {seconds:.2f} s "
        f"({size / seconds / 1e6:.0f} MB/s), CPU with children {cpu:.2f} s, load {os.getloadavg()[0]:.1f}: "
        f"{curl / seconds:.2f}",
        flush=True,
    )
    return size, previews, curl, seconds


def _cpu() -> float:
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def latency() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="bench-mirror-") as folder,
        _stand_in("--version", "3", "--assets", str(LATENCY_PHOTOS), "--delay-ms", "60") as server,
    ):
        root = Path(folder)
        headers = {"x-api-key": server["api_key"]}
        started = time.monotonic()
        with requests.Session() as session:
            urls = urls_of(server)
            # The mirror asks for every photo's tags too.
            urls += [url.removesuffix("/original") for url in urls if url.endswith("/original")]
            for number, url in enumerate(urls):
                (root / str(number)).write_bytes(session.get(url, headers=headers, timeout=60).content)
        loop = time.monotonic() - started
        work = device(root / "device", server, requests_at_once=4)
        started = time.monotonic()
        synchronise(work, {"albums": None})
        seconds = time.monotonic() - started
        work.library.close()
        report(
            "60 ms more on every answer, 4 requests at once",
            f"{loop / seconds:.2f} x one at a time",
            ">= 3.6",
            good=loop / seconds >= 3.6,
            yardstick=f"{loop:.1f} s one at a time",
        )


def many() -> None:
    """100,000 assets: the first listing in a process of its own, then a second sync that brings nothing new."""
    with tempfile.TemporaryDirectory(prefix="bench-mirror-") as folder:
        for version in ("3", "1"):
            with _stand_in("--version", version, "--assets", str(MANY), "--same-bytes") as server:
                _many(Path(folder) / version, server, version)


def _many(root: Path, server: dict[str, Any], version: str) -> None:
    order = {"root": str(root), "server": server, "fetch": False}
    first = in_child(_ME, order)
    print(f"  v{version}: first listing of {MANY} in {first['seconds']:.1f} s, own CPU {first['cpu']:.1f} s")
    most = first["rss_mb"]
    for name in ("full", "token"):
        found = in_child(_ME, {**order, "forget_token": name == "full"})
        most = max(most, found["rss_mb"])
        what = "all listed" if name == "full" else "proved by one request"
        report(
            f"v{version}, no change in {MANY}: {what}",
            f"{found['cpu']:.2f} s own CPU",
            "< 1.5 s",
            good=found["cpu"] < 1.5,
            yardstick=f"{found['requests']} requests, {len(found['written'])} files written",
        )
    report(f"v{version}, sync of {MANY}: most memory", f"{most:.0f} MB resident", "<= 180 MB", good=most <= 180)


def child(order: dict[str, Any]) -> dict[str, Any]:
    """One sync in this process, without fetching: what it took."""
    from sync.mirror import collect
    from sync.mirror import synchronise as job

    work = device(Path(order["root"]), order["server"], requests_at_once=4, keep=Keep.DISPLAY)
    log = f"{order['server']['url']}/__log__"
    requests.delete(log, timeout=60)
    collect.Collector.run = lambda *_arguments, **_options: None  # type: ignore[method-assign]
    if order.get("forget_token"):
        with work.library.transaction() as db:
            db.execute("UPDATE albums SET token = 'another'")
    before = _written(work.home)
    cpu, started = time.process_time(), time.monotonic()
    result = job.synchronise(work, {"albums": None})
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    work.library.close()
    assert result.exit_code == 0, result
    return {
        "seconds": seconds,
        "cpu": cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "requests": len(requests.get(log, timeout=60).json()),
        "written": sorted(name for name, state in _written(work.home).items() if before.get(name) != state),
    }


def _written(home: Home) -> dict[str, tuple[int, int]]:
    files = [path for path in home.root.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))]
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in files}


def main(names: list[str]) -> None:
    if names[:1] == ["--serve"]:
        serve(names[1:])
        return
    if names == ["--child"]:
        print(json.dumps(child(json.load(sys.stdin))))
        return
    for name in names or ["speed", "latency", "many"]:
        {"speed": speed, "latency": latency, "many": many}[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
