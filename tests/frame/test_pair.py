"""What a person does at a wall where two photos hang together counts for both."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from sync.catalogue import AlbumEntry
from sync.catalogue_writing import write
from sync.home import Home
from tests.frame.rig import make_home, rig
from tests.sample_catalogues import add_object, jpeg, photo


def publish_a_pair(home: Home) -> None:
    photos = [
        replace(
            photo(home, number),
            display=add_object(home, jpeg((300, 400), (90, 120, 60 + 90 * number)), "jpg"),
            display_width=300,
            display_height=400,
            local_time="2023-05-06T12:00:00",
            favourite=number == 0,
        )
        for number in range(2)
    ]
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)


def test_favourite_and_hide_mean_both_and_both_were_shown(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish_a_pair(home)
    with rig(home, renderer) as wall:
        wall.settle()
        current = wall.player.turn.current
        assert current is not None
        keys = set(current.item.keys)
        assert len(keys) == 2
        assert {line["key"] for line in wall.ask("shown")["shown"]} == keys
        wall.player.obedience.mark = wall.answers.toggle_favourite
        wall.display.keys.append("favourite")
        wall.settle()
        assert wall.ask("now")["favourite"] is True, "one of them was no favourite yet, so both are now"
        assert len(list(home.intents.iterdir())) == 2
        assert set(wall.ask("hide")["keys"]) == keys
        wall.settle()
        assert wall.state.hidden >= keys
        assert len(list(home.intents.iterdir())) == 4
        assert wall.ask("hide", key=min(keys), value=False)["keys"] == (min(keys),)
