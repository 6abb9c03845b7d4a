"""What malloc does with the memory of pictures: it goes back to the system when a picture is dropped.

Left alone, glibc keeps blocks of a size that was freed once, and a process that passes pictures on holds 30 MB of
nothing. Called where such a process starts; where the C library is another one there is nothing to do.
"""

from __future__ import annotations

import ctypes

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8


def return_freed_pictures() -> None:
    """From now on every block of a megabyte and more is mapped by itself, and unmapped when it is freed."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_MMAP_THRESHOLD, 1 << 20)
        tune(_ARENA_MAX, 1)


def trim() -> None:
    """Return what is free right now, also between blocks that are still in use."""
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if give_back is not None:
        give_back(0)
