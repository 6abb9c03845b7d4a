"""What is said of a key and of a link at set-up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync import secrets
from sync.errors import KeyRefused
from sync.immich.facts import Wanted
from sync.immich.probe import NEEDED
from sync.immich.server import Immich
from sync.inquiries import probe
from sync.secrets import LinkSecrets, Secret
from sync.settings.tree import Mode, Source
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.smart import SERVER, keeper_of, smart
from tests.sync.immich.conftest import Connect


def test_a_key_that_may_do_everything_lacks_nothing(server: FakeImmich, connect: Connect) -> None:
    probe = connect(server).probe()
    assert probe.missing == ()
    assert probe.user_name == "Admin"
    assert probe.admin
    assert probe.permissions == (None if server.version == 1 else ("all",))
    assert probe.version.major == server.version


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("lacking", [name for name, _ in NEEDED])
def test_each_missing_permission_is_named_with_what_fails(
    lacking: str, version: int, servers: dict[int, FakeImmich], connect: Connect
) -> None:
    library = servers[version].library
    rights = tuple(name for name, _ in NEEDED if name != lacking)
    key = library.add_key(library.me, f"all but {lacking}", permissions=rights)
    probe = connect(servers[version], key=key.secret).probe()
    expected = [] if lacking == "face.read" and version == 2 else [lacking]
    assert [name for name, _ in probe.missing] == expected
    assert all(sentence for _, sentence in probe.missing)
    assert (probe.user_id is None) == (lacking == "user.read")


def test_version_1_is_probed_by_harmless_calls(servers: dict[int, FakeImmich], connect: Connect) -> None:
    library = servers[1].library
    key = library.add_key(library.me, "old and narrow", permissions=("album.read", "asset.read"))
    probe = connect(servers[1], key=key.secret).probe()
    assert probe.permissions is None
    missing = {name for name, _ in probe.missing}
    assert {"person.read", "stack.read", "memory.read"} <= missing
    assert "album.read" not in missing
    assert all(entry.method == "GET" for entry in servers[1].log)


def test_a_key_is_taken_with_the_line_end_it_was_pasted_with(server: FakeImmich, connect: Connect) -> None:
    assert connect(server, key=f" {server.api_key}\n").probe().user_name == "Admin"


def test_a_wrong_key_is_refused(server: FakeImmich, connect: Connect) -> None:
    with pytest.raises(KeyRefused):
        connect(server, key="wrong").probe()


def test_a_link_is_probed_for_what_its_maker_closed(
    server: FakeImmich, through_link: Callable[[FakeImmich], Immich]
) -> None:
    probe = through_link(server).probe()
    assert probe.user_id is None
    assert probe.missing == ()


def test_a_link_without_downloads_says_so(tmp_path: Path, through_link: Callable[[FakeImmich], Immich]) -> None:
    library = sample_library(tmp_path / "library", photos=2, size=(64, 48))
    library.add_link(library.album_named("Family"), allow_download=False)
    with FakeImmich(version=3, library=library) as server:
        assert [name for name, _ in through_link(server).probe().missing] == ["allow download"]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_link_with_a_password_opens_with_it_alone_and_shows_it_nowhere_else(
    tmp_path: Path, connect: Connect, version: int
) -> None:
    library = sample_library(tmp_path / "library", photos=2, size=(64, 48))
    link = library.add_link(library.album_named("Family"))
    link.password = "open sesame"
    with FakeImmich(version=version, library=library) as server:

        def client(password: str) -> Immich:
            return connect(server, key="", link=LinkSecrets(key=Secret(link.key), password=Secret(password)))

        assert client("open sesame").link_album().name == "Family"
        assert client("open sesame").probe().missing == ()
        assert list(client("open sesame").listing(Wanted(source=Source.LINK)))
        for wrong in ("", "close sesame"):
            with pytest.raises(KeyRefused, match="another password"):
                client(wrong).link_album()
        link.password = None
        assert client("open sesame").link_album().name == "Family"
        told = {entry.path for entry in server.log if "sesame" in entry.target}
        assert told == ({"/api/shared-links/me"} if version == 1 else set())


def test_what_smart_albums_need_is_named_where_there_are_any(tmp_path: Path) -> None:
    library = sample_library(tmp_path / "library", photos=2, size=(64, 48))
    with FakeImmich(version=3, library=library) as server:
        keeper = keeper_of(server, tmp_path)
        read = [name for name, _ in NEEDED]
        key = server.edits.make_key("reader", read)["api_key"]
        secrets.put(keeper.home.secrets, "servers", SERVER, key=key)

        def missing() -> list[str]:
            with keeper.work() as work:
                return [one["permission"] for one in probe(work, {"server": SERVER}).facts["missing"]]

        assert missing() == []
        keeper.set(smart("A", {"favourite": True}, mode=Mode.ADD))
        assert missing() == ["album.create", "albumAsset.create"]
        keeper.set(smart("A", {"favourite": True}, cover="newest", viewers=("Bea",)))
        assert missing() == [
            "album.create", "albumAsset.create", "albumAsset.delete", "album.update", "albumUser.create",
        ]  # fmt: skip
        keeper.set(smart("A", {"any": [{"favourite": True}, {"owner": "Bea"}]}, mode=Mode.ADD))
        assert missing() == ["album.create", "albumAsset.create", "partner.read"]
