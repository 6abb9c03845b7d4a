"""The job `sync` from listing to catalogue, against a stand-in server of each version."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from sync import secrets
from sync.errors import MarkerMissing, UsageError
from sync.settings.tree import Album, Keep, Pick, Server, Source
from tests.fakes.immich import FakeImmich
from tests.fakes.mirror import SERVER, Mirror, album_of, mirror_of

HOLIDAYS = 8
HALF_AN_HOUR = 31 * 60


every_version = pytest.mark.parametrize("server", [1, 2, 3], ids=["v1", "v2", "v3"], indirect=True)


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    return mirror_of(server, tmp_path, album_of(server, "Holidays"))


def bodies(server: FakeImmich) -> int:
    """How many files were sent whole since the log was cleared."""
    return sum(entry.status == 200 and entry.path.endswith(("/original", "/thumbnail")) for entry in server.log)


@every_version
def test_an_album_is_mirrored_checksummed_and_published(mirror: Mirror) -> None:
    facts = mirror.facts("Holidays")
    assert facts["problems"] == []
    assert (facts["added"], facts["removed"], facts["kept"]) == (HOLIDAYS, 0, 0)
    assert len(mirror.shown("Holidays")) == HOLIDAYS
    assert len(mirror.objects()) == 2 * HOLIDAYS
    assert facts["bytes"] == sum(len(content) for content in mirror.objects().values())
    mirror.check()


def test_the_album_is_in_order_of_the_newest_first(mirror: Mirror) -> None:
    mirror.run()
    taken = [entry.taken or 0 for entry in mirror.entries("Holidays")]
    assert taken == sorted(taken, reverse=True)


@every_version
def test_a_second_sync_writes_nothing_and_downloads_nothing(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    before = mirror.disk()
    server.clear_log()
    facts = mirror.facts("Holidays")
    assert (facts["kept"], facts["complete"]) == (HOLIDAYS, True)
    assert bodies(server) == 0
    assert mirror.disk() == before


def test_the_weekly_full_listing_of_an_unchanged_album_changes_no_photo(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    generation = mirror.home.catalogue.read_bytes()
    mirror.clock.advance(8 * 86400)
    server.clear_log()
    assert mirror.facts("Holidays")["kept"] == HOLIDAYS
    assert bodies(server) == 0
    assert mirror.home.catalogue.read_bytes() == generation


@every_version
def test_one_asset_in_two_albums_is_one_object(server: FakeImmich, mirror: Mirror) -> None:
    mirror.set_albums(album_of(server, "Holidays"), album_of(server, "Family"))
    mirror.run()
    assert len(mirror.objects()) == 2 * 12
    both = [entry for entry in mirror.entries() if len(entry.albums) == 2]
    assert len(both) == 2


@every_version
def test_a_photo_that_leaves_is_off_the_wall_at_once_and_off_the_disk_after_a_second_listing(
    server: FakeImmich, mirror: Mirror
) -> None:
    mirror.run()
    gone = mirror.shown("Holidays")[0]
    server.edits.remove_from_album(gone, "Holidays")
    assert mirror.facts("Holidays")["removed"] == 1
    assert gone not in mirror.shown()
    assert len(mirror.objects()) == 2 * HOLIDAYS
    mirror.clock.advance(10 * 60)
    mirror.run()
    assert len(mirror.objects()) == 2 * HOLIDAYS
    mirror.clock.advance(HALF_AN_HOUR)
    mirror.run()
    assert len(mirror.objects()) == 2 * (HOLIDAYS - 1)
    assert len(list(mirror.home.trash.iterdir())) == 2
    mirror.check()


def test_a_persons_sync_now_counts_as_the_second_listing(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    server.edits.remove_from_album(mirror.shown("Holidays")[0], "Holidays")
    mirror.run(asked=True)
    assert len(mirror.objects()) == 2 * HOLIDAYS
    mirror.run(asked=True)
    assert len(mirror.objects()) == 2 * (HOLIDAYS - 1)


def test_a_photo_that_returns_from_the_trash_is_not_downloaded_again(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    name = mirror.shown("Holidays")[0]
    server.edits.remove_from_album(name, "Holidays")
    mirror.run(asked=True)
    mirror.run(asked=True)
    server.edits.add_to_album(name, "Holidays")
    server.clear_log()
    assert mirror.facts("Holidays")["added"] == 1
    assert bodies(server) == 0
    assert len(mirror.shown("Holidays")) == HOLIDAYS
    assert len(mirror.objects()) == 2 * HOLIDAYS


def test_an_untrusted_clock_that_jumps_does_not_make_half_an_hour(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    server.edits.remove_from_album(mirror.shown("Holidays")[0], "Holidays")
    mirror.clock.believed = False
    mirror.run()
    mirror.clock.step(90 * 86400)
    mirror.run()
    assert len(mirror.objects()) == 2 * HOLIDAYS


@every_version
def test_an_emptied_album_is_held_not_deleted(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    for name in mirror.shown("Holidays"):
        server.edits.remove_from_album(name, "Holidays")
    for _ in range(3):
        mirror.clock.advance(86400)
        result = mirror.run(asked=True)
    assert result.exit_code == 4
    assert result.facts["albums"]["Holidays"]["held"] == HOLIDAYS
    assert len(mirror.shown("Holidays")) == HOLIDAYS
    assert len(mirror.objects()) == 2 * HOLIDAYS


def test_originals_are_not_kept_where_display_copies_are_enough(server: FakeImmich, mirror: Mirror) -> None:
    mirror.set_albums(album_of(server, "Holidays", keep=Keep.DISPLAY))
    mirror.run()
    assert len(mirror.objects()) == HOLIDAYS
    assert all(entry.original is None for entry in mirror.entries())


def test_originals_go_when_no_album_keeps_them_any_more(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    mirror.set_albums(album_of(server, "Holidays", keep=Keep.DISPLAY))
    mirror.run()
    assert all(entry.original is None for entry in mirror.entries())
    assert len(mirror.objects()) == 2 * HOLIDAYS
    mirror.clock.advance(2 * 3600)
    mirror.run()
    assert len(mirror.objects()) == HOLIDAYS
    mirror.check()


@pytest.mark.parametrize("pick", list(Pick), ids=str)
def test_a_lowered_limit_is_explained_and_never_held(server: FakeImmich, mirror: Mirror, pick: Pick) -> None:
    mirror.run()
    mirror.set_albums(album_of(server, "Holidays", limit=1, pick=pick))
    facts = mirror.facts("Holidays")
    assert (facts["removed"], facts["held"]) == (HOLIDAYS - 1, 0)
    assert facts["left_out"] == {"limit": HOLIDAYS - 1}
    assert len(mirror.shown("Holidays")) == 1


def test_an_album_that_was_removed_leaves_only_when_the_settings_are_whole(server: FakeImmich, mirror: Mirror) -> None:
    mirror.set_albums(album_of(server, "Holidays"), album_of(server, "Family"))
    mirror.run()
    mirror.set_albums(album_of(server, "Family"))
    mirror.whole = False
    mirror.run()
    assert len(mirror.shown("Holidays")) == HOLIDAYS
    mirror.whole = True
    mirror.run()
    assert mirror.shown("Holidays") == []
    mirror.clock.advance(HALF_AN_HOUR)
    mirror.run()
    assert len(mirror.objects()) == 2 * len(mirror.shown("Family"))
    mirror.check()


@every_version
def test_a_member_of_a_stack_shows_where_its_primary_is_not(server: FakeImmich, mirror: Mirror) -> None:
    album = server.library.album_named("Holidays")
    inside = [server.library.assets[one] for one in album.asset_ids]
    outside = [asset for asset in server.library.assets.values() if asset.id not in album.asset_ids]
    server.library.add_stack([outside[0], inside[0]])
    server.library.add_stack([inside[1], inside[2]])
    facts = mirror.facts("Holidays")
    assert facts["left_out"] == {"stack members": 1}
    assert inside[0].name in mirror.shown("Holidays")
    assert inside[2].name not in mirror.shown("Holidays")
    assert mirror.facts("Holidays")["kept"] == HOLIDAYS - 1
    server.edits.add_to_album(outside[0].id, "Holidays")
    mirror.run()
    assert inside[0].name not in mirror.shown("Holidays")
    assert outside[0].name in mirror.shown("Holidays")


def test_a_photo_that_failed_while_the_clock_ran_ahead_is_tried_again_when_it_is_right(
    server: FakeImmich, mirror: Mirror
) -> None:
    mirror.clock.step(5 * 365 * 86400)
    server.faults.add("wrong_bytes", path="/original")
    mirror.run()
    assert len(mirror.objects()) == HOLIDAYS
    server.faults.clear()
    mirror.clock.step(-5 * 365 * 86400)
    mirror.run()
    assert len(mirror.objects()) == 2 * HOLIDAYS


def test_an_album_with_another_name_keeps_its_photos_while_the_server_is_gone(
    server: FakeImmich, mirror: Mirror
) -> None:
    mirror.run()
    mirror.set_albums(msgspec.structs.replace(mirror.settings.albums[0], name="By the sea"))
    server.edits.set_mode("maintenance")
    for _ in range(3):
        mirror.clock.advance(HALF_AN_HOUR)
        mirror.run()
    assert len(mirror.shown("By the sea")) == len(mirror.shown()) == HOLIDAYS
    server.edits.set_mode("normal")
    server.clear_log()
    assert mirror.facts("By the sea")["kept"] == HOLIDAYS
    assert bodies(server) == 0


@pytest.mark.parametrize("wrong", ["address", "key"])
def test_a_server_that_is_set_up_wrong_does_not_stop_the_others(mirror: Mirror, wrong: str) -> None:
    url = "ftp://nowhere" if wrong == "address" else mirror.settings.servers[SERVER].url
    secrets.put(mirror.home.secrets, "servers", "other", key="clé")
    servers = {"other": Server(url=url), **mirror.settings.servers}
    mirror.settings = msgspec.structs.replace(mirror.settings, servers=servers)
    mirror.set_albums(Album(name="All", server="other", source=Source.ALL), *mirror.settings.albums)
    result = mirror.run()
    assert result.exit_code == 2
    assert len(result.facts["albums"]["All"]["problems"]) == 1
    assert len(mirror.shown("Holidays")) == HOLIDAYS


def test_a_link_that_expired_does_not_stop_the_other_albums_of_its_server(mirror: Mirror) -> None:
    secrets.put(mirror.home.secrets, "links", "Wedding", key="expired")
    link = Album(name="Wedding", server=SERVER, source=Source.LINK, id=mirror.settings.albums[0].id)
    mirror.set_albums(link, *mirror.settings.albums)
    assert mirror.run().exit_code == 3
    assert len(mirror.shown("Holidays")) == HOLIDAYS


@every_version
def test_a_lost_library_is_rebuilt_without_downloading_an_object_again(server: FakeImmich, mirror: Mirror) -> None:
    mirror.set_albums(album_of(server, "Holidays"), album_of(server, "Family", keep=Keep.DISPLAY))
    mirror.run()
    before = mirror.entries()
    mirror.home.library.write_bytes(b"garbage" * 1000)
    server.clear_log()
    mirror.run()
    assert bodies(server) == 0
    assert mirror.entries() == before
    server.edits.remove_from_album(mirror.shown("Holidays")[0], "Holidays")
    mirror.run()
    assert len(mirror.shown("Holidays")) == HOLIDAYS - 1


def test_a_lost_library_shows_everything_while_the_server_is_gone(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    shown = mirror.shown()
    for file in mirror.home.library.parent.glob("library.db*"):
        file.unlink()
    server.stop()
    assert mirror.run().exit_code == 3
    assert mirror.shown() == shown


@every_version
def test_the_first_run_after_an_upgrade_only_adds(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    removed = mirror.shown("Holidays")[0]
    server.edits.remove_from_album(removed, "Holidays")
    server.version = server.version % 3 + 1
    assert mirror.facts("Holidays")["removed"] == 0
    assert removed in mirror.shown()
    assert mirror.facts("Holidays")["removed"] == 1


def test_without_its_marker_a_home_is_not_touched(mirror: Mirror) -> None:
    mirror.run()
    mirror.home.marker.unlink()
    before = mirror.disk()
    with pytest.raises(MarkerMissing):
        mirror.run()
    assert mirror.disk() == before


def test_an_unknown_album_is_named_with_the_nearest(mirror: Mirror) -> None:
    with pytest.raises(UsageError, match="Did you mean 'Holidays'"):
        mirror.run("Holyday")


def test_a_damaged_object_store_is_filled_again(server: FakeImmich, mirror: Mirror) -> None:
    """The disk's objects were lost with the library: everything is fetched anew, and nothing fails."""
    mirror.run()
    shutil.rmtree(mirror.home.objects)
    mirror.home.parts.mkdir(parents=True)
    mirror.home.library.unlink()
    assert mirror.run().exit_code == 0
    assert len(mirror.objects()) == 2 * HOLIDAYS


def test_a_budget_leaves_the_oldest_off_the_disk_and_says_so(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    displays = sum(len(mirror.objects()[entry.display]) for entry in mirror.entries())
    mirror.settings = msgspec.structs.replace(
        mirror.settings, mirror=msgspec.structs.replace(mirror.settings.mirror, budget_gb=(displays + 10) / 1e9)
    )
    facts = mirror.facts("Holidays")
    assert facts["off_disk"] == HOLIDAYS
    assert len(mirror.shown("Holidays")) == HOLIDAYS
    assert all(entry.original is None for entry in mirror.entries())
