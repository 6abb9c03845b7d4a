"""Key paths of a JSON value (`assets.items[].exifInfo.make`) and what can go wrong at one of them."""

from __future__ import annotations

from typing import Any

OPERATIONS = ("drop", "null", "rename", "retype")


def key_paths(value: Any) -> list[str]:
    """Every key of a decoded answer, each once, list items as `[]`; a test spoils them in turn."""
    found: dict[str, None] = {}
    _collect(value, "", found)
    return list(found)


def _collect(value: Any, prefix: str, found: dict[str, None]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            path = f"{prefix}.{key}" if prefix else key
            found[path] = None
            _collect(inner, path, found)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, f"{prefix}[]", found)


def spoil(value: Any, path: str, operation: str, new_value: Any = None) -> Any:
    """`value` with the key at `path` dropped, nulled, renamed, retyped or set, wherever it occurs."""
    steps = [step for step in path.replace("[]", ".[]").split(".") if step]
    _spoil(value, steps, operation, new_value)
    return value


def _spoil(value: Any, steps: list[str], operation: str, new_value: Any) -> None:
    step, rest = steps[0], steps[1:]
    if step == "[]":
        for inner in value if isinstance(value, list) else ():
            if rest:
                _spoil(inner, rest, operation, new_value)
        return
    if not isinstance(value, dict) or step not in value:
        return
    if rest:
        _spoil(value[step], rest, operation, new_value)
    elif operation == "drop":
        del value[step]
    elif operation == "null":
        value[step] = None
    elif operation == "rename":
        value[step + "Renamed"] = value.pop(step)
    elif operation == "retype":
        value[step] = _other_type(value[step])
    elif operation == "set":
        value[step] = new_value
    else:
        raise ValueError(f"unknown operation {operation!r}")


def _other_type(value: Any) -> Any:
    """A value of a type no reader of this key can mean."""
    if isinstance(value, str) or value is None:
        return {"unexpected": True}
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, int | float):
        return f"{value} pieces"
    return 7
