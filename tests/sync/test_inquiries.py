"""What a person who sets up may be offered: names of a server, of each kind, as far as the key may list them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.inquiries import names
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import SERVER, album_of, mirror_of


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_form_is_offered_the_names_that_a_rule_may_hold(version: int, tmp_path: Path) -> None:
    library = sample_library(tmp_path / "immich")
    library.add_person("")
    library.add_person("Somebody").hidden = True
    library.add_tag("Trips/Sea")
    with FakeImmich(version=version, library=library) as immich:
        mirror = mirror_of(immich, tmp_path, album_of(immich, "Holidays"))
        with mirror.work(asked=True) as work:
            facts = names(work, {"server": SERVER}).facts
    assert "Anna" in facts["people"]
    assert not {"", "Somebody"} & set(facts["people"]), "unnamed and hidden people are nobody's choice"
    assert "Trips/Sea" in facts["tags"]
