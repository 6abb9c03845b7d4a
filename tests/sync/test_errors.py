"""Every error is a sentence, facts and advice, and knows the exit code of a verb that met it."""

from __future__ import annotations

import pytest

from sync import errors
from sync.errors import MantelpieceError, ServerError, UsageError
from sync.work import most_serious


def kinds(kind: type[MantelpieceError] = MantelpieceError) -> list[type[MantelpieceError]]:
    return [kind, *(found for below in kind.__subclasses__() if below.__module__ == errors.__name__
                    for found in kinds(below))]  # fmt: skip


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_an_error_carries_its_sentence_facts_and_advice(kind: type[MantelpieceError]) -> None:
    error = kind("It broke.", album="A")
    assert (error.sentence, error.facts, error.advice) == ("It broke.", {"album": "A"}, kind.default_advice)
    assert str(error) == f"It broke. {kind.default_advice}".strip()
    assert str(kind("It broke.", advice="")) == "It broke."
    # The server was reached and answered; only what it lists was not proved whole.
    of_server = issubclass(kind, ServerError) and kind is not errors.Incomplete
    expected = 3 if of_server else 2 if issubclass(kind, UsageError) else None
    assert kind.exit_code in ((expected,) if expected else (1, 4))


@pytest.mark.parametrize(("codes", "winner"), [
    ([], 0), ([0, 0], 0), ([0, 1], 1), ([1, 4], 4), ([4, 3], 3), ([3, 2], 2), ([0, 1, 2, 3, 4], 2), ([77, 0], 77),
])  # fmt: skip
def test_the_most_serious_code_wins(codes: list[int], winner: int) -> None:
    assert most_serious(codes) == winner
