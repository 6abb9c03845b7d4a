"""Puts the frame's parts together and turns the handle: what the wall and `show` have in common.

The player, Pillow and SDL are imported only once the process is on its way, beside the decoding child that starts
meanwhile.
"""

from __future__ import annotations

import logging
import os
import select
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from sync.clock import Clock
from sync.errors import MantelpieceError
from sync.home import Home

if TYPE_CHECKING:
    from frame.answers import Answers
    from frame.control_server import ControlServer
    from frame.crashes import Crashes
    from frame.displays.contract import Display
    from frame.player import Player
    from frame.playlist import Item
    from frame.power.screen import Screen
    from frame.power.ways.contract import Way
    from frame.render.renderer import Renderer
    from frame.stage import OpenDisplay
    from frame.state import State
    from sync.notify import Notifier

log = logging.getLogger(__name__)

Wait = Callable[[list[int], float], None]

_BREATH_SECONDS = 1.0
"""After a mistake of ours in a tick: the wall goes on, but not in a storm of tracebacks."""


def make_folders(home: Home) -> None:
    """Where the frame writes. A card that cannot be written costs its memory, not the wall."""
    for folder in (home.frame, home.runtime):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.warning("%s cannot be made: %s", folder, error.strerror)


def make_state(home: Home, clock: Clock, *, keep: bool = True) -> State:
    """What was shown before; `keep=False` when another frame owns it."""
    from random import SystemRandom

    from frame.state import State

    return State(
        home.frame / "shown.jsonl", home.runtime / "frame.json", clock=clock, random=SystemRandom(), keep=keep
    )


def make_screen(home: Home, clock: Clock) -> Screen:
    """When the wall is dark, with the ways of this machine to switch its panel, looked for when first needed."""
    from frame.power.panel import Panel
    from frame.power.screen import Screen

    return Screen(home.runtime / "screen.json", clock, Panel(_find_ways, clock))


def _find_ways(method: str, display: str) -> tuple[list[Way], list[str]]:
    from frame.power.ways.contract import Surroundings
    from frame.power.ways.probe import find_ways

    return find_ways(method, display, Surroundings())


@contextmanager
def make_player(
    home: Home,
    *,
    clock: Clock,
    overrides: Mapping[str, str],
    renderer: Renderer,
    state: State,
    screen: Screen | None = None,
    crashes: Crashes | None = None,
    resume: bool = True,
    on_shown: Callable[[Item], None] | None = None,
    open_display: OpenDisplay | None = None,
) -> Iterator[Player]:
    """A player on the displays that `open_display` finds (the machine's); it and its renderer are closed in the end."""
    from frame.player import Player
    from frame.room import room_here
    from frame.stage import Stage
    from frame.watch import SettingsWatch

    stage = Stage(open_display or partial(_find_display, home), clock)
    settings = SettingsWatch(home.settings, overrides)
    player = Player(
        home,
        clock=clock,
        settings=settings,
        state=state,
        renderer=renderer,
        stage=stage,
        screen=screen,
        crashes=crashes,
        resume=resume,
        on_shown=on_shown,
        room=room_here(),
    )
    try:
        yield player
    finally:
        renderer.close()  # before the player, which waits for the picture under way
        player.close()


def _find_display(home: Home, spec: str, size: str) -> tuple[Display, list[str]]:
    from frame.displays.probe import Machine, open_display

    return open_display(spec, size, machine=Machine(runtime=home.runtime))


def end_on_signals(player: Player) -> None:
    """SIGTERM and SIGINT end the player after what it is doing."""

    def end(_number: int, _frame: object) -> None:
        player.orders.ended = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def loop(
    player: Player,
    *,
    control: ControlServer | None = None,
    answers: Answers | None = None,
    notifier: Notifier | None = None,
    until: Callable[[], bool] = lambda: False,
    wait: Wait | None = None,
) -> None:
    """Tick, then wait for the next event, until somebody wants the end or `until` says so.

    `wait` takes file handles and the seconds after which to wait no longer for one of them.
    """
    awake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    # A signal that arrives just before the wait must end it.
    previous = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    try:
        while not player.orders.ended:
            seconds = _tick(player)
            if notifier is not None:
                notifier.alive()
            if player.orders.ended or until():
                break
            (wait or wait_for)([awake, player.worker.fileno(), *(control.filenos() if control else [])], seconds)
            with suppress(BlockingIOError):
                os.read(awake, 4096)
            if control is not None and answers is not None:
                control.serve(answers)
    finally:
        signal.set_wakeup_fd(previous)
        os.close(awake)
        os.close(waker)


def _tick(player: Player) -> float:
    try:
        seconds = player.tick()
    except MantelpieceError as error:
        log.error("%s", error)  # noqa: TRY400 - its sentence says all
        player.problems["player"] = str(error)
    except Exception as error:
        log.exception("the player stumbled and goes on")
        player.problems["player"] = f"The frame stumbled over {type(error).__name__} and goes on; its log says more."
    else:
        return seconds
    return _BREATH_SECONDS


def wait_for(handles: list[int], seconds: float) -> None:
    """Until one of these can be read, or so many seconds have passed."""
    poll = select.poll()
    for handle in handles:
        poll.register(handle, select.POLLIN)
    poll.poll(max(0, int(seconds * 1000 + 0.999)))
