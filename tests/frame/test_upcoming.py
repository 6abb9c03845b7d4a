"""The picture that comes next: made ahead of its time, and passed over where it cannot be shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from frame.render.request import RenderRequest
from sync.catalogue import AlbumEntry
from sync.catalogue_writing import write
from sync.errors import DecoderStarved, DecoderUnavailable, PictureRefused
from sync.home import Home
from tests.frame.rig import rig, set_wall
from tests.sample_catalogues import add_object, make, photo

SEQUENTIAL = {"selection": "sequential", "interval_seconds": 10, "layout": "fit"}


def test_the_next_picture_is_ready_before_its_time(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    asked: list[RenderRequest] = []

    class Watched:
        def render(self, request: RenderRequest):
            asked.append(request)
            return renderer.render(request)

    with rig(home, Watched()) as wall:
        wall.settle()
        assert (len(wall.display.shown), len(asked)) == (1, 2)


def test_photos_that_cannot_be_shown_are_passed_over_with_the_reason(home: Home, renderer) -> None:
    entries = make(home, count=6)
    set_wall(home, **SEQUENTIAL)
    home.object_path(entries[1].display).unlink()
    home.object_path(entries[2].display).write_bytes(b"\0" * 5000)  # rotten: the name no longer fits
    rotten = add_object(home, b"\xff\xd8 this is no picture", "jpg")
    write(
        home.catalogue,
        generation=2,
        albums=[AlbumEntry(name="Sample")],
        photos=[*entries[:3], replace(photo(home, 3), display=rotten), *entries[4:]],
    )
    with rig(home, renderer) as wall:
        wall.pass_time(31)
        assert wall.numbers() == [0, 4, 5, 0]
        problems = "\n".join(wall.ask("now")["problems"])  # type: ignore[arg-type]
        assert entries[1].display in problems
        assert "its bytes are not those that were stored" in problems
        assert rotten in problems
        # What is missing or rotten may have been mended by sync.
        make_object_again = photo(home, 1)
        assert make_object_again.display == entries[1].display
        wall.pass_time(700)
        assert 1 in wall.numbers()


def test_a_good_picture_whose_decoder_was_killed_comes_back_the_next_day(home: Home, renderer) -> None:
    make(home, count=3)
    with rig(home, renderer) as wall:
        wall.settle()
        playlist = wall.player.playlist
        item = playlist.next()
        assert item is not None
        playlist.refuse(item, "It killed its decoder (SIGKILL).", for_long=True)
        wall.clock.advance(23 * 3600)
        assert item.entry.display in playlist.refused
        wall.clock.advance(3600)
        assert playlist.refused == {}


@pytest.mark.parametrize("name", ["../../settings/settings.toml", "", "a" * 40, "A" * 40 + ".jpg", "a" * 40 + ".j/g"])
def test_only_objects_are_opened(home: Home, renderer, name: str) -> None:
    odd = replace(photo(home, 0), display=name)
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=[odd])
    with rig(home, renderer) as wall:
        wall.pass_time(2)
        assert "is no object's name" in "\n".join(wall.ask("now")["problems"])  # type: ignore[arg-type]


def test_when_nothing_more_can_be_shown_the_last_photo_stays(home: Home, renderer) -> None:
    entries = make(home, count=2)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        for entry in entries:
            home.object_path(entry.display).unlink()
        wall.pass_time(60)
        assert set(wall.numbers()) <= {0, 1}


@pytest.mark.parametrize(("error", "back"), [(DecoderStarved, True), (PictureRefused, False)])
def test_a_picture_that_the_machine_had_no_time_for_comes_back_soon(
    home: Home, renderer, error: type[PictureRefused], back: bool
) -> None:
    entries = make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    busy = True

    class Busy:
        def render(self, request: RenderRequest):
            if busy and str(request.path).endswith(entries[1].display):
                raise error("It was not decoded in time.", reason="")
            return renderer.render(request)

    with rig(home, Busy()) as wall:
        wall.pass_time(31)
        assert 1 not in wall.numbers()
        busy = False
        wall.pass_time(700)
        assert (1 in wall.numbers()) is back


def test_a_decoder_that_does_not_start_blames_no_photo(home: Home, renderer) -> None:
    make(home, count=2)
    set_wall(home, **SEQUENTIAL)
    down = True

    class Flaky:
        def render(self, request: RenderRequest):
            if down:
                raise DecoderUnavailable("No process can be started.")
            return renderer.render(request)

    with rig(home, Flaky()) as wall:
        wall.pass_time(3)
        assert "No process can be started." in str(wall.ask("now")["problems"])
        down = False
        wall.pass_time(6)
        assert wall.numbers()[-1] == 0
        assert wall.ask("now")["problems"] == []


def test_the_only_photo_is_decoded_once(home: Home, renderer) -> None:
    make(home, count=1)
    set_wall(home, **SEQUENTIAL)
    asked = []

    class Counting:
        def render(self, request: RenderRequest):
            asked.append(request)
            return renderer.render(request)

    with rig(home, Counting()) as wall:
        wall.pass_time(100)
        assert len(asked) == 1
