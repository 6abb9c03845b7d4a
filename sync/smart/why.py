"""The jobs `smart-preview` and `smart-why`: what the next run would do, photo by photo with reasons, and which test
lets one photo in or keeps it out. They change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sync.connect import open_server
from sync.counted import counted
from sync.errors import NotAvailable, UsageError
from sync.immich.facts import Found
from sync.immich.reader import Reader
from sync.library import smart as smart_rows
from sync.settings.tree import Mode, Smart
from sync.smart import rules
from sync.smart.bind import Directory, bind, is_id
from sync.smart.evaluate import predicate
from sync.smart.explain import explain, say
from sync.smart.gather import surroundings
from sync.smart.look import Looked, look
from sync.smart.rules import Rule
from sync.smart.surroundings import Surroundings
from sync.smart.written import rule_of
from sync.today import today
from sync.work import Result, Work

MOST_ITEMS = 500
"""Of a larger plan the counts say the rest."""
_BY_HAND = "Somebody took it out by hand: it stays out until somebody puts it back."
_MOST_REASONS = 20
"""So many photos that leave are looked up one by one for the test that they fail."""


def preview(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"album": name}`. Facts: {"plan", "counts": {"add", "remove", "hold"}, "items": [{what, asset, do, fields,
    why}], "more", "album", "rule", "makes", "total", "taken_out"}. Raises UsageError, ServerError."""
    smart = work.settings.need_smart(str(arguments["album"]))
    immich = open_server(work, smart.server)
    (looked,) = look(work, immich, [smart], with_names=True)
    if looked.problem is not None:
        raise looked.problem
    plan, rule = looked.plan, looked.rule
    assert plan is not None and rule is not None
    facts = {
        "album": smart.name,
        "rule": explain(rule),
        "plan": plan.id,
        "makes": looked.target is None,
        "counts": {"add": len(plan.add), "remove": len(plan.remove), "hold": len(plan.hold)},
        "items": list(_items(work, immich, looked)),
        "more": max(0, len(plan.add) + len(plan.remove) + len(plan.hold) - MOST_ITEMS),
        "total": plan.total,
        "taken_out": len(plan.taken_out) + len(looked.ledger.out) - len(plan.put_back),
    }
    sentence = counted(
        "{add} to add, {out} to take out, {hold} to ask you about; {then} {then:photo|photos} then. This is plan "
        "{plan}.",
        add=len(plan.add), out=len(plan.remove), hold=len(plan.hold), then=plan.total, plan=plan.id,
    )  # fmt: skip
    problems = [text for text in (plan.reason, looked.only_added and f"Only adds: {looked.only_added}.") if text]
    return Result(facts, sentence, exit_code=4 if plan.hold else 0, problems=problems)


def _items(work: Work, immich: Reader, looked: Looked) -> Iterator[dict[str, Any]]:
    plan, rule = looked.plan, looked.rule
    assert plan is not None and rule is not None
    said = explain(rule)
    for asset in plan.add[:MOST_ITEMS]:
        yield {"what": looked.names.get(asset, ""), "asset": asset, "do": "add", "fields": [], "why": said}
    left = MOST_ITEMS - len(plan.add)
    around = surroundings(immich, Directory(immich), rule, today(work))
    leaving = [*(("remove", one) for one in plan.remove), *(("hold", one) for one in plan.hold)]
    for number, (action, one) in enumerate(leaving[: max(0, left)]):
        name, reason = "", one.why
        if number < _MOST_REASONS:
            work.check()
            name, reason = _reason(immich, rule, around, one.asset, one.why)
        yield {"what": name, "asset": one.asset, "do": action, "fields": [], "why": reason}


def _reason(immich: Reader, rule: Rule, around: Surroundings, asset: str, why: str) -> tuple[str, str]:
    try:
        found, _ = immich.look_up(asset)
    except NotAvailable:
        return "", "is no longer on the server, or not for this key"
    failing = [text for fits, text, _ in judged(rule, found, around) if not fits]
    return found.asset.file_name, f"{why}: not {'; not '.join(failing)}" if failing else why


