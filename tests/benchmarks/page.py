"""The phone page of a frame with 100,000 photos and 200 albums: `python -m tests.benchmarks.page`.

How long the server takes for each page, what a page weighs, what the process holds at rest and after all of them, how
long a small picture takes, and how soon `next` on the phone is on the wall.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec
import requests

from admin.security.passwords import hashed
from frame.control import FrameNotRunning, ask
from sync import secrets
from sync.home import Home
from sync.immich.facts import Asset, Kind, Visibility
from sync.library import albums, memberships, photos
from sync.library.albums import AlbumRow
from sync.library.database import Library
from tests.benchmarks.frame_start import COUNT, key_of, large_home
from tests.benchmarks.report import report
from tests.benchmarks.wall_running import pss

ALBUMS = 200
PASSWORD = "correct horse battery"
PAGES = ("", "albums", "album?name=Everything", "album?name=Album%2007", "wall", "smart", "smart/new", "held", "trash",
         "marked", "jobs", "servers", "device", "more", "upload", "now?parts=bar+wall+work", "api/v1/state",
         )  # fmt: skip
GOAL_SECONDS = 0.1
ROUNDS = 9
_MOMENT = datetime(2024, 5, 1, tzinfo=UTC)


def furnish(home: Home) -> None:
    """One album of everything and 199 of 500 photos each, as a sync leaves them."""
    names = ["Everything", *(f"Album {number:02}" for number in range(1, ALBUMS))]
    entries = "".join(f'[[albums]]\nname = "{name}"\nserver = "home"\nid = "{name}"\n' for name in names)
    home.settings.write_text(f'[servers.home]\nurl = "http://127.0.0.1:9"\n{entries}', encoding="utf-8")
    secrets.put(home.secrets, "admin", "password", hash=hashed(PASSWORD))
    (display,) = (path.name for path in home.objects.glob("*/*.jpg"))
    library = Library(home.library)
    facts = Asset(
        id="a", owner_id="me", library_id=None, kind=Kind.IMAGE, file_name="IMG_1.JPG", original_path="IMG_1.JPG",
        checksum="", size_bytes=1, created_at=_MOMENT, modified_at=_MOMENT, updated_at=_MOMENT,
        local_time=_MOMENT.replace(tzinfo=None), zone=None, favourite=False, trashed=False, offline=False,
        visibility=Visibility.TIMELINE, live_video_id=None, edited=False, thumbhash=None,
    )  # fmt: skip
    packed = msgspec.msgpack.encode(facts)
    with library.transaction() as db:
        for name in names:
            albums.put(db, AlbumRow(name=name, listed=500, listed_at=_MOMENT.isoformat(), complete=True))
        for number in range(COUNT):
            asset = key_of(number).partition(":")[2]
            photo = photos.upsert(db, server="home", asset=asset, facts=packed, content=b"1", added="2024-05-01")
            photos.set_display(db, photo, name=display, content=b"1", size=(1920, 1440), proof="decoded", etag=None)
            for name in {"Everything", names[number % ALBUMS]}:
                memberships.put(db, album=name, photo=photo, position=number, fingerprint=None)
    library.close()
    (home.thumbs / f"{Path(display).stem}.jpg").write_bytes(b"x" * 12_000)


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", *words], stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            if true():
                return
        except (requests.ConnectionError, FrameNotRunning):
            pass
        if time.monotonic() > end:
            raise SystemExit("it did not start")
        time.sleep(0.02)


def signed_in(address: str) -> tuple[requests.Session, str]:
    phone = requests.Session()
    phone.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
    phone.post(f"{address}/login", {"password": PASSWORD, "token": token_on(phone.get(f"{address}/login").text)})
    return phone, token_on(phone.get(f"{address}/more").text)


def token_on(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def took(phone: requests.Session, address: str) -> float:
    begun = time.perf_counter()
    answer = phone.get(address)
    seconds = time.perf_counter() - begun
    assert answer.status_code in (200, 304), (address, answer.status_code)
    return seconds


def pages(phone: requests.Session, address: str) -> None:
    slowest = {page: median(took(phone, f"{address}/{page}") for _ in range(ROUNDS)) for page in PAGES}
    page = max(slowest, key=lambda each: slowest[each])
    told = f"{slowest[page] * 1000:.0f} ms (/{page})"
    report(f"slowest page with {COUNT:,} photos, {ALBUMS} albums", told, "< 100 ms", good=slowest[page] < GOAL_SECONDS)
    static = sum(len(phone.get(f"{address}/static/{name}").content) for name in ("page.css", "page.js"))
    weights = {page: len(phone.get(f"{address}/{page}").content) + static for page in PAGES}
    heaviest = max(weights, key=lambda each: weights[each])
    told = f"{weights[heaviest] / 1000:.0f} KB (/{heaviest})"
    report("heaviest page with its style and script", told, "<= 100 KB", good=weights[heaviest] <= 100_000)
    thumb = re.findall(r"/thumb/[0-9a-f]+\.jpg", phone.get(f"{address}/album?name=Everything").text)[0]
    seconds = median(took(phone, address + thumb) for _ in range(ROUNDS))
    report("a small picture", f"{seconds * 1000:.0f} ms", "< 100 ms", good=seconds < GOAL_SECONDS)


def press_next(phone: requests.Session, address: str, token: str, home: Home) -> None:
    waits = []
    for _ in range(ROUNDS):
        time.sleep(1.0)  # until the one after it is ready, as it is in front of a wall
        before, begun = ask(home, "now")["key"], time.perf_counter()
        phone.post(f"{address}/wall/next", {"token": token}, allow_redirects=False)
        while ask(home, "now")["key"] == before:
            time.sleep(0.002)
        waits.append(time.perf_counter() - begun)
    report("next on the phone is on the wall", f"{median(waits) * 1000:.0f} ms", "< 150 ms", good=median(waits) < 0.15)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-page-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        os.environ |= {"MANTELPIECE_HOME": f"{folder}/home", "XDG_RUNTIME_DIR": folder,
                       "MANTELPIECE_ADMIN_PORT": str(port), "MANTELPIECE_ADMIN_HOST": "127.0.0.1"}  # fmt: skip
        home, address = large_home(), f"http://127.0.0.1:{port}"
        furnish(home)
        wall = ("frame", "--display", "none", "--transition", "cut", "--interval", "3600")
        with running(*wall), running("admin") as page:
            until(lambda: requests.get(f"{address}/healthz", timeout=10).status_code)
            until(lambda: ask(home, "now")["photos"] == COUNT)
            phone, token = signed_in(address)
            rest = pss(page.pid)
            report("page at rest", f"{rest:.0f} MB PSS", "<= 55 MB", good=rest <= 55)
            pages(phone, address)
            most = pss(page.pid)
            report("page after all of its pages", f"{most:.0f} MB PSS", "<= 70 MB", good=most <= 70)
            press_next(phone, address, token, home)


if __name__ == "__main__":
    main()
