"""Which structs of answers.py are a version's: the one place that tells Immich's versions of answers apart."""

from __future__ import annotations

from msgspec import Struct

from sync.immich.answers import (
    Album3,
    Album12,
    AnyAsset,
    Asset3,
    Asset27,
    AssetOld,
    Embedded27,
    EmbeddedOld,
    Found3,
    Found27,
    FoundOld,
    Whole3,
    Whole27,
    WholeOld,
)
from sync.immich.facts import Version


class Shapes(Struct, frozen=True):
    """How one version answers."""

    found: type[FoundOld | Found27 | Found3]
    whole: type[WholeOld | Whole27 | Whole3]
    embedded: type[EmbeddedOld | Embedded27] | None
    """An album with its assets; None where the album has none and a search lists them."""
    item: type[AnyAsset]
    album: type[Album12 | Album3]


def shapes_of(version: Version) -> Shapes:
    """The shapes of that version; a newer one than is known answers as the newest known, or drifts."""
    if version.major >= 3:
        return Shapes(Found3, Whole3, None, Asset3, Album3)
    if version >= Version(2, 7, 0):
        return Shapes(Found27, Whole27, Embedded27, Asset27, Album12)
    return Shapes(FoundOld, WholeOld, EmbeddedOld, AssetOld, Album12)
