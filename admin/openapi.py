"""The description of the JSON API, as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

BUTTONS = ("next", "back", "pause", "resume")
_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_MAYBE_TEXT = {"type": ["string", "null"]}


def description() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "mantelpiece", "version": "1", "description": "A photo frame, asked and told by programs."},
        "servers": [{"url": "/api/v1"}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
        "paths": {
            "/openapi.json": {"get": _answers("This description", {"type": "object"})},
            "/state": {"get": _answers("The wall, the albums, what is held", _STATE)},
            "/runs": {"get": _answers("What ran, the newest first", {"type": "array", "items": {"type": "object"}})},
            "/wall/{button}": {
                "post": _answers("Press a button of the wall", {"type": "object", "properties": {"pressed": _TEXT}}),
                "parameters": [
                    {"name": "button", "in": "path", "required": True, "schema": {"type": "string", "enum": [*BUTTONS]}}
                ],
            },
            "/sync": {
                "post": _answers("Bring albums up to date now", {"type": "object", "properties": {"job": _NUMBER}})
                | {"requestBody": {"required": False, "content": {"application/json": {"schema": _SYNC}}}}
            },
        },
    }


def _answers(summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": summary,
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": schema}}},
            "403": {"description": "No token, or one that was removed."},
            "503": {"description": "What was asked is not running; `sentence` and `advice` say more."},
        },
    }


_SYNC = {"type": "object", "properties": {"albums": {"type": ["array", "null"], "items": _TEXT}}}
_STATE = {
    "type": "object",
    "properties": {
        "service": {"type": "boolean"},
        "wall": {"type": ["object", "null"]},
        "albums": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": _TEXT,
                    "source": _TEXT,
                    "paused": {"type": "boolean"},
                    "photos": _NUMBER,
                    "listed": _NUMBER,
                    "listed_at": _MAYBE_TEXT,
                    "problem": _MAYBE_TEXT,
                },
            },
        },
        "held": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"album": _TEXT, "photos": _NUMBER, "reason": _TEXT, "since": _TEXT},
            },
        },
    },
}
