"""What the library remembers of one asset, packed small, and the knowledge that is made of it again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from sync.immich.facts import Asset, PersonInPhoto
from sync.library.known import AssetRow, ServerRow
from sync.settings.writeback import Module
from sync.writeback.knowledge import FaceBox, Knowledge
from sync.writeback.moments import known_offset

ALBUMS_LIMIT = timedelta(days=7)
"""What is known of albums is not written once it is older."""


class Facts(Struct, frozen=True, array_like=True, gc=False):
    """What may be written of an asset, beside its people, albums and tags."""

    path: str
    """As Immich calls it."""
    library: str | None
    kind: str
    local_time: str
    offset_minutes: int | None
    caption: str
    rating: int | None
    favourite: bool
    latitude: float | None
    longitude: float | None
    city: str | None
    state: str | None
    country: str | None
    edited: bool


class Proof(Struct, frozen=True, array_like=True, gc=False):
    """What tells the asset's file from others."""

    checksum: str
    size_bytes: int | None
    modified_ms: int


Box = tuple[str, float, float, float, float]
"""A person's id, and the face as fractions of the upright picture."""

_facts = msgspec.msgpack.Decoder(Facts)
_proof = msgspec.msgpack.Decoder(Proof)
_boxes = msgspec.msgpack.Decoder(tuple[Box, ...])
_encode = msgspec.msgpack.Encoder().encode


def pack_facts(asset: Asset, before: bytes | None = None) -> bytes:
    """With `before`, what the server tells no more stays as it was: for runs that may only add."""
    offset = known_offset(
        local=asset.local_time, created=asset.created_at, modified=asset.modified_at, zone=asset.zone
    )
    facts = Facts(
        path=asset.original_path,
        library=asset.library_id,
        kind=asset.kind.value,
        local_time=asset.local_time.isoformat(),
        offset_minutes=offset,
        caption=asset.caption or "",
        rating=asset.rating,
        favourite=asset.favourite,
        latitude=asset.latitude,
        longitude=asset.longitude,
        city=asset.city,
        state=asset.state,
        country=asset.country,
        edited=asset.edited,
    )
    return _encode(facts if before is None else _with(facts, _facts.decode(before)))


def _with(facts: Facts, before: Facts) -> Facts:
    kept = {name: getattr(before, name) for name in Facts.__struct_fields__ if not getattr(facts, name)}
    return msgspec.structs.replace(facts, **kept)


def pack_proof(asset: Asset) -> bytes:
    modified = round(asset.modified_at.timestamp() * 1000)
    return _encode(Proof(asset.checksum, asset.size_bytes, modified))


def pack_boxes(people: Collection[PersonInPhoto]) -> bytes:
    boxes = [(person.id, *(round(each, 6) for each in (face.x1, face.y1, face.x2, face.y2)))
             for person in people for face in person.faces]  # fmt: skip
    return _encode(sorted(boxes))


def facts_of(packed: bytes) -> Facts:
    return _facts.decode(packed)


def proof_of(packed: bytes) -> Proof:
    return _proof.decode(packed)


def knowledge_of(
    row: AssetRow,
    groups: Mapping[str, Mapping[str, str]],
    server: ServerRow,
    *,
    modules: Collection[Module],
    now: datetime,
) -> Knowledge:
    """All that may be written of it now; what is not known freshly enough is None."""
    facts, people = _facts.decode(row.facts), groups["person"]
    faces = None
    if Module.FACES in modules and row.faces is not None:
        faces = tuple(FaceBox(people[one], *box) for one, *box in _boxes.decode(row.faces) if people.get(one))
    elif Module.FACES in modules and not any(people.values()):
        faces = ()
    return Knowledge(
        people=tuple(sorted({name for name in people.values() if name})),
        latitude=facts.latitude,
        longitude=facts.longitude,
        city=facts.city,
        state=facts.state,
        country=facts.country,
        caption=facts.caption,
        local_time=datetime.fromisoformat(facts.local_time),
        offset_minutes=facts.offset_minutes,
        rating=facts.rating,
        favourite=facts.favourite,
        albums=tuple(sorted(groups["album"].values())) if _fresh(server.albums_at, now) else None,
        tags=leaves(groups["tag"].values()) if server.tags_at else None,
        faces=faces,
        edited=facts.edited,
    )


def _fresh(at: str, now: datetime) -> bool:
    return bool(at) and now - datetime.fromisoformat(at) <= ALBUMS_LIMIT


def leaves(paths: Collection[str]) -> tuple[str, ...]:
    """Tags without those that are only the way to another: a search for `Places` also finds `Places/Vienna`."""
    return tuple(sorted(path for path in set(paths) if not any(other.startswith(path + "/") for other in paths)))
