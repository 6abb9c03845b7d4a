"""Night hours on the page: written whole or not at all."""

from __future__ import annotations

from sync.home import Home
from sync.settings_reading import load
from tests.admin.phone import Phone
from tests.admin.test_settings_pages import seen_on


def test_night_hours_are_written_by_the_page_and_a_slip_stands_beside_its_field(phone: Phone, home: Home) -> None:
    seen = seen_on(phone.get("/night").text)
    answer = phone.post("/night/change", {"seen": seen, "night": "Mo-Fr 22:30 to 6", "brightness": "70"})
    assert answer.status_code == 422
    assert "These are no night hours" in answer.text
    assert load(home.settings).settings.power.brightness == 100, "nothing of a form is written that has a slip"
    wanted = {"night": "Mo-Fr 22:30-06:30; sunset-22:00 40%", "latitude": "48.2", "brightness": "70"}
    page = phone.follow(phone.post("/night/change", {"seen": seen, **wanted})).text
    assert "The wall has changed." in page
    power = load(home.settings).settings.power
    assert (power.night, power.latitude, power.brightness) == (wanted["night"], 48.2, 70)
    assert phone.post("/night/change", {"seen": seen, "night": ""}).status_code == 409
