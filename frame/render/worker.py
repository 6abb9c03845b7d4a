"""The child that decodes: one request at a time over a socket, pixels into shared memory, nothing else.

`python -m frame.render.worker SOCKET MEMORY` (both inherited descriptors). Before each picture it limits its own
memory and processor time, so that whatever the bytes make a decoder do ends here. It leaves when its socket closes.
Started by renderer.py alone.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from pathlib import Path

from PIL import Image

from frame.render.memory import trim
from frame.render.paint import decode_limit_bytes, paint
from frame.render.request import from_message
from sync.errors import PictureRefused

BEGUN = b"begun"
MESSAGE_BYTES = 65536
_ROWS = 64


def serve(channel: socket.socket, memory: int) -> None:
    """Answer requests until the other side closes. `memory` is a descriptor as large as the picture to come."""
    first = True
    while message := channel.recv(MESSAGE_BYTES):
        channel.send(BEGUN)
        answered = json.dumps(answer(message, memory)).encode()
        trim()  # before whoever waits makes a picture of its own of the pixels: both at once would be the most there is
        channel.send(answered)
        if first:
            # The first picture is waited for; later ones are made ahead, and must not hold up a transition.
            os.nice(5)
            first = False


def answer(message: bytes, memory: int) -> dict[str, str]:
    """Paint one picture into `memory`. This is the boundary that catches everything that strangers' bytes can cause."""
    request, seconds = from_message(message)
    try:
        _limit(request.size, seconds)
        _hand_over(paint(request), memory)
    except PictureRefused as refused:
        return {"refused": refused.sentence, "advice": refused.advice, "reason": str(refused.facts["reason"])}
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"refused": "It takes more memory than the wall gives a picture.", "reason": "too-large"}
    except OSError as error:
        if error.errno is not None:
            return {"refused": f"The file cannot be read ({os.strerror(error.errno)}).", "reason": "unreadable"}
        return _damaged(error)
    except Exception as error:  # noqa: BLE001
        return _damaged(error)
    return {}


def _damaged(error: Exception) -> dict[str, str]:
    words = "".join(letter for letter in str(error) if letter.isprintable())[:120] or type(error).__name__
    return {"refused": f"The picture is damaged ({words}).", "reason": "damaged"}


def _limit(panel: tuple[int, int], seconds: float) -> None:
    """Memory: what stands now, the decoding, the few panel-sized pictures of scaling and composing, and
    the fonts, which are mapped."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    room = decode_limit_bytes(panel) + 16 * panel[0] * panel[1] + 48_000_000
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + room, resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    # an orphan that spins on a picture must end too, and nobody is left to watch its deadline
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 2, resource.RLIM_INFINITY))


def _hand_over(picture: Image.Image, memory: int) -> None:
    """Write the rows in strips: one copy of the whole as bytes would be the largest thing in this process."""
    offset = 0
    for top in range(0, picture.height, _ROWS):
        strip = picture.crop((0, top, picture.width, min(picture.height, top + _ROWS))).tobytes()
        offset += os.pwrite(memory, strip, offset)


def main() -> None:
    """Be the first to go when memory is short."""
    Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        serve(channel, int(sys.argv[2]))


if __name__ == "__main__":
    main()
