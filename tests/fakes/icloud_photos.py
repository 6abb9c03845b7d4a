"""The photos of a small iCloud library, one of every kind that icloudpd names in a way of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.fakes.icloud import Asset

NOON = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
LIBRARY = [
    Asset("IMG_1234.HEIC", "AY6xVvQq1", taken=NOON, edited=True, live=True),
    Asset("IMG_1235.JPG", "AZ7yWwRr2", taken=NOON + timedelta(minutes=1), edited=True, live=True),
    Asset("IMG_1236.HEIC", "Aa8zXxSs3", taken=NOON + timedelta(minutes=2)),
    Asset("DSC_0001.DNG", "Ab9aYyTt4", taken=NOON + timedelta(minutes=3), alternative="JPG"),
    Asset("DSC_0002.DNG", "Ac0bZzUu5", taken=NOON + timedelta(minutes=4), alternative="JPG", edited=True),
    Asset("IMG_0009.MOV", "Ad1cAaVv6", taken=NOON + timedelta(minutes=5)),
    Asset("Größe 1.JPG", "Ae2dBbWw7", taken=NOON + timedelta(minutes=6), edited=True, live=True),
    Asset("Größe 2.HEIC", "Af3eCcXx8", taken=NOON + timedelta(minutes=7), edited=True, live=True),
    Asset("IMG_0010.PNG", "Ag4fDdYy9", taken=NOON + timedelta(minutes=8), edited=True),
]
