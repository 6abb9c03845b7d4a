"""The decoder child, `python -m sync.mirror.decode_child`: one request a line, one answer a line, as JSON.

It bounds its own memory and CPU before each picture, so that a bomb ends in a refusal and not on the rest of the
machine. It ends when its parent closes the pipe. Started by rendition.py alone.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sync.mirror import decode
from sync.mirror.decode_facts import read_facts
from sync.mirror.decode_open import Refused

SMALL_BYTES = 56 << 20
"""What one picture may hold while others are decoded beside it."""

LARGE_BYTES = 350 << 20
"""What one picture may hold while it has the machine to itself."""


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is asked: `{"ok": …}`, `{"refused": sentence, "reason": …}`, `{"errno": …}` of the disk, or
    `{"large": true}`: ask again when no other picture is decoded."""
    large = bool(request["large"])
    most_bytes = LARGE_BYTES if large else SMALL_BYTES
    _bound(most_bytes, int(request["cpu_seconds"]))
    try:
        return {"ok": _do(request, most_bytes)}
    except Refused as refused:
        if refused.reason == "too-large" and not large:
            return {"large": True}
        return {"refused": str(refused), "reason": refused.reason}
    except MemoryError:
        if not large:
            return {"large": True}
        return {"refused": "It needs more memory to decode than is allowed.", "reason": "too-large"}
    except OSError as error:
        # Pillow's own complaints about bytes carry no errno; the disk's do, and are no fault of the picture.
        if error.errno is not None:
            return {"errno": error.errno}
        return {"refused": f"It cannot be decoded: {_brief(error)}.", "reason": "damaged"}
    except Exception as error:  # noqa: BLE001 - decoders raise anything on damaged bytes: SyntaxError, TypeError, …
        return {"refused": f"It cannot be decoded: {_brief(error)}.", "reason": "damaged"}


def _do(request: Mapping[str, Any], most_bytes: int) -> Any:
    source = Path(request["source"])
    if request["do"] == "facts":
        return read_facts(source)
    if request["do"] == "check":
        return list(decode.check(source, most_bytes=most_bytes))
    if request["do"] == "thumb":
        return list(
            decode.draw_thumb(
                source,
                Path(request["part"]),
                short_side=request["short_side"],
                long_side=request["long_side"],
                most_file_bytes=request["most_file_bytes"],
                most_bytes=most_bytes,
                coarse=bool(request["large"]),
            )
        )
    return list(
        decode.draw(
            source,
            Path(request["part"]),
            short_side=request["short_side"],
            long_side=request["long_side"],
            most_bytes=most_bytes,
            coarse=bool(request["large"]),
        )
    )


def _bound(most_bytes: int, cpu_seconds: int) -> None:
    # RLIMIT_DATA counts what is really private and writable; RLIMIT_AS would count every mapped library too.
    limit = _pages(5) * resource.getpagesize() + most_bytes + (16 << 20)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def _pages(column: int) -> int:
    """Of this process in pages: column 1 is what is resident, 5 its data and stack."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[column])


def _brief(error: Exception) -> str:
    text = " ".join(str(error).split())[:200].rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def main() -> None:
    """Answer until the pipe is closed."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        given = answer(json.loads(line))
        sys.stdout.write(json.dumps({**given, "held_bytes": _pages(1) * resource.getpagesize()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
