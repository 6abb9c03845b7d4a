"""What `mantelpiece` starts. Loading takes a second on a small machine: Ctrl-C meanwhile ends it by the signal, without
the traceback of whatever was being loaded; from then on `program` turns it into a sentence.
"""

from __future__ import annotations

import signal


def main() -> int:
    """Load and run the command line; gives the exit code. For the main thread of a process of its own."""
    interrupt = signal.getsignal(signal.SIGINT)
    if interrupt is signal.default_int_handler:  # else somebody has it ignored, for a program in the background
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from admin.cli.program import main as run

    signal.signal(signal.SIGINT, interrupt)
    code = run()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is over: nothing is left to interrupt but Python's own end
    return code
