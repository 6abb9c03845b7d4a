"""Names of albums as an inbox's form asks for them: a name, and what follows it (a year, a folder). Templates of the
settings become rows and rows become the same templates again; one that no row can say stays as it is written. Pure.

sync/ingest/templates.py is what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ENDS: Mapping[str, str] = {
    "": "", "year": "{:%Y}", "month": "{:%Y/%m}", "day": "{:%Y/%m/%d}", "folder": "{folder}", "camera": "{camera}",
}  # fmt: skip
"""What may follow a name, and how a template says it."""
OWN = "own"
"""The name is a template of its owner's own making."""
EXAMPLES: Mapping[str, str] = {
    "": "", "year": "2026", "month": "2026/11", "day": "2026/11/21", "folder": "Holidays", "camera": "Canon EOS R6",
}  # fmt: skip
"""What each becomes for one photo."""


@dataclass(frozen=True)
class AlbumRow:
    name: str = ""
    by: str = ""
    """A key of ENDS, or OWN."""

    @property
    def example(self) -> str:
        """The name for one photo; empty where only sync can tell it."""
        return "" if self.by == OWN else _joined(self.name, EXAMPLES[self.by])


def row_of(template: str) -> AlbumRow:
    """The row that says this template."""
    for by, end in ENDS.items():
        if end and template == end:
            return AlbumRow(by=by)
        if end and template.endswith(f"/{end}") and _is_plain(template[: -len(end) - 1]):
            return AlbumRow(_unescaped(template[: -len(end) - 1]), by)
    return AlbumRow(_unescaped(template)) if _is_plain(template) else AlbumRow(template, OWN)


def template_of(row: AlbumRow) -> str:
    """The template that a row says; empty for an empty row."""
    if row.by == OWN:
        return row.name
    return _joined(row.name.replace("{", "{{").replace("}", "}}"), ENDS[row.by])


def rows_of(names: Iterable[str], ends: Iterable[str]) -> list[AlbumRow]:
    """What a browser sent; what is unknown counts as nothing."""
    pairs = zip(names, ends, strict=False)
    rows = (AlbumRow(name.strip(), by if by in ENDS or by == OWN else "") for name, by in pairs)
    return [row for row in rows if template_of(row)]


def _joined(name: str, end: str) -> str:
    return f"{name}/{end}" if name and end else name or end


def _is_plain(text: str) -> bool:
    """Whether it is a name without placeholders, and without sizes before it."""
    doubled = text.replace("{{", "").replace("}}", "")
    return bool(text) and text == text.strip() and not text.startswith("[") and not {"{", "}"} & set(doubled)


def _unescaped(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")
