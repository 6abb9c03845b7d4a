"""`mantelpiece screen`: the panel on, off, or as night hours say; without a word, what is."""

from __future__ import annotations

import click

from admin.cli.verb import Call, verb
from frame.control import ask

_WHY = {
    "person": "somebody said so",
    "night": "night hours",
    "motion": "nobody moved for a while",
    "lit": "no night hours",
}


@verb("screen")
@click.argument("state", type=click.Choice(["on", "off", "auto"]), required=False)
def command(call: Call, *, state: str | None) -> int:
    """Switch the panel, over night hours and motion until they next say the same by themselves; auto ends that.

    \b
    Examples:
      mantelpiece screen off
      mantelpiece screen
    """
    screen = ask(call.home, "screen", set=state)["screen"]
    call.output.result(screen)
    level = {0: "off", 100: "on"}.get(screen["level"], f"at {screen['level']} %")
    call.output.say(f"The screen is {level}: {_WHY[screen['why']]}.")
    if screen["way"] == "":
        call.output.problem("No way was found to switch this panel off: it goes black, and its light stays on.")
    return 0
