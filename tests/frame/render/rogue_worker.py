"""The decoding child with planted faults: what a picture says in its first line is what happens to the decoder."""

from __future__ import annotations

import os
import sys
import time

from PIL import Image

from frame.render import worker
from frame.render.paint import paint
from frame.render.request import RenderRequest


def fall(request: RenderRequest) -> Image.Image:
    order = request.path.read_bytes()[:20]
    if order.startswith(b"abort"):
        os.abort()
    if order.startswith(b"leave"):
        sys.exit(7)
    if order.startswith(b"sleep"):
        time.sleep(600)
    if order.startswith(b"spin"):
        while True:
            pass
    if order.startswith(b"eat"):
        return Image.frombytes("L", (1, 1), bytearray(2_000_000_000)[:1])
    if order.startswith(b"shrink"):
        os.ftruncate(int(sys.argv[2]), 10)
        return Image.new("RGB", (1, 1))
    return paint(request)


worker.paint = fall
worker.main()
