"""One measure of a loss: what is small goes, what is large waits for a person, however it is said."""

from __future__ import annotations

import pytest

from sync.loss import Loss, loss_of


@pytest.mark.parametrize(
    ("gone", "of", "loss"),
    [
        pytest.param(1, 2, Loss.SMALL, id="half is not more than half"),
        pytest.param(2, 3, Loss.MOST, id="most of a few"),
        pytest.param(10, 30, Loss.SMALL, id="ten are a few of any album"),
        pytest.param(11, 30, Loss.LARGE, id="eleven are more than a fifth"),
        pytest.param(20, 100, Loss.SMALL, id="a fifth is not more than a fifth"),
        pytest.param(21, 100, Loss.LARGE, id="more than a fifth"),
        pytest.param(51, 100, Loss.MOST, id="more than half"),
        pytest.param(1, 0, Loss.MOST, id="of nothing that is known"),
    ],
)
def test_a_loss_is_measured(gone: int, of: int, loss: Loss) -> None:
    assert loss_of(gone, of=of) is loss
