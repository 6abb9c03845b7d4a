"""Which sidecar belongs to an original: `photo.jpg.xmp`, or a `photo.xmp` that somebody made.

Immich reads the first one before the second. A `photo.xmp` beside `photo.jpg` and `photo.dng` could be of either:
then each gets its own. And a `photo.dng.xmp` is of `photo.dng`, not of a `photo.dng.jpg`.
"""

from __future__ import annotations

import errno
from pathlib import Path


def sidecar_of(original: Path) -> Path:
    """The sidecar to write; it may not exist yet."""
    own = original.with_name(f"{original.name}.xmp")
    if is_there(own):
        return own
    shared = next((path for suffix in (".xmp", ".XMP") if is_there(path := original.with_suffix(suffix))), None)
    if shared is None or _is_of_several(original):
        return own
    return shared


def is_there(path: Path) -> bool:
    """Of a name with four letters more than a name may have, none is."""
    try:
        return path.exists()
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return False


def _is_of_several(original: Path) -> bool:
    """Whether files of another kind share the name up to its last dot, or are called so: what `a.raw.jpg` was made of
    has its own in `a.raw.xmp`."""
    near = (each for each in original.parent.iterdir() if original.stem in (each.stem, each.name) and each != original)
    return any(each.suffix.lower() != ".xmp" and each.is_file() for each in near)
