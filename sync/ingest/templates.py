"""Names of albums by templates: `iCloud Photos`, `[adjusted]:iCloud`, `iCloud/{:%Y/%m}`, `{taken:%Y} {camera}`. Pure.

A template that cannot work is refused with the reason when it is set, never when a photo comes. One whose fact a
photo lacks gives no name for that photo.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sync.errors import UsageError, did_you_mean
from sync.ingest.group import Role

_SIZED = re.compile(r"\[([^\]]*)\]:(.*)", re.DOTALL)
_PART = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]")
_DIRECTIVE = re.compile(r"%(-?.?)", re.DOTALL)
_DIRECTIVES = frozenset("aAbBdHIjmMpSUVWyYGuw%")
_TIMES = ("created", "taken")
_TEXTS = ("folder", "camera")
_SIZES = [role.value for role in Role if role is not Role.LIVE]
_LONGEST = 200


@dataclass(frozen=True)
class AlbumFacts:
    """What templates are filled with."""

    created: datetime | None = None
    """The photo's time by the clock of this machine's zone."""
    taken: datetime | None = None
    """The wall clock's time where it was taken."""
    folder: str = ""
    """The name of the folder that the file lies in; the inbox's own at its top."""
    camera: str = ""


@dataclass(frozen=True)
class _Field:
    name: str
    format: str = ""


@dataclass(frozen=True)
class Template:
    """One album template, understood."""

    text: str
    parts: tuple[str | _Field, ...]
    sizes: frozenset[Role] = frozenset()
    """Only files of these roles; empty: all of a group that may stand in an album."""

    def takes(self, role: Role) -> bool:
        return not self.sizes or role in self.sizes

    def missing(self, facts: AlbumFacts) -> str:
        """The first fact that this photo lacks, in words; empty where it has all."""
        lacks = (part.name for part in self.parts if isinstance(part, _Field) and not getattr(facts, part.name))
        return next(lacks, "")

    def name(self, facts: AlbumFacts) -> str | None:
        """The album's name for a photo of these facts; None where one is missing."""
        if self.missing(facts):
            return None
        return "".join(part if isinstance(part, str) else _filled(part, facts) for part in self.parts).strip()


def parse(text: str) -> Template:
    """Understand a template. Raises UsageError with the reason."""
    sizes, rest = frozenset[Role](), text.strip()
    if rest.startswith("["):
        found = _SIZED.fullmatch(rest)
        if found is None:
            raise _refused(text, "a list of sizes is followed by a colon, as in [adjusted]:iCloud")
        sizes, rest = _sizes(text, found[1]), found[2].strip()
    if not rest:
        raise _refused(text, "it has no name")
    if any(not char.isprintable() for char in rest):
        raise _refused(text, "it has control characters")
    if len(rest) > _LONGEST:
        raise _refused(text, f"it is longer than {_LONGEST} letters")
    return Template(text=text, parts=tuple(_parts(text, rest)), sizes=sizes)


def _refused(text: str, why: str) -> UsageError:
    return UsageError(f"The album template {text!r} cannot work: {why}.", template=text)


def _sizes(text: str, listed: str) -> frozenset[Role]:
    found = set()
    for word in (part.strip().lower() for part in listed.split(",")):
        if word == "stacked":
            raise _refused(text, "albums hold photos, and a stack is shown by the photo on top; name a size")
        if word not in _SIZES:
            known = "it is one of " + ", ".join(_SIZES)
            raise _refused(text, f"{word!r} is not a size, {known}.{did_you_mean(word, _SIZES)}".rstrip(".?"))
        found.add(Role(word))
    return frozenset(found)


def _parts(text: str, rest: str) -> list[str | _Field]:
    parts: list[str | _Field] = []
    at = 0
    for found in _PART.finditer(rest):
        parts.append(rest[at : found.start()])
        at = found.end()
        token = found[0]
        if token in ("{{", "}}"):
            parts.append(token[0])
        elif len(token) == 1:
            raise _refused(text, f"a {token!r} stands alone; write {token * 2} for the letter itself")
        else:
            parts.append(_field(text, token[1:-1]))
    parts.append(rest[at:])
    return [part for part in parts if part != ""]


def _field(text: str, inside: str) -> _Field:
    name, colon, form = inside.partition(":")
    name = name.strip() or "created"
    if name.isdigit():
        raise _refused(text, f"placeholders have names or none, no numbers: write {{{colon}{form}}}")
    if name not in _TIMES + _TEXTS:
        known = ", ".join(f"{{{each}}}" for each in _TEXTS)
        near = did_you_mean(name, [*_TIMES, *_TEXTS]).rstrip("?")
        raise _refused(text, f"there is no {{{name}}}, only {{:%Y}}, {{taken:%Y}}, {known}.{near}".rstrip("."))
    if name in _TEXTS:
        if form:
            raise _refused(text, f"{{{name}}} takes no format")
        return _Field(name)
    if not form:
        raise _refused(text, f"a time needs a format: write {{{'' if name == 'created' else name}:%Y/%m}}")
    for directive in _DIRECTIVE.findall(form):
        if directive.removeprefix("-") not in _DIRECTIVES or directive in ("", "-"):
            raise _refused(text, f"%{directive} is no part of a date")
    if not _DIRECTIVE.search(form):
        raise _refused(text, f"{form!r} has no part of a date, such as %Y")
    return _Field(name, form)


def _filled(part: _Field, facts: AlbumFacts) -> str:
    value = getattr(facts, part.name)
    return value.strftime(part.format) if isinstance(value, datetime) else str(value)
