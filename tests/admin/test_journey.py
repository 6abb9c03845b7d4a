"""The whole way of a new owner, in a real browser at a phone's size: from the code on the wall to what is held.

The page runs in this process (so that the test can read the code that the wall shows), sync and the wall in theirs,
Immich is the stand-in. Screenshots of every page are left in .demo/phone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from admin.context import Context
from admin.setup_sign import tell
from frame.control import ask
from sync.home import Home, find, prepare
from tests.admin.chromium import PROGRAM, Browser, open_browser
from tests.admin.looks import PICTURES, look
from tests.admin.phone import PASSWORD
from tests.admin.served import answering
from tests.admin.wall import hanging
from tests.fakes.immich.samples import sample_library
from tests.fakes.immich.server import FakeImmich
from tests.patience import until

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason="needs chromium")]


@contextmanager
def syncing(home: Home) -> Iterator[None]:
    """The sync service, as its own process."""
    program = (
        "import sys; from pathlib import Path; from sync import daemon; from sync.clock import SystemClock;"
        "from sync.home import find; daemon.run(find(), clock=SystemClock())"
    )
    environment = {**os.environ, "MANTELPIECE_HOME": str(home.root), "XDG_RUNTIME_DIR": str(home.runtime.parent)}
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose runtime folder the services find by themselves."""
    runtime = tmp_path / "r"
    runtime.mkdir()
    home = find({"MANTELPIECE_HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(runtime)})
    prepare(home)
    return home


def go(browser: Browser, label: str, path: str) -> None:
    """Press something that leads to another page."""
    browser.run("window.left = true")
    browser.press(label)
    browser.until(f"!window.left && location.pathname.startsWith({path!r}) && document.readyState === 'complete'")


def test_the_way_of_a_new_owner(place: Home, tmp_path: Path) -> None:
    with (
        FakeImmich(version=3, library=sample_library(tmp_path / "immich")) as immich,
        syncing(place),
        hanging(place, display=f"file:{tmp_path / 'wall'}"),
        answering(place) as (address, context),
        open_browser() as browser,
    ):
        browser.size(360, 780)
        browser.language("en")
        first_contact(browser, address, context)
        connect_immich(browser, immich)
        choose_an_album(browser, place)
        use_the_wall(browser, immich, place, address)
        change_the_wall(browser, place, address)
        hang_up_a_photo(browser, place, address, tmp_path)
        keep_a_smart_album(browser, immich, place, address)
        move_to_a_new_frame(browser, immich, address, tmp_path)
        decide_what_is_held(browser, immich, place, address)
        look_around(browser, address)
        assert not browser.complaints


def first_contact(browser: Browser, address: str, context: Context) -> None:
    browser.open(address)
    look(browser, "setup")
    tell(context, [])
    assert ask(context.home, "now")["showing"] == "welcome", "the wall shows the code"
    browser.type("code", context.code.current())
    browser.type("password", PASSWORD)
    browser.type("again", PASSWORD)
    browser.press("Set up this frame")
    browser.until("document.body.innerText.includes('First, your Immich')")
    look(browser, "first")


def connect_immich(browser: Browser, immich: FakeImmich) -> None:
    go(browser, "Connect Immich", "/servers/new")
    look(browser, "server")
    browser.type("url", immich.url)
    browser.type("key", "not-the-key")
    go(browser, "Try it", "/servers/trial")
    browser.until("document.body.innerText.includes('That did not work')")
    look(browser, "server-refused")
    go(browser, "Change it", "/servers/new")
    assert browser.run("document.querySelector('[name=url]').value") == immich.url, "nothing typed is lost"
    browser.type("key", immich.api_key)
    go(browser, "Try it", "/servers/trial")
    browser.until("document.body.innerText.includes('It works')")
    look(browser, "server-found")


def choose_an_album(browser: Browser, place: Home) -> None:
    go(browser, "Use this server", "/albums/offered")
    browser.until("document.querySelector('.cover')")
    look(browser, "choose")
    browser.press("Holidays")
    go(browser, "Show these", "/albums")
    browser.until("document.body.innerText.includes('8 photos') || document.querySelector('.work')")
    look(browser, "albums")
    go(browser, "Now", "/")
    browser.until("document.querySelector('.hanging')")
    until(lambda: ask(place, "now")["showing"] == "photo")
    look(browser, "now")


def use_the_wall(browser: Browser, immich: FakeImmich, place: Home, address: str) -> None:
    # Fetching goes on beside it: wait for the whole album, so that there is always another photo.
    until(lambda: ask(place, "now")["photos"] >= 8)
    browser.open(address)
    before = ask(place, "now")["key"]
    browser.press("Next")
    until(lambda: ask(place, "now")["key"] != before)
    shown = ask(place, "now")["object"]
    browser.until(f"document.querySelector('.hanging img').src.endsWith({shown!r})")
    browser.press("Pause")
    browser.until("[...document.querySelectorAll('button')].some((each) => each.ariaLabel === 'Go on')")
    favourite_while_the_server_is_down(browser, immich, place, address)
    look(browser, "now-favourite")
    browser.press("Go on")
    hidden = ask(place, "now")["key"]
    browser.press("Never show")
    browser.until("document.body.innerText.includes('will not come again')")
    until(lambda: ask(place, "now")["key"] != hidden)
    look(browser, "now-hidden")


def favourite_while_the_server_is_down(browser: Browser, immich: FakeImmich, place: Home, address: str) -> None:
    immich.edits.set_mode("maintenance")
    browser.press("Favourite")
    browser.until("document.querySelector('.heart[aria-pressed=true]')")
    now = ask(place, "now")
    assert now["favourite"], "it counts at once, here"

    def waits() -> bool:
        browser.open(f"{address}/marked")
        return bool(browser.run("document.body.innerText.includes('maintenance')"))

    until(waits)
    look(browser, "marked")
    immich.edits.set_mode("normal")
    assert not immich.library.assets[now["asset"]].favourite
    go(browser, "Try now", "/marked")
    until(lambda: immich.library.assets[now["asset"]].favourite)
    browser.open(address)


def change_the_wall(browser: Browser, place: Home, address: str) -> None:
    go(browser, "Wall", "/wall")
    look(browser, "wall")
    browser.press("Full panel")
    browser.press("Save")
    browser.until("document.body.innerText.includes('The wall has changed')")
    assert "fill" in place.settings.read_text()
    look(browser, "wall-changed")
    browser.press("Take it back")
    browser.until("document.querySelector('[value=auto]').checked")


def hang_up_a_photo(browser: Browser, place: Home, address: str, folder: Path) -> None:
    before = ask(place, "now")["photos"]
    Image.new("RGB", (320, 240), "orange").save(folder / "Anna.jpg")
    (folder / "Letter.jpg").write_text("Dear Anna")
    browser.open(f"{address}/upload")
    browser.choose_file("photo", folder / "Letter.jpg")
    browser.press("Send to the wall")
    browser.until("document.body.innerText.includes('Letter.jpg:')")
    browser.choose_file("photo", folder / "Anna.jpg")
    browser.press("Send to the wall")
    browser.until("document.body.innerText.includes('1 photo hangs on the wall now')")
    look(browser, "upload")
    until(lambda: ask(place, "now")["photos"] == before + 1)
    until(lambda: ask(place, "now").get("file_name") == "Anna.jpg")
    browser.press("Take down")
    until(lambda: ask(place, "now")["photos"] == before)


def keep_a_smart_album(browser: Browser, immich: FakeImmich, place: Home, address: str) -> None:
    """Anna's photos in an album in Immich: seen before anything changes, confirmed, explained, and taken back."""
    browser.open(f"{address}/smart")
    look(browser, "smart-none")
    go(browser, "A new smart album", "/smart/new")
    look(browser, "smart-new")
    browser.type("name", "Our Anna")
    browser.type("people", "Anna")
    go(browser, "Save and preview", "/smart/previewed")
    browser.until("document.body.innerText.includes('3 to add')")
    assert "Our Anna" not in {album.name for album in immich.library.albums.values()}, "nobody has said yes yet"
    look(browser, "smart-preview")
    go(browser, "Do exactly this", "/smart/")
    browser.until("location.pathname === '/smart/album' && document.body.innerText.includes('3 added')")
    assert len(immich.library.album_named("Our Anna").asset_ids) == 3
    look(browser, "smart-album")
    name = immich.library.assets[sorted(immich.library.album_named("Our Anna").asset_ids)[0]].name
    browser.type("asset", name)
    go(browser, "Tell me", "/smart/why")
    browser.until("document.body.innerText.includes('It belongs in Our Anna')")
    look(browser, "smart-why")
    browser.open(f"{address}/smart/album?name=Our%20Anna")
    go(browser, "Undo", "/smart/album")
    look(browser, "smart-undo")
    go(browser, "Yes, take it back", "/smart/")
    browser.until("location.pathname === '/smart/album' && document.body.innerText.includes('taken back')")
    assert "Our Anna" not in {album.name for album in immich.library.albums.values()}, "the run had made it"
    browser.open(f"{address}/smart")
    assert "Our Anna" in browser.run("document.body.innerText")


def move_to_a_new_frame(browser: Browser, immich: FakeImmich, address: str, folder: Path) -> None:
    """A backup of this frame makes another one like it, once the key is typed again."""
    browser.open(f"{address}/backup")
    look(browser, "backup")
    saved = browser.run(
        "fetch('/backup/file').then((answer) => answer.arrayBuffer())"
        ".then((bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))))"
    )
    (folder / "backup.zip").write_bytes(b64decode(saved))
    (folder / "r2").mkdir()
    fresh = find({"MANTELPIECE_HOME": str(folder / "fresh"), "XDG_RUNTIME_DIR": str(folder / "r2")})
    prepare(fresh)
    with syncing(fresh), answering(fresh) as (other, context):
        browser.open(other)
        browser.type("code", context.code.current())
        browser.type("password", PASSWORD)
        browser.type("again", PASSWORD)
        browser.press("Set up this frame")
        browser.until("document.body.innerText.includes('First, your Immich')")
        browser.open(f"{other}/backup")
        browser.choose_file("file", folder / "backup.zip")
        browser.press("Restore this backup")
        browser.until("document.body.innerText.includes('The API key of the server')")
        look(browser, "restored")
        go(browser, "Immich servers", "/servers")
        go(browser, "New key", "/servers/new")
        browser.type("key", immich.api_key)
        go(browser, "Try it", "/servers/trial")
        browser.until("document.body.innerText.includes('It works')")
        go(browser, "Use this server", "/")
        browser.open(f"{other}/albums")
        browser.press("Sync now")
        until(lambda: fresh.catalogue.exists() and len(list(fresh.objects.rglob("*.jpg"))) >= 7)
        browser.open("about:blank")  # nobody asks that frame any more
    # Both frames are at one address here, and a browser keeps cookies by address, not by port.
    browser.open(f"{address}/login")
    browser.type("password", PASSWORD)
    browser.press("Sign in")
    browser.until("document.querySelector('.hanging')")


def decide_what_is_held(browser: Browser, immich: FakeImmich, place: Home, address: str) -> None:
    immich.edits.empty_album("Holidays")
    browser.open(f"{address}/album?name=Holidays")
    look(browser, "album")
    go(browser, "What would change?", "/album/previewed")
    browser.until("!document.querySelector('progress')")
    look(browser, "preview")
    browser.open(f"{address}/album?name=Holidays")
    browser.press("Sync now")
    browser.until("/waits? for your yes/.test(document.body.innerText)")
    browser.open(f"{address}/held")
    assert browser.run("document.querySelectorAll('.grid img').length") > 0, "it shows what would go"
    look(browser, "held")
    go(browser, "Keep them", "/held")
    browser.until("document.body.innerText.includes('Nothing waits')")
    assert ask(place, "now")["photos"] >= 7, "they stay on the wall"


def name_of(page: str) -> str:
    """Of its picture."""
    return page.partition("?")[0].replace("/", "-") or "now"


def look_around(browser: Browser, address: str) -> None:
    pages = (
        "more", "jobs", "runs/1", "device", "displays", "backup", "upload",
        "servers", "trash", "marked", "password", "tokens", "link", "albums/add", "smart",
        "writeback", "writeback/new", "ingest", "ingest/new",
        "smart/edit?name=Our%20Anna", "smart/album?name=Our%20Anna",
    )  # fmt: skip
    for width, phone in ((360, True), (1280, False)):
        browser.size(width, 780, phone=phone)
        for page in ("", *pages):
            browser.open(f"{address}/{page}")
            look(browser, f"{name_of(page)}-{width}")
    browser.size(360, 780)
    browser.script(allowed=False)
    browser.open(f"{address}/")
    browser.picture(PICTURES / "now-without-script.png")
    browser.script(allowed=True)
    browser.language("de")
    for page in ("", "albums", "wall", *pages):
        browser.open(f"{address}/{page}")
        look(browser, f"{name_of(page)}-de")
