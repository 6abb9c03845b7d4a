"""Whether a smart album can have anything to do: proved by a few small requests, so that a quiet hour costs no listing.

A rule is proved by its own searches: as many photos as then, none updated since; by its album and the albums that it
asks about: the same answer as then. Who is in a photo moves no photo's time of update, so the photos of each person
whom the rule names are proved by their number; a rule that asks who else is in a photo, or what photos look like, is
never proved: it is listed. What a number can miss (one photo more and another one less of the same person within one
interval) is found by the listing that every album gets once a day, and whenever a person asks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec
from msgspec import Struct

from sync.errors import ServerError
from sync.immich.facts import Wanted
from sync.immich.reader import Reader
from sync.library.smart import SmartRow
from sync.settings.tree import Smart, Source
from sync.smart import rules
from sync.smart.gather import Asked
from sync.smart.rules import Operator, Rule

LISTED_AGAIN = timedelta(days=1)
_COUNTED = (Operator.OR, Operator.AND, Operator.NOT)


class Proof(Struct, frozen=True):
    """What was so when an album was last looked at and nothing was left to do."""

    digest: str
    """Of its settings, and of its rule with all its ids."""
    day: str
    at: str
    untold: str
    """Why nothing but a listing tells; empty where the rest does."""
    searches: dict[str, str] = {}
    albums: dict[str, str] = {}
    """Tokens by album: its own, and those that the rule asks about."""


_decode = msgspec.json.Decoder(Proof).decode


class Prover:
    """Asks each question of one server once, however many albums wait for the answer."""

    def __init__(self, immich: Reader) -> None:
        self._immich = immich
        self._known: dict[tuple[str, str], bool] = {}

    def why_listed(self, smart: Smart, rule: Rule, before: SmartRow, row: SmartRow, *, now: datetime) -> str:
        """Why its photos must be listed; empty where it is proved that there is nothing to do."""
        if not before.proof or before.album != row.album or not row.album:
            return "nothing is known of an earlier run"
        if before.problem or before.held:
            return "the last run did not come to its end"
        proof = _decode(before.proof)
        if (before.version, before.account) != (row.version, row.account):
            return "the server has another version, or the key another owner"
        if proof.digest != digest_of(smart, rule):
            return "its settings or names are others now"
        if proof.untold:
            return proof.untold
        if proof.day != row.day:
            return "it is another day"
        if not timedelta() <= now - datetime.fromisoformat(proof.at) < LISTED_AGAIN:
            return "once a day everything is looked at"
        if not all(self._same_album(album, token) for album, token in proof.albums.items()):
            return "an album was changed"
        if not all(self._same_search(question, token) for question, token in proof.searches.items()):
            return "photos were changed"
        return ""

    def tokens_of(self, rule: Rule, album: str) -> dict[str, str]:
        """Tokens of now of every album that counts; fewer where the server gives none."""
        asked = {one.id for test in rules.tests_of(rule) if isinstance(test, rules.InAlbum) for one in test.albums}
        tokens = {}
        for one in sorted(asked | ({album} if album else set())):
            token = self.token_of(one)
            if token:
                tokens[one] = token
        return tokens

    def token_of(self, album: str) -> str:
        """A token of an album as it is now; empty where there is none."""
        try:
            return self._immich.unchanged(Wanted(source=Source.ALBUM, id=album), None)[1] or ""
        except ServerError:
            return ""

    def _same_album(self, album: str, token: str) -> bool:
        wanted = Wanted(source=Source.ALBUM, id=album)
        return self._once((album, token), lambda: self._immich.unchanged(wanted, token)[0])

    def _same_search(self, question: str, token: str) -> bool:
        asked = msgspec.json.decode(question)
        return self._once((question, token), lambda: self._immich.search_unchanged(asked, token))

    def _once(self, what: tuple[str, str], ask: Callable[[], bool]) -> bool:
        if what not in self._known:
            self._known[what] = ask()
        return self._known[what]


def digest_of(smart: Smart, rule: Rule) -> str:
    """Differs when anything of its settings does, or a name in its rule means another id."""
    told = msgspec.json.encode(smart, order="sorted") + repr(rule).encode()
    return blake2b(told, digest_size=8).hexdigest()


def made(smart: Smart, asked: Asked, row: SmartRow, albums: dict[str, str], *, now: datetime) -> str:
    """The proof to keep after a run that left nothing to do."""
    digest = digest_of(smart, asked.rule)
    why = untold(asked.rule)
    wanted = {row.album, *(one.id for test in rules.tests_of(asked.rule) if isinstance(test, rules.InAlbum)
                           for one in test.albums)}  # fmt: skip
    if not why and wanted <= albums.keys():
        proof = Proof(digest, row.day, now.isoformat(timespec="seconds"), "", asked.tokens, albums)
    else:
        proof = Proof(digest, "", "", why or "the server does not tell whether an album changed")
    return msgspec.json.encode(proof, order="sorted").decode()


def alike(one: str, other: str) -> bool:
    """Whether two proofs are of the same settings, day and searches."""
    first, second = _decode(one), _decode(other)
    same = (first.digest, first.day, first.untold) == (second.digest, second.day, second.untold)
    return same and first.searches.keys() == second.searches.keys() and first.albums.keys() == second.albums.keys()


def untold(rule: Rule) -> str:
    """Why counts and times of update do not tell of every change of what the rule matches; empty where they do."""
    for test in rules.tests_of(rule):
        if isinstance(test, rules.LooksLike):
            return "what photos look like is known only by searching anew"
        if isinstance(test, rules.People) and (test.who is None or test.operator not in _COUNTED):
            return "who else is in a photo is known only by listing"
    return ""
