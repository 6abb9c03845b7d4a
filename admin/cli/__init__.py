"""The command line, a file a verb; `main` is what `mantelpiece` starts."""

from admin.cli.start import main

__all__ = ["main"]
