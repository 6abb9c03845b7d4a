"""The frame's process in a page: its parts are put together, run until somebody ends them, and ended in reverse.

Importing it costs little: the decoding child is started first, and the player's rooms are loaded beside it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING

from frame.assemble import end_on_signals, loop, make_folders, make_player, make_screen, make_state
from frame.control_server import ControlServer
from frame.render.renderer import Renderer
from sync.clock import Clock
from sync.errors import ANEW, UsageError
from sync.home import Home
from sync.notify import Notifier

if TYPE_CHECKING:
    from frame.answers import Answers
    from frame.assemble import Wait
    from frame.crashes import Crashes
    from frame.player import Player
    from frame.playlist import Item
    from frame.stage import OpenDisplay
    from frame.state import State

log = logging.getLogger(__name__)


def run(
    home: Home,
    *,
    clock: Clock,
    overrides: Mapping[str, str],
    environ: Mapping[str, str] = os.environ,
    open_display: OpenDisplay | None = None,
    on_shown: Callable[[Item], None] | None = None,
    wait: Wait | None = None,
) -> int:
    """Be the wall until `quit`, a signal, or `restart`, which gives ANEW. Raises Busy when another frame runs here,
    UsageError for no display."""
    notifier = Notifier(environ, clock)
    with ExitStack() as parts:
        make_folders(home)
        control = _open_control(home)
        if control is not None:
            parts.callback(control.close)
        renderer = parts.enter_context(closing(Renderer()))
        from frame.crashes import Crashes

        state = make_state(home, clock)
        crashes = Crashes(home.runtime / "crashes.json", clock)
        making = make_player(
            home, clock=clock, overrides=_plain_enough(overrides, crashes), renderer=renderer, state=state,
            screen=make_screen(home, clock), crashes=crashes, on_shown=on_shown, open_display=open_display,
        )  # fmt: skip
        player = parts.enter_context(making)
        answers = _let_people_speak(player, state, home, clock, control)
        end_on_signals(player)
        player.start()
        if "wall.display" in overrides and isinstance(player.stage.error, UsageError):
            raise player.stage.error  # settings may be mended while this runs, the command line cannot
        notifier.ready()
        loop(player, control=control, answers=answers, notifier=notifier, wait=wait)
        notifier.stopping()
        crashes.ended()
    return ANEW if player.orders.anew else 0


def _plain_enough(overrides: Mapping[str, str], crashes: Crashes) -> Mapping[str, str]:
    """The overrides, with less to go wrong where the frame died again and again."""
    from frame.crashes import PLAIN

    if not crashes.verdict.plain:
        return overrides
    log.error("the frame died again and again: it starts plainly, without fades")
    return {**PLAIN, **overrides}


def _let_people_speak(player: Player, state: State, home: Home, clock: Clock, control: ControlServer | None) -> Answers:
    """Control socket and hands are given to the player."""
    from frame.answers import Answers
    from frame.hands.hands import Hands

    answers = Answers(player, state, home, clock)
    if control is not None:
        player.attend = partial(control.serve, answers)
    else:
        player.problems["control"] = f"Nobody can speak to this frame: {home.control_socket} cannot be made."
    player.input.hands, player.input.mark = Hands(clock), answers.toggle_favourite
    return answers


def _open_control(home: Home) -> ControlServer | None:
    """None where no socket can be made: the wall goes on. Raises Busy."""
    try:
        return ControlServer(home.control_socket)
    except OSError as error:
        log.error("no control socket: %s", error)  # noqa: TRY400 - its sentence says all
        return None