def why(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"album": name, "asset": id or file name}`. Facts: {"album", "asset", "file_name", "matches", "rule", "tests":
    [{fits, test, decides}], "outside", "taken_out": whether a person took it out}. Raises UsageError, ServerError."""
    smart = work.settings.need_smart(str(arguments["album"]))
    immich = open_server(work, smart.server)
    directory = Directory(immich)
    rule = bind(rule_of(smart), directory)
    found = _asset(immich, directory, str(arguments["asset"]))
    around = surroundings(immich, directory, rule, today(work))
    tests = [{"fits": fits, "test": text, "decides": decides} for fits, text, decides in judged(rule, found, around)]
    outside = _outside(found, rule, directory.me, partners=smart.partners)
    matches = not outside and predicate(rule, around)(found)
    facts = {
        "album": smart.name, "asset": found.asset.id, "file_name": found.asset.file_name, "matches": matches,
        "rule": explain(rule), "tests": tests, "outside": outside, "taken_out": _taken_out(work, smart, found),
    }  # fmt: skip
    verdict = "matches" if matches else "does not match"
    because = f": it is {outside}" if outside else ""
    hand = [_BY_HAND] if facts["taken_out"] else []
    sentence = f"{found.asset.file_name} {verdict} {smart.name!r} ({explain(rule)}){because}."
    return Result(facts, " ".join([sentence, *hand]))


def _taken_out(work: Work, smart: Smart, found: Found) -> bool:
    """Whether the last run saw that a person took it out of the album."""
    row = smart_rows.get(work.library, smart.name)
    if row is None or not row.album or smart.mode is Mode.OWN:
        return False
    return found.asset.id in smart_rows.added(work.library, row.album)[smart_rows.State.OUT]


def _asset(immich: Reader, directory: Directory, asked: str) -> Found:
    if not is_id(asked):
        named = [asset for asset in immich.find_named(asked) if asset.file_name.casefold() == asked.casefold()]
        if len(named) != 1:
            ids = ", ".join(asset.id for asset in named[:10])
            advice = f"Give its id: {ids}." if named else "Give its id, the last part of its address in Immich."
            several = "No photo is named {name}." if not named else "{number} photos are named {name}."
            raise UsageError(counted(several, number=len(named), name=repr(asked)), advice=advice)
        asked = named[0].id
    try:
        return immich.look_up(asked.lower())[0]
    except NotAvailable as error:
        raise UsageError(f"There is no photo {asked} for this key.", advice="It may be deleted or locked.") from error


def _outside(found: Found, rule: Rule, me: str, *, partners: bool) -> str:
    """Why no list for this rule shows the photo at all; empty where one does."""
    asset = found.asset
    if asset.trashed:
        return "in the trash"
    if asset.visibility.value not in rules.visibilities(rule):
        return f"not in the timeline ({asset.visibility.value}), and the rule does not ask for that"
    return "somebody else's" if asset.owner_id != me and not partners else ""


def judged(rule: Rule, found: Found, around: Surroundings) -> Iterator[tuple[bool, str, bool]]:
    """Every test of the rule: whether the photo fits it, the test in words, and whether the rule's verdict would be
    another one if this test said otherwise."""
    verdict = predicate(rule, around)(found)
    for test in rules.tests_of(rule):
        fits = predicate(test, around)(found)
        yield fits, say(test), _verdict(rule, found, around, turned=test) is not verdict


def _verdict(rule: Rule, found: Found, around: Surroundings, *, turned: rules.Test) -> bool:
    if isinstance(rule, rules.All | rules.Any_ | rules.None_):
        told = [_verdict(part, found, around, turned=turned) for part in rule.parts]
        if isinstance(rule, rules.All):
            return all(told)
        return any(told) if isinstance(rule, rules.Any_) else not any(told)
    return predicate(rule, around)(found) is not (rule == turned)
