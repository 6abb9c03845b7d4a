"""The answers that one listing is made of, and a mark that stands for all of them.

With the mark of an earlier listing all questions are asked first and their answers kept packed: where they are the
same bytes as then, none is unpacked or decoded, which is most of what a listing costs. Else they are read as if they
had only now come. Used by searches.py and albums.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b

import msgspec

from sync.immich.facts import Asset
from sync.immich.stored import Stored

Place = tuple[int, int]
"""The number of a question, and of its page."""
Ask = Callable[[Place], Stored]

_FORM = " ".join(field.name for field in msgspec.structs.fields(Asset)).encode()
"""Facts that are read differently make every mark another one: an update of ours reads all anew."""


class Asked:
    """Collects the answers of one listing, in the order of its questions."""

    def __init__(self, known: str | None, *facts: object) -> None:
        """`known` is an earlier listing's mark; `facts` what else the listing depends on, such as a count."""
        self._known = known
        self._hash = blake2b(_FORM + repr(facts).encode(), digest_size=16)
        self._kept: dict[Place, Stored] = {}

    def add(self, answer: Stored | None) -> None:
        """The next answer; None where the server refused one."""
        self._hash.update(answer.digest() if answer else b"refused")

    def same(self, places: Iterable[Place], ask: Ask) -> bool:
        """Whether the rest of the answers, asked for now, completes the earlier mark; without one nothing is asked."""
        if self._known is None:
            return False
        ahead = self._hash.copy()
        for place in places:
            answer = self._kept[place] = ask(place)
            ahead.update(answer.digest())
        return ahead.hexdigest() == self._known

    def answer(self, place: Place, ask: Ask) -> Stored:
        """The answer at that place, which counts for the mark; it is asked for where it is not here yet."""
        answer = self._kept.pop(place, None) or ask(place)
        self.add(answer)
        return answer

    def mark(self) -> str:
        """Of everything until now."""
        return self._hash.hexdigest()
