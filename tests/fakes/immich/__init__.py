"""A stand-in Immich on loopback that behaves as 1.135.3, 2.7.5 and 3.1.0 do, with faults and edits by script."""

from tests.fakes.immich.keys import OPERATIONS, key_paths
from tests.fakes.immich.library import Library
from tests.fakes.immich.samples import quick_photo, sample_library, synthetic_library
from tests.fakes.immich.server import FakeImmich
from tests.fakes.immich.special import special_library

__all__ = [
    "OPERATIONS",
    "FakeImmich",
    "Library",
    "key_paths",
    "quick_photo",
    "sample_library",
    "special_library",
    "synthetic_library",
]
