"""`show`: a number of pictures on a display of choice, a line for each. Called by frame/__main__.py.

Beside a running frame it leaves that one's memory of what was shown alone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from frame.assemble import end_on_signals, loop, make_folders, make_player, make_state
from frame.control import FrameNotRunning, ask
from frame.render.renderer import Renderer
from sync.clock import Clock
from sync.errors import DisplayLost, MantelpieceError, UsageError
from sync.home import Home

if TYPE_CHECKING:
    from frame.player import Player
    from frame.playlist import Item


def show(home: Home, *, clock: Clock, overrides: Mapping[str, str], count: int, as_json: bool) -> int:
    """Show `count` pictures (0: until ended) and say which.

    Raises what kept the display from being opened, and that there are no photos: somebody is waiting, and reads it.
    """
    alone = _is_alone(home)
    if alone:
        make_folders(home)
    renderer = Renderer()
    state = make_state(home, clock, keep=alone)
    told = 0

    def tell(item: Item) -> None:
        nonlocal told
        told += 1
        player.orders.ended |= told == count
        try:
            print(_line(player, item, as_json=as_json), flush=True)
        except BrokenPipeError:
            # Who read went away (`| head`), and nobody else could end it. What is left to write goes nowhere.
            player.orders.ended = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    making = make_player(
        home, clock=clock, overrides=overrides, renderer=renderer, state=state, resume=False, on_shown=tell
    )
    with making as player:
        end_on_signals(player)
        player.start()
        if isinstance(player.stage.error, DisplayLost) and "wall.display" in overrides:
            # Nobody tries again here, and it was this display that was asked for.
            raise UsageError(player.stage.error.sentence, advice="'mantelpiece doctor' says what can be shown on.")
        if player.stage.error is not None:
            raise player.stage.error
        loop(player, until=lambda: bool(count) and not told and player.curtain.drawn)
        problems = player.all_problems()
    if told or not count:
        return 0
    for problem in problems:
        print(problem, file=sys.stderr)
    advice = "See the problems above." if problems else "Add an album ('mantelpiece album add'), then sync it."
    raise MantelpieceError("There are no photos to show.", advice=advice)


def _is_alone(home: Home) -> bool:
    try:
        ask(home, "now", timeout_seconds=1.0)
    except FrameNotRunning:
        return True
    return False


def _line(player: Player, item: Item, *, as_json: bool) -> str:
    entry = item.entry
    file = getattr(player.stage.display, "last", None)
    facts = {
        "asset": entry.key.partition(":")[2],
        "album": entry.albums[0][0] if entry.albums else "",
        "file": None if file is None else str(file),
        "why": item.why,
    }
    if as_json:
        return json.dumps(facts)
    return f"{entry.file_name or facts['asset']}  {facts['file'] or ''}  {item.why}"
