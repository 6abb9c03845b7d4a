"""What was taken in hangs on the wall once for each photo: of a stack the one on top, of a live photo its still."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from sync.settings.tree import Album, Keep, Source
from tests.fakes.icloud import SIZES, Options, download
from tests.fakes.icloud_photos import LIBRARY
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.ingest import SERVER, make_taker
from tests.fakes.mirror import Mirror


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("source", [Source.ALL, Source.ALBUM])
def test_the_wall_shows_one_picture_for_each_group(tmp_path: Path, version: int, source: Source) -> None:
    stills = [asset for asset in LIBRARY if not asset.name.endswith(".MOV")]
    with FakeImmich(version=version, library=Library(tmp_path / "server")) as server:
        taker = make_taker(tmp_path, server, albums=("iCloud",))
        written = download(stills, taker.landing, Options(sizes=SIZES))
        assert taker.run().problems == []
        wanted = Album(name="wall", source=source, server=SERVER, keep=Keep.DISPLAY, id=server.albums.get("iCloud", ""))
        mirror = Mirror(taker.home, msgspec.structs.replace(taker.settings, albums=(wanted,)))
        assert mirror.run("wall").problems == []
        shown = sorted(mirror.shown("wall"))
    tops = [written.files[asset.record]["adjusted" if asset.edited else "original"] for asset in stills]
    assert shown == sorted(tops)
