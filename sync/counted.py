"""Sentences with numbers in them: `{files:file is|files are}` is the first for one, the second for any other number.

The one way in which sync, the wall's problems and the command line count; admin/words tells the same sentences in other
languages by the same marks. Pure.
"""

from __future__ import annotations

import re

_BLANK = re.compile(r"\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}")


def counted(sentence: str, /, **values: object) -> str:
    """The sentence with its blanks filled; a number may come as a text that is grouped already. What a value holds is
    never taken for a blank."""

    def fill(found: re.Match[str]) -> str:
        name, one, other = found.groups()
        value = str(values[name])
        return value if one is None else one if value == "1" else other

    return _BLANK.sub(fill, sentence)
