"""`mantelpiece doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from admin.cli.checks import data_folder, machine, mirror
from admin.cli.checks.finding import Finding, Verdict, bad
from admin.cli.checks.originals import originals
from admin.cli.checks.servers import servers
from admin.cli.verb import Call, verb
from sync.errors import MantelpieceError
from sync.home import Home
from sync.settings.last_good import Kept
from sync.work import most_serious

CHECKS: tuple[Callable[[Home, Kept], Iterator[Finding]], ...] = (
    data_folder.folder,
    data_folder.space,
    data_folder.clock,
    data_folder.settings,
    data_folder.keys,
    mirror.library,
    mirror.catalogue,
    originals,
    machine.services,
    machine.wall,
    machine.parts,
)

_SIGNS = {Verdict.OK: "ok  ", Verdict.WARN: "warn", Verdict.BAD: "BAD "}


@verb("doctor")
def command(call: Call) -> int:
    """Look at everything that can be wrong, and say what to do.

    \b
    Exit codes, the most serious first:
      2 settings that cannot be used       4 a removal waits for your yes
      3 a server does not let us in        1 anything else is bad
      0 nothing is bad; what is only to be looked at does not count
    """
    kept = call.settings()
    found: list[Finding] = []
    for check in CHECKS:
        call.output.progress({"doing": f"Looking at {check.__name__}"})
        found += _guarded(check.__name__, lambda check=check: check(call.home, kept))  # type: ignore[misc]
    if call.home.marker.exists():
        found += _guarded("servers", lambda: servers(call, kept))
    worst = [one for one in found if one.verdict is Verdict.BAD]
    call.output.result({"findings": [msgspec.to_builtins(one) for one in found], "bad": len(worst)})
    tell = call.output.problem if call.output.quiet else call.output.say
    for one in worst if call.output.quiet else found:
        tell(f"{_SIGNS[one.verdict]}  {one.check}: {one.sentence}")
        if one.advice:
            tell(f"      → {one.advice}")
    warnings = sum(one.verdict is Verdict.WARN for one in found)
    call.output.say(f"{len(worst)} bad, {warnings} to look at, {len(found) - len(worst) - warnings} in order.")
    return most_serious([one.exit_code for one in found])


def _guarded(name: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A check that cannot even look is a finding, not the end of the others."""
    found: list[Finding] = []
    try:
        found.extend(check())
    except (MantelpieceError, OSError) as error:
        found.append(bad(name, f"{error}", exit_code=getattr(error, "exit_code", 1)))
    return found
