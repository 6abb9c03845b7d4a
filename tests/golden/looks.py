"""Draw the three looks of the wall that the README shows: `python -m tests.golden.looks`, into docs/."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from frame.overlays.style import Style
from frame.picture import request_for
from frame.render.renderer import Renderer
from sync.catalogue import FaceEntry, PhotoEntry
from sync.home import Home, prepare
from sync.settings.wall import Layout, Wall, Words
from tests.fakes.immich.pictures import PLACES, SAMPLES, Sample
from tests.sample_catalogues import add_object

FOLDER = Path(__file__).parents[2] / "docs"
SIZE = (1280, 720)
NOW = datetime(2026, 7, 12, 18, 42)
LOOKS = (
    ("wall", ("PXL_20210712_200502.jpg",), Layout.AUTO, Words(clock=True, date=True, people=True)),
    ("wall-mat", ("DSCF2301.jpg",), Layout.MAT, Words(people=True)),
    ("wall-pair", ("DSCF1207.jpg", "DSCF1311.jpg"), Layout.AUTO, Words(caption=True, taken=True)),
)


BORN = {"Anna": "1991-05-06", "Grandma Erna": "1942-09-01"}


def entry_of(home: Home, sample: Sample, folder: Path) -> PhotoEntry:
    """The photo as the catalogue would have it."""
    long = 1920
    across, down = sample.shape
    size = (long, long * down // across) if across >= down else (long * across // down, long)
    path = folder / sample.name
    sample.draw(size, sample.seed).save(path, quality=90)
    place = PLACES.get(sample.place or "")
    return PhotoEntry(
        key=f"home:{sample.name}",
        display=add_object(home, path.read_bytes(), "jpg"),
        display_width=size[0],
        display_height=size[1],
        local_time=sample.taken.isoformat(),
        caption=sample.words or None,
        city=place[2] if place else None,
        country=place[4] if place else None,
        faces=tuple(FaceEntry(person_key=name, name=name, birth_date=BORN.get(name)) for name in sample.people),
        albums=((sample.album, 0),),
    )


def main() -> None:
    samples = {sample.name: sample for sample in SAMPLES}
    renderer = Renderer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = Home(root=folder / "home", runtime=folder / "run")
        prepare(home)
        for look, names, layout, words in LOOKS:
            entry, *others = (entry_of(home, samples[each], folder) for each in names)
            partner = others[0] if others else None
            style = Style(words, "en", NOW)
            wording = style.wording(entry, partner, size=SIZE, rotation=0)
            wall = Wall(layout=layout)
            picture = renderer.render(
                request_for(home, entry, wall=wall, size=SIZE, partner=partner, wording=wording)
            )
            style.clock(picture, rotation=0)
            picture.save(FOLDER / f"{look}.jpg", quality=82, optimize=True)
            print(FOLDER / f"{look}.jpg")
    renderer.close()


if __name__ == "__main__":
    main()
