"""The renderer's decoding process, for tests that measure, stop or kill it."""

from __future__ import annotations

from frame.render.renderer import Renderer


def pid_of_child(renderer: Renderer) -> int:
    assert renderer._child is not None
    return renderer._child.process.pid
