"""The command line, a file a verb; `main` is what `mantelpiece` starts."""

from admin.cli.program import main

__all__ = ["main"]
