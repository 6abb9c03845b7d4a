"""What a person does at a wall where two photos hang together counts for both."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from sync.catalogue import AlbumEntry
from sync.catalogue_writing import write
from sync.home import Home
from sync.settings.wall import Corner
from tests.frame.rig import MemoryDisplay, make_home, rig, set_wall
from tests.sample_catalogues import add_object, jpeg, photo


def publish_pairs(home: Home, *, count: int = 2) -> None:
    photos = [
        replace(
            photo(home, number),
            display=add_object(home, jpeg((300, 400), (90, 120, 60 + 45 * number)), "jpg"),
            display_width=300,
            display_height=400,
            local_time="2023-05-06T12:00:00",
            favourite=number == 0,
        )
        for number in range(count)
    ]
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)


def test_favourite_and_hide_mean_both_and_both_were_shown(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish_pairs(home)
    with rig(home, renderer) as wall:
        wall.settle()
        current = wall.player.turn.current
        assert current is not None
        keys = set(current.item.keys)
        assert len(keys) == 2
        assert {line["key"] for line in wall.ask("shown")["shown"]} == keys
        wall.player.input.mark = wall.answers.toggle_favourite
        wall.display.keys.append("favourite")
        wall.settle()
        assert wall.ask("now")["favourite"] is True, "one of them was no favourite yet, so both are now"
        assert len(list(home.intents.iterdir())) == 2
        assert set(wall.ask("hide")["keys"]) == keys
        wall.settle()
        assert wall.state.hidden >= keys
        assert len(list(home.intents.iterdir())) == 4
        assert wall.ask("hide", key=min(keys), value=False)["keys"] == (min(keys),)


def test_a_pair_of_which_one_is_hidden_while_it_fades_in_leaves_the_wall(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish_pairs(home, count=4)
    set_wall(home, selection="sequential", transition="crossfade", transition_seconds=1.0)
    with rig(home, renderer, display=MemoryDisplay(animated=True)) as wall:
        wall.settle()
        current = wall.player.turn.current
        assert current is not None
        assert current.item.partner is not None
        whole, key = wall.display.blended, current.item.partner.key[:-1] + "3"
        assert key not in current.item.keys

        def hide_once() -> None:
            if wall.display.blended == whole + 3 and key not in wall.state.hidden:
                wall.player.orders.hide(key, True)

        wall.player.attend = hide_once
        wall.ask("next")
        wall.settle()
        assert key in wall.state.hidden
        current = wall.player.turn.current
        assert current is not None
        assert key not in current.item.keys


def test_the_clock_stands_on_no_seam(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish_pairs(home)
    set_wall(home)
    with home.settings.open("a") as file:
        file.write('[words]\nclock = true\nclock_position = "top-middle"\n')
    with rig(home, renderer, display=MemoryDisplay(animated=True)) as wall:
        wall.settle()
        assert wall.player._hanging.clock_at not in (None, Corner.TOP_MIDDLE, Corner.BOTTOM_MIDDLE)
