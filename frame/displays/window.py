"""A window or the whole screen through SDL: X11, Wayland, or the bare screen (KMS) where there is no desktop.

Its keys are those of keys.py; closing the window means quit. SDL wants one thread: the one that opened it. Opened by
probe.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from PIL import Image

from frame.displays.contract import Above
from frame.displays.keys import VERBS
from frame.displays.pixels import corners
from frame.hands.touch import Touch
from sync.errors import DisplayLost


class WindowDisplay:
    """Fullscreen at the screen's own size, or a window of `size`; `driver` is SDL's (or several, the best first), else
    SDL chooses. `cards` is where the graphics cards are, for the bare screen: its keys are not SDL's to tell, which in
    a sandbox without sockets of the kernel's finds none; hands.py reads them."""

    animated = True
    stand_in = False

    def __init__(
        self, *, size: tuple[int, int] | None = None, driver: str | None = None, cards: Path | None = None
    ) -> None:
        try:
            from frame.displays.sdl import pygame
        except ImportError as error:
            raise DisplayLost("pygame-ce is not installed.", advice="Install it, or use the framebuffer.") from error
        self._pygame, self._cards = pygame, cards
        # What a driver kept open of the card before says nothing of this one, and would make it lost again and again.
        self._gone = frozenset() if cards is None else gone(cards)
        with self._lost(), _environment("SDL_VIDEODRIVER", driver):
            pygame.display.init()
            _refuse_unseen(pygame)
            pygame.display.set_caption("mantelpiece")
            pygame.display.set_allow_screensaver(False)
            self._screen = self._open(size)
        pygame.mouse.set_visible(False)
        # SDL keeps this beyond a window: one that comes after the bare screen's has its keys.
        keep = pygame.event.set_allowed if cards is None else pygame.event.set_blocked
        keep([pygame.KEYDOWN, pygame.FINGERDOWN, pygame.FINGERUP])
        self.size = self._screen.get_size()
        self._open_now = True
        self._finger: tuple[tuple[float, float], float] | None = None
        self._above: list[tuple[Any, tuple[int, int]]] = []
        used = pygame.display.get_driver()
        self.name = f"{'screen' if size is None else 'window'} {self.size[0]}x{self.size[1]}, {used}"

    def _open(self, size: tuple[int, int] | None) -> Any:
        pygame = self._pygame
        try:
            if size is not None:
                return pygame.display.set_mode(size)
            return pygame.display.set_mode(pygame.display.get_desktop_sizes()[0], pygame.FULLSCREEN)
        except BaseException:
            pygame.display.quit()
            raise

    def prepare(self, picture: Image.Image) -> Any:
        return self._pygame.image.frombytes(picture.tobytes(), picture.size, "RGB").convert(self._screen)

    def show(self, picture: Any) -> None:
        if self._cards is not None and gone(self._cards) - self._gone:
            raise DisplayLost("The graphics card is another now: its driver was loaded anew.")
        with self._lost():
            self._screen.blit(picture, (0, 0))
            self._finish()

    def blend(self, old: Any, new: Any, fraction: float) -> None:
        with self._lost():
            self._screen.blit(old, (0, 0))
            new.set_alpha(round(255 * min(1.0, max(0.0, fraction))))
            self._screen.blit(new, (0, 0))
            # left translucent it could not be the old picture of the next transition
            new.set_alpha(None)
            self._finish()

    def slide(self, old: Any, new: Any, fraction: float, way: tuple[int, int]) -> None:
        with self._lost():
            for picture, corner in zip((old, new), corners(self.size, fraction, way), strict=True):
                self._screen.blit(picture, corner)
            self._finish()

    def _finish(self) -> None:
        for surface, corner in self._above:
            self._screen.blit(surface, corner)
        self._pygame.display.flip()

    def put_above(self, pieces: Sequence[Above]) -> None:
        frombytes = self._pygame.image.frombytes
        with self._lost():
            self._above = [
                (frombytes(piece.picture.tobytes(), piece.picture.size, "RGBA").convert_alpha(), piece.corner)
                for piece in pieces
            ]

    def patch(self, picture: Any, part: Image.Image, corner: tuple[int, int], *, shown: bool) -> None:
        piece = self._pygame.image.frombytes(part.tobytes(), part.size, "RGB")
        with self._lost():
            picture.blit(piece, corner)
            if shown:
                place = self._screen.blit(piece, corner)
                self._screen.set_clip(place)
                for surface, at in self._above:
                    self._screen.blit(surface, at)
                self._screen.set_clip(None)
                self._pygame.display.update(place)

    def events(self) -> list[str | Touch]:
        pygame = self._pygame
        verbs: list[str | Touch] = []
        with self._lost():
            for event in pygame.event.get():
                if event.type == pygame.QUIT:
                    verbs.append("quit")
                elif event.type == pygame.KEYDOWN:
                    verb = VERBS.get(pygame.key.name(event.key))
                    verbs += [verb] if verb else []
                elif event.type == pygame.FINGERDOWN:
                    self._finger = ((event.x, event.y), monotonic())
                elif event.type == pygame.FINGERUP and self._finger is not None:
                    (start, since), self._finger = self._finger, None
                    verbs.append(Touch(start, (event.x, event.y), monotonic() - since))
                elif event.type in (pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED):
                    pygame.display.flip()
        return verbs

    def close(self) -> None:
        if self._open_now:
            self._open_now = False
            self._pygame.display.quit()

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except self._pygame.error as error:
            raise DisplayLost(f"The window is gone or cannot be opened: {error}.") from error


def gone(cards: Path) -> frozenset[str]:
    """The handles by which cards are open here that are none any more. SDL draws on into nothing and does not say
    so."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            where = str(link.readlink())
            if where.startswith(f"{cards}/card") and where.endswith(" (deleted)"):
                found.add(link.name)
    return frozenset(found)


def _refuse_unseen(pygame: Any) -> None:
    """Where SDL reaches no screen it draws into memory and says nothing: wanted only by who names that driver."""
    used = pygame.display.get_driver()
    if used in ("dummy", "offscreen") and os.environ.get("SDL_VIDEODRIVER") != used:
        pygame.display.quit()
        raise DisplayLost("SDL reaches neither X11, Wayland nor a bare screen.")


@contextmanager
def _environment(name: str, value: str | None) -> Iterator[None]:
    """SDL is told its driver by the environment; what is tried next must find it as it was."""
    before = os.environ.get(name)
    if value is not None:
        os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before
