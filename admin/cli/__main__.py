"""`python -m admin.cli` is `mantelpiece`."""

import sys

from admin.cli.start import main

if __name__ == "__main__":
    sys.exit(main())
