"""From Immich's answers to our facts. Pure; the hot loop of every listing, so it does no more than copy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sync.immich.answers import AnyAsset, Box, Exif, FaceOfPerson, Person, PersonBoxed
from sync.immich.facts import Asset, Face, PersonInPhoto

_NO_EXIF = Exif(None, None, None, None, None, None, None, None, None, None, None, None)


def to_asset(wire: AnyAsset, stacks: Mapping[str, str]) -> Asset:
    """One asset; `stacks` gives the primary's id by each member's."""
    exif = wire.exif_info or _NO_EXIF
    asset_id = wire.id
    return Asset(
        id=asset_id,
        owner_id=wire.owner_id,
        library_id=wire.library_id,
        kind=wire.type,
        file_name=wire.original_file_name,
        original_path=wire.original_path,
        checksum=wire.checksum,
        size_bytes=exif.file_size_in_byte,
        created_at=wire.file_created_at,
        modified_at=wire.file_modified_at,
        updated_at=wire.updated_at,
        local_time=naive(wire.local_date_time),
        zone=exif.time_zone,
        favourite=wire.is_favorite,
        trashed=wire.is_trashed,
        offline=wire.is_offline,
        visibility=wire.visibility,
        live_video_id=wire.live_photo_video_id,
        edited=wire.is_edited,
        thumbhash=wire.thumbhash,
        width=wire.width,
        height=wire.height,
        caption=exif.description or None,
        rating=exif.rating,
        city=exif.city,
        state=exif.state,
        country=exif.country,
        latitude=exif.latitude,
        longitude=exif.longitude,
        make=exif.make,
        model=exif.model,
        lens=exif.lens_model,
        people=to_people(wire.people) if wire.people else (),
        stack_primary_id=stacks.get(asset_id),
    )


def naive(moment: datetime) -> datetime:
    """Immich labels wall-clock time as Z."""
    return moment.replace(tzinfo=None)


def to_people(people: list[PersonBoxed] | list[Person]) -> tuple[PersonInPhoto, ...]:
    """The people of one asset in Immich's order."""
    return tuple(_person(person, person.faces if isinstance(person, PersonBoxed) else []) for person in people)


def from_faces(faces: list[FaceOfPerson]) -> tuple[PersonInPhoto, ...]:
    """People with their boxes, from GET /faces; faces without a person are left out."""
    boxes: dict[str, list[Box]] = {}
    persons: dict[str, Person] = {}
    for face in faces:
        if face.person is not None:
            persons[face.person.id] = face.person
            boxes.setdefault(face.person.id, []).append(face)
    return tuple(_person(person, boxes[person.id]) for person in persons.values())


def _person(person: Person, boxes: list[Box] | list[FaceOfPerson]) -> PersonInPhoto:
    return PersonInPhoto(
        id=person.id,
        name=person.name,
        birth_date=person.birth_date,
        hidden=person.is_hidden,
        faces=tuple(_face(box) for box in boxes if box.image_width > 0 and box.image_height > 0),
    )


def _face(box: Box) -> Face:
    """Faces drawn by hand are stored unchecked and may lie outside the picture."""
    return Face(
        x1=_fraction(box.bounding_box_x1, box.image_width),
        y1=_fraction(box.bounding_box_y1, box.image_height),
        x2=_fraction(box.bounding_box_x2, box.image_width),
        y2=_fraction(box.bounding_box_y2, box.image_height),
    )


def _fraction(pixels: int, of: int) -> float:
    return min(max(pixels / of, 0.0), 1.0)
