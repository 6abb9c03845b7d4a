"""The one door to pygame-ce: imported without its greeting and without what needs sound or fonts.

Importing this module costs 70 ms and 8 MB, so the displays import it where they need it. Raises ImportError where no
wheel is installed.
"""

from __future__ import annotations

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

__all__ = ["pygame"]
