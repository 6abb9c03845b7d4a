"""Settings as text: values written as a person would, and texts in which some are replaced; comments stay. Pure."""

from __future__ import annotations

from typing import Any

import tomlkit

Tree = dict[str, Any]


def written(values: Tree) -> str:
    """The values as a person would write them into the file."""
    document = tomlkit.document()
    for key, value in values.items():
        document[key] = inline(value)
    return tomlkit.dumps(document).strip()


def inline(value: Any) -> Any:
    """A rule in one line, as a person would write it, not as sections of its own."""
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        for key, inner in value.items():
            table[key] = inline(inner)
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        for inner in value:
            array.append(inline(inner))
        return array
    return value


def with_folder(text: str, *, before: str, after: str) -> str:
    """The settings with another folder for the albums that had that one; comments stay."""
    document = tomlkit.parse(text)
    for album in document["albums"]:
        if album.get("folder") == before:
            album["folder"] = after
    return tomlkit.dumps(document)


def with_programs(text: str, programs: dict[str, Tree], *, log_file: str) -> str:
    """The settings with these `program` and `arguments` of icloudpd by inbox, with none for others; and this log."""

    def put(table: Any, values: Tree) -> None:
        for key in ("program", "arguments", "file") if table is not None else ():
            if values.get(key):
                table[key] = values[key]
            elif key in table:
                del table[key]

    document = tomlkit.parse(text)
    for inbox in document.get("inboxes", []):
        put(inbox.get("icloudpd"), programs.get(str(inbox.get("name", "")), {}))
    put(document.get("log"), {"file": log_file})
    return tomlkit.dumps(document)
