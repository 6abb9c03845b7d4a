"""What no listing tells of an asset: its tags, and in 3.x where the faces are."""

from __future__ import annotations

from sync.errors import PermissionMissing
from sync.immich.answers import FaceOfPerson, Whole3
from sync.immich.convert import from_faces, to_people
from sync.immich.facts import Asset, Details, PersonInPhoto
from sync.immich.shapes import Shapes
from sync.immich.transport import Transport, in_path


def read_details(transport: Transport, shapes: Shapes, asset: Asset) -> Details:
    """One request; one more in 3.x where there are people. Raises NotAvailable."""
    whole = transport.read("GET", f"/assets/{in_path(asset.id)}", shapes.whole, what=f"asset {asset.id}")
    people = to_people(whole.people)
    if isinstance(whole, Whole3) and people:
        people = _with_boxes(transport, asset.id, people)
    return Details(tags=tuple(sorted(tag.value for tag in whole.tags)), people=people)


def _with_boxes(transport: Transport, asset_id: str, people: tuple[PersonInPhoto, ...]) -> tuple[PersonInPhoto, ...]:
    """A key that may not read faces still knows who is in the picture."""
    try:
        faces = transport.read("GET", "/faces", list[FaceOfPerson], what="faces", query={"id": asset_id})
    except PermissionMissing:
        return people
    boxed = {person.id: person for person in from_faces(faces)}
    return tuple(boxed.get(person.id, person) for person in people)
