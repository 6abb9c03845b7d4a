"""How the servers say no: one exception, written as each version writes it."""

from __future__ import annotations

from typing import Any

_REASONS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
UUID_PATTERN = "/^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$/"


class Refusal(Exception):
    """An error answer. In v1 and v2 `plain` leaves out the `error` key, `uncorrelated` the correlation id.

    `headers` are added to those of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str | list[str],
        *,
        errors: list[Any] | None = None,
        plain: bool = False,
        uncorrelated: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.plain = plain
        self.uncorrelated = uncorrelated
        self.headers: dict[str, str] = {}

    def body(self, version: int, correlation_id: str) -> dict[str, Any]:
        if version >= 3:
            answer: dict[str, Any] = {"message": self.message}
            if self.errors is not None:
                answer["errors"] = self.errors
            return answer
        answer = {"message": self.message}
        if not self.plain and self.status in _REASONS:
            answer["error"] = _REASONS[self.status]
        answer["statusCode"] = self.status
        if not self.uncorrelated:
            answer["correlationId"] = correlation_id
        return answer


def no_access(permission: str) -> Refusal:
    """The one answer for unknown ids and for those the key may not see."""
    return Refusal(400, f"Not found or no {permission} access")


def invalid(version: int, messages: list[str], error: dict[str, Any]) -> Refusal:
    """A request that does not validate: a list of sentences in v1/v2, one structured error in v3."""
    if version >= 3:
        return Refusal(400, "Validation failed", errors=[error])
    return Refusal(400, messages)


def bad_uuid(version: int, name: str, *, index: int | None = None) -> Refusal:
    path: list[Any] = [name] if index is None else [name, index]
    sentence = f"{name} must be a UUID" if index is None else f"each value in {name} must be a UUID"
    error = {
        "origin": "string",
        "code": "invalid_format",
        "format": "uuid",
        "pattern": UUID_PATTERN,
        "path": path,
        "message": "Invalid UUID",
    }
    return invalid(version, [sentence], error)


def not_one_of(version: int, name: str, values: list[str]) -> Refusal:
    listed = "|".join(f'"{value}"' for value in values)
    error = {
        "code": "invalid_value",
        "values": values,
        "path": [name],
        "message": f"Invalid option: expected one of {listed}",
    }
    return invalid(version, [f"{name} must be one of the following values: {', '.join(values)}"], error)


def wrong_type(version: int, name: str, expected: str, value: Any, messages: list[str]) -> Refusal:
    received = "null" if value is None else {str: "string", bool: "boolean"}.get(type(value), "object")
    error = {
        "expected": expected,
        "code": "invalid_type",
        "path": [name],
        "message": f"Invalid input: expected {expected}, received {received}",
    }
    return invalid(version, messages, error)


def out_of_range(version: int, name: str, value: float, low: int, high: int) -> Refusal:
    if value > high:
        error = {
            "origin": "number", "code": "too_big", "maximum": high, "inclusive": True,
            "path": [name], "message": f"Too big: expected number to be <={high}",
        }  # fmt: skip
        return invalid(version, [f"{name} must not be greater than {high}"], error)
    error = {
        "origin": "number", "code": "too_small", "minimum": low, "inclusive": True,
        "path": [name], "message": f"Too small: expected number to be >={low}",
    }  # fmt: skip
    return invalid(version, [f"{name} must not be less than {low}"], error)
