"""A rule as the wall's source: lists what it matches, of the whole library by narrow searches, or of another source
that it narrows. Handed to the mirror by sync/handlers.py.

Complete only where every search is proved whole. What matched on the day of the last listing and does no more is listed
as left out: its time has passed, by our own rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from sync.errors import Incomplete, RuleError
from sync.immich.facts import Asset, Found
from sync.immich.listing import Listing
from sync.immich.reader import Reader
from sync.settings.tree import Album, Source
from sync.smart import rules
from sync.smart.bind import Directory, bind, refuse_unseen
from sync.smart.evaluate import predicate
from sync.smart.gather import Asked, matching, surroundings
from sync.smart.parse import parse
from sync.smart.rules import Rule
from sync.today import today
from sync.work import Work

PASSED = "its day has passed"
NO_MATCH = "outside the rule"
"""The mirror's word for it; a test holds the two together."""
_UNTOLD = (rules.Orientation, rules.Megapixels, rules.Key)


def list_by_rule(work: Work, album: Album, immich: Reader, *, inner: Listing | None, then: date | None) -> Listing:
    """What the album's rule matches; of `inner`, where that is given. Raises RuleError, ServerError."""
    directory, day = Directory(immich), today(work)
    rule = bind(parse(album.rule), directory)
    if rules.moves(rule) and not work.clock.trusted():
        raise RuleError("The clock is not set yet, and this rule goes by the calendar.", advice="It waits until then.")
    asked = Asked(album.name, rule, album.partners, then if rules.moves(rule) else None)
    if inner is None:
        refuse_unseen(rule, directory.me, partners=album.partners)
        return Listing(lambda listing: _searched(work, immich, directory, asked, day, listing))
    _refuse_untold(rule)
    named = any(isinstance(test, rules.People) for test in rules.tests_of(rule))
    of_album = album.id if named and album.source is Source.ALBUM else ""
    return Listing(lambda listing: _narrowed(immich, directory, asked, day, inner, listing, of_album=of_album))


def _searched(
    work: Work, immich: Reader, directory: Directory, asked: Asked, day: date, listing: Listing
) -> Iterator[Asset]:
    stacks = immich.stacked()
    count, proof = 0, "complete: every search counted before and after"
    try:
        for found, faded in matching(immich, directory, asked, today=day, check=work.check):
            asset = found.asset
            if faded:
                listing.left_out[asset.id] = PASSED
            count += not faded
            primary = stacks.get(asset.id)
            yield asset if primary is None else msgspec.structs.replace(asset, stack_primary_id=primary)
    except Incomplete as error:
        proof = error.sentence
        listing.conclude(count, complete=False, proof=proof)
    else:
        listing.conclude(count, complete=True, proof=proof)


def _narrowed(
    immich: Reader, directory: Directory, asked: Asked, day: date, inner: Listing, listing: Listing, *, of_album: str
) -> Iterator[Asset]:
    people = immich.people_in_album(of_album) if of_album else {}
    around = surroundings(immich, directory, asked.rule, day)
    now = predicate(asked.rule, around)
    then = None if asked.then is None or asked.then >= day else predicate(asked.rule, around.on(asked.then))
    for asset in inner:
        # Judged with the people, handed out as it was listed.
        known = people.get(asset.id)
        found = Found(asset=asset if known is None else msgspec.structs.replace(asset, people=known))
        if not now(found):
            listing.left_out[asset.id] = PASSED if then is not None and then(found) else NO_MATCH
        yield asset
    listing.conclude(inner.count, complete=inner.complete, proof=inner.proof)


def _refuse_untold(rule: Rule) -> None:
    """Some things only searches tell; a rule that asks for them matches by itself, not beside another source."""
    for test in rules.tests_of(rule):
        panorama = isinstance(test, rules.TypeIs) and rules.Type.PANORAMA in test.types
        if panorama or isinstance(test, _UNTOLD):
            raise RuleError(
                "An album cannot be narrowed by format, size or keys of Immich's own.",
                advice="Use source = \"rule\", with in_album beside them.",
            )


def check_rule(immich: Reader, tree: object) -> Rule:
    """The rule, tied to the server. Raises RuleError for what is not understood or not there."""
    return bind(parse(tree), Directory(immich))
