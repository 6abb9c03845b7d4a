"""What the wall gets: photos with a whole display copy that stay in at least one album, and their places there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from sync.library.database import Library
from sync.library.photos import PhotoRow, columns

_PLACED = """
  WITH placed AS (
    SELECT m.album, m.photo, row_number() OVER (PARTITION BY m.album ORDER BY m.position, p.key) - 1 AS place,
      m.kept_by_hand AS kept
    FROM memberships m JOIN photos p ON p.id = m.photo LEFT JOIN objects o ON o.name = p.display
    WHERE m.gone IS NULL AND p.display IS NOT NULL AND o.problem IS NULL
  )
  SELECT {columns}, json_group_array(json_array(w.album, w.place, w.kept)) AS places
  FROM placed w JOIN photos p ON p.id = w.photo GROUP BY p.id ORDER BY p.id
"""


class Place(NamedTuple):
    album: str
    place: int
    """0 is first in the album."""
    kept_by_hand: bool


def photos(library: Library) -> Iterator[tuple[PhotoRow, list[Place]]]:
    """Each photo once, with its places, read as they are iterated."""
    for row in library.rows(_PLACED.format(columns=columns("p"))):
        fields = dict(row)
        places = json.loads(fields.pop("places"))
        yield PhotoRow(**fields), [Place(name, place, bool(kept)) for name, place, kept in places]


def albums(library: Library) -> list[str]:
    """Names of the albums that have something to show."""
    sql = "SELECT DISTINCT album FROM memberships WHERE gone IS NULL ORDER BY album"
    return [row[0] for row in library.rows(sql)]


def files(library: Library, album: str) -> Iterator[tuple[bytes, str]]:
    """Facts and the best object (the original, else the display copy) of the album's photos, in album order."""
    rows = library.rows(
        """SELECT p.facts, coalesce(p.original, p.display) FROM memberships m JOIN photos p ON p.id = m.photo
           WHERE m.album = ? AND m.gone IS NULL AND coalesce(p.original, p.display) IS NOT NULL
           ORDER BY m.position, p.key""",
        (album,),
    )
    yield from ((facts, item) for facts, item in rows)
