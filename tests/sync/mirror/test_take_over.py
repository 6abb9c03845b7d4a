from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from sync import secrets
from sync.errors import UsageError
from sync.mirror.old_frame import read_frames
from sync.mirror.take_over import take_over
from sync.settings.tree import Album, Server, Settings
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import Mirror, mirror_of


@pytest.fixture(params=[2, 3], ids=["v2", "v3"])
def server(request, tmp_path_factory):
    with FakeImmich(version=request.param, library=sample_library(tmp_path_factory.mktemp("library"))) as fake:
        yield fake


@pytest.fixture
def mirror(server, tmp_path) -> Mirror:
    made = mirror_of(server, tmp_path / "new")
    made.settings = Settings()
    made.home.secrets.unlink()
    return made


@pytest.fixture
def old(server, tmp_path) -> Path:
    """What the old frame left: every original of "Holidays" under names of its own, one of them changed since."""
    folder = tmp_path / "old"
    (folder / "photos").mkdir(parents=True)
    album = next(album for album in server.library.albums.values() if album.name == "Holidays")
    assets = {}
    for number, id_ in enumerate(sorted(server.library.assets)):
        asset = server.library.assets[id_]
        path = folder / "photos" / f"IMG_{number}_1.jpg"
        shutil.copy(asset.original.path, path)
        assets[id_] = {"filename": path.name, "local_path": f"cache/photos/{path.name}", "checksum": "md5"}
    (folder / "photos" / "mine.txt").write_text("mine")
    write(folder / "sync_metadata.json", {"album_id": album.id, "sync_count": 3, "synced_assets": assets})
    settings = {
        "immich_url": server.url, "immich_api_key": server.api_key, "album_id": album.id,
        "selection_mode": "sequential", "sync_interval_hours": 12, "refresh_interval_minutes": 5, "max_photos": 0,
    }  # fmt: skip
    write(folder / "settings.json", settings)
    return folder


def write(path: Path, tree) -> Path:
    path.write_text(json.dumps(tree))
    return path


def asked(mirror: Mirror, old: Path, **more):
    arguments = {"settings": str(old / "settings.json"), "metadata": str(old / "sync_metadata.json")}
    with mirror.work() as work:
        return take_over(work, arguments | {"photos": None} | more)


def test_settings_become_data_the_key_a_secret_and_fitting_files_objects(server, mirror, old):
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    result = asked(mirror, old)
    [album] = result.facts["albums"]
    assert result.facts["servers"] == [{"name": "home", "url": server.url}]
    assert result.facts["wall"] == {"selection": "sequential", "interval_seconds": 300}
    assert album | {"source": "album", "server": "home", "interval_hours": 12} == album
    assert result.facts["adopted"] > 0
    assert server.api_key not in json.dumps(result.facts) + result.sentence + "".join(result.problems)
    assert secrets.of_server(mirror.home.secrets, "home").key.reveal() == server.api_key
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before

    mirror.settings = Settings(
        servers={"home": Server(url=server.url)}, albums=(msgspec.convert(album, Album),)
    )  # fmt: skip
    server.clear_log()
    assert mirror.facts(album["name"])["problems"] == []
    fetched = server.count("/original")
    originals = {entry.original for entry in mirror.entries(album["name"])}
    assert fetched == len(originals) - result.facts["adopted"]
    mirror.check()


def test_a_file_that_no_asset_has_is_left(server, mirror, old):
    path = next((old / "photos").glob("*.jpg"))
    before = asked(mirror, old).facts["adopted"]
    for object_ in mirror.home.objects.glob("??/*"):
        object_.unlink()
    for path in (old / "photos").glob("*.jpg"):
        path.write_bytes(path.read_bytes() + b"edited")
    result = asked(mirror, old, photos=str(old / "photos"))
    assert before > 0
    assert result.facts["adopted"] == 0
    assert mirror.objects() == {}


def test_a_server_that_is_down_still_gives_the_settings(server, mirror, old):
    server.stop()
    result = asked(mirror, old)
    assert (result.exit_code, result.facts["adopted"], len(result.facts["albums"])) == (3, 0, 1)
    assert any("again" in problem for problem in result.problems)


def test_a_known_server_keeps_its_name_and_its_key(server, mirror, old):
    mirror.settings = Settings(servers={"cellar": Server(url=server.url + "/api/")})
    secrets.put(mirror.home.secrets, "servers", "cellar", key=server.api_key)
    write(old / "settings.json", json.loads((old / "settings.json").read_text()) | {"immich_api_key": "other"})
    result = asked(mirror, old, metadata=None)
    assert result.facts["servers"] == []
    assert result.facts["albums"][0]["server"] == "cellar"
    assert secrets.of_server(mirror.home.secrets, "cellar").key.reveal() == server.api_key


def test_a_key_left_by_a_removed_server_is_not_sent_to_another_address(server, mirror, old):
    secrets.put(mirror.home.secrets, "servers", "home", key="the other server's key")
    settings = json.loads((old / "settings.json").read_text())
    del settings["immich_api_key"]
    write(old / "settings.json", settings)
    assert asked(mirror, old).exit_code == 3
    assert not secrets.of_server(mirror.home.secrets, "home").key


def test_the_plugin_instances_of_the_old_frame_are_found_at_any_depth(tmp_path):
    one = {"immich_url": "http://a", "album_id": "x"}
    tree = {"instances": [{"name": "Sea", "settings": one}, {"name": "Clock", "settings": {}}], "v": 1}
    [frame] = read_frames(write(tmp_path / "plugin_instances.json", tree))
    assert (frame.name, frame.album_id, frame.interval_seconds, frame.limit) == ("Sea", "x", 300, 0)
    tree = {"default": {"name": "Sea", "settings": one}, "second": {"name": "Hills", "settings": one}}
    assert [frame.name for frame in read_frames(write(tmp_path / "b.json", tree))] == ["Sea", "Hills"]


def test_values_out_of_range_are_taken_as_near_as_they_fit(tmp_path):
    tree = {"immich_url": "http://a", "sync_interval_hours": 9999, "refresh_interval_minutes": "x", "max_photos": -1}
    tree |= {"selection_mode": "weird", "saturation_boost": 1.4}
    [frame] = read_frames(write(tmp_path / "s.json", tree))
    assert (frame.interval_hours, frame.interval_seconds, frame.limit, frame.selection) == (168, 300, 0, "random")
    assert len(frame.notes) == 5


BAD = {
    "no JSON": b'{"immich_api_key": "SECRET", ',
    "no text": b"\xff\xfe\x00",
    "empty": b"",
    "a list of nothing": b"[]",
    "another file": b'{"a": 1}',
    "no address": b'{"immich_url": "ftp://x"}',
    "a number": b'{"immich_url": 5}',
    "a key that is none": b'{"immich_url": "http://x", "immich_api_key": 5}',
    "deep": b"[" * 100000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_bad_settings_are_one_sentence_and_nothing_is_changed(tmp_path, content):
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read_frames(path)
    assert "SECRET" not in str(refused.value)


def test_missing_files_and_bad_metadata_are_one_sentence(mirror, old):
    for more in (
        {"settings": str(old / "none.json")},
        {"photos": str(old / "none")},
        {"metadata": str(write(old / "m.json", {"synced_assets": []}))},
    ):
        with pytest.raises(UsageError):
            asked(mirror, old, **more)
        assert not mirror.home.secrets.exists()
