"""The rule of a smart album as its settings hold it: a tree or the replaced tool's filters, never both."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from sync.errors import RuleError
from sync.settings.tree import Smart
from sync.smart.flat import parse_flat
from sync.smart.parse import parse
from sync.smart.rules import Rule


def rule_of(smart: Smart) -> Rule:
    """Its rule, not yet tied to a server. Raises RuleError."""
    if smart.rule and smart.filters:
        raise RuleError("It has a 'rule' and 'filters': keep one of them.")
    if not smart.rule and not smart.filters:
        raise RuleError("It has no 'rule'.")
    return parse_flat(smart.filters) if smart.filters else parse(smart.rule)


def problem_of(smart: Smart) -> str:
    """What is wrong with its rule, in a sentence; empty where nothing is."""
    try:
        rule_of(smart)
    except RuleError as error:
        return error.sentence
    return ""


def digest_of(smart: Smart) -> str:
    """Differs when the owner wrote another rule; a name that means somebody else by now is still the same rule."""
    told = msgspec.json.encode((smart.rule, smart.filters, smart.partners, smart.mode), order="sorted")
    return sha256(told).hexdigest()[:16]
