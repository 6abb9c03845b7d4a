"""Sunrise and sunset of a day at a place, by the usual low-precision formula: right to a minute or two.

Pure. Beyond the polar circles a day without sunset has 24 hours of sun, and one without sunrise none. Called by
hours.py.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import acos, asin, cos, degrees, pi, radians, sin

_J2000 = date(2000, 1, 1)
_HORIZON = radians(-0.833)
"""The upper rim of the sun is seen at the horizon when its centre is this far below: refraction and half its width."""
_TILT = radians(23.4397)


def sun(day: date, *, latitude: float, longitude: float) -> tuple[datetime, datetime]:
    """Sunrise and sunset in UTC on the local calendar day `day`; degrees, north and east positive."""
    turns = (day - _J2000).days + 0.0008 - longitude / 360
    anomaly = radians((357.5291 + 0.98560028 * turns) % 360)
    centre = radians(1.9148 * sin(anomaly) + 0.02 * sin(2 * anomaly) + 0.0003 * sin(3 * anomaly))
    ecliptic = anomaly + centre + pi + radians(102.9372)
    noon_days = turns + 0.0053 * sin(anomaly) - 0.0069 * sin(2 * ecliptic)
    declination = asin(sin(ecliptic) * sin(_TILT))
    north = radians(max(-89.9, min(89.9, latitude)))
    height = (sin(_HORIZON) - sin(north) * sin(declination)) / (cos(north) * cos(declination))
    half_day = timedelta(days=degrees(acos(max(-1.0, min(1.0, height)))) / 360)
    noon = datetime(2000, 1, 1, 12, tzinfo=UTC) + timedelta(days=noon_days)
    return noon - half_day, noon + half_day
