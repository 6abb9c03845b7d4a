"""The part of tree.py that hangs on the wall: its panel, which photos come, what is said of them, its power.

The frame reads it; the tree's other parts are sync's. How a text must look stands with an example for people.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from sync.settings.typed import Line


class Selection(StrEnum):
    RANDOM = "random"
    SEQUENTIAL = "sequential"
    NEWEST = "newest"
    OLDEST = "oldest"
    STORY = "story"
    """Days and trips told in sequence, some photos in a row."""
    THIS_DAY = "this-day"
    """Photos of this day in other years, as long as there are any."""


class Layout(StrEnum):
    AUTO = "auto"
    """Fills the wall where little is lost and no head is cut, else hangs the picture in a mat."""
    MAT = "mat"
    FIT = "fit"
    FILL = "fill"
    BLUR = "blur"


class Transition(StrEnum):
    CUT = "cut"
    CROSSFADE = "crossfade"
    SLIDE = "slide"


class Corner(StrEnum):
    """Where words stand."""

    BOTTOM_LEFT = "bottom-left"
    BOTTOM_MIDDLE = "bottom-middle"
    BOTTOM_RIGHT = "bottom-right"
    TOP_LEFT = "top-left"
    TOP_MIDDLE = "top-middle"
    TOP_RIGHT = "top-right"


class Hours(StrEnum):
    """How the clock counts."""

    AUTO = "auto"
    WHOLE = "24"
    HALF = "12"


class Motion(StrEnum):
    """What a picture does that fills the wall."""

    STILL = "still"
    ZOOM = "zoom"
    """It comes slowly closer, and ends on the faces."""


class Rotation(StrEnum):
    """How far the panel is turned clockwise on the wall."""

    NONE = "0"
    RIGHT = "90"
    HALF = "180"
    LEFT = "270"


DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WAYS = ("auto", "none", "wlopm", "wlr-randr", "xset", "drm", "framebuffer", "backlight", "ddc", "cec")
"""How a panel is switched, as power.method names it."""
_EDGE = r"([01]?\d:[0-5]\d|2[0-3]:[0-5]\d|24:00|sun(rise|set)([+-]\d{1,3})?)"
_WEEKDAYS = r"((?i:mo|tu|we|th|fr|sa|su)[a-z]*)"
_WINDOW = (
    rf"({_WEEKDAYS}(\s*[-,]\s*{_WEEKDAYS}|\s+{_WEEKDAYS})*\s+)?{_EDGE}\s*[-–]\s*{_EDGE}(\s+(100|\d{{1,2}})\s*%)?"
)
Windows = Annotated[
    str,
    Meta(
        pattern=rf"^\s*({_WINDOW}\s*(;\s*{_WINDOW}\s*)*)?;?\s*$",
        examples=["Mo-Fr 22:30-06:30; Sa,Su 23:30-08:00; sunset+30-22:00 40%"],
    ),
]
"""Hours of days; frame/power/hours.py reads them."""
_Display = Annotated[
    str,
    Meta(
        pattern=r"^(auto|framebuffer(:/[^\x00-\x1f\x7f]+)?|window|kms|file:[^\x00-\x1f\x7f]+|inky|epd:\w+|none)$",
        examples=["auto, framebuffer, window, kms, file:/tmp/wall, inky, epd:epd7in5_V2 or none"],
    ),
]
_Size = Annotated[str, Meta(pattern=r"^$|^[1-9]\d{1,3}x[1-9]\d{1,3}$", examples=["1920x1080"])]
_White = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", examples=["#ffffff"])]
_Mat = Annotated[
    str,
    Meta(
        pattern="^(auto|light|dark|white|black|#[0-9a-fA-F]{6})$",
        examples=["auto, light, dark, white, black or #e8e4db"],
    ),
]
_Way = Annotated[
    str, Meta(pattern=rf"^({'|'.join(WAYS)})$", examples=[f"{WAYS[0]} (or {', '.join(WAYS[1:])})"])
]
_Pins = Annotated[
    str,
    Meta(
        pattern=r"^\s*((2[0-7]|1?\d):(next|back|pause|favourite|screen|motion)\s*)*$",
        examples=["17:next 27:back 22:screen 4:motion"],
    ),
]


class Wall(Struct, frozen=True, kw_only=True):
    display: _Display = "auto"
    """auto, framebuffer[:/dev/fbN], window, kms, file:FOLDER, inky, epd:MODULE or none."""
    size: _Size = ""
    """Panel pixels as WIDTHxHEIGHT for a window or files; empty asks the display."""
    rotation: Rotation = Rotation.NONE
    layout: Layout = Layout.AUTO
    pairs: bool = True
    """Two upright photos that belong together hang side by side; on a panel that hangs upright two wide ones stack."""
    mat_color: _Mat = "auto"
    mat_width: Annotated[float, Meta(ge=1, le=25)] = 8
    """Percent of the panel's shorter side."""
    mat_bevel: bool = True
    gamma: Annotated[float, Meta(ge=0.5, le=2)] = 1.0
    """Of the panel, beside sRGB's; above 1 darkens the middle."""
    white: _White = "#ffffff"
    """What this panel must be told so that its white is neutral."""
    warmth: Annotated[int, Meta(ge=0, le=100)] = 0
    """Percent of warmth between sunset and sunrise (of power's latitude and longitude, else from 20 to 6 o'clock)."""
    interval_seconds: Annotated[float, Meta(ge=1, le=86400)] = 30
    album: Line = ""
    """Only this album; empty, unknown or without photos: all of them."""
    selection: Selection = Selection.RANDOM
    transition: Transition = Transition.CROSSFADE
    transition_seconds: Annotated[float, Meta(ge=0, le=10)] = 1.0
    motion: Motion = Motion.STILL
    reduce_motion: bool = False
    """Nothing moves on the wall: pictures only fade or change, panoramas stand still."""


class Choosing(Struct, frozen=True, kw_only=True):
    """Which photos come, and how often."""

    favourites: Annotated[float, Meta(ge=1, le=20)] = 2
    """They come so many times as often."""
    recent: Annotated[float, Meta(ge=1, le=20)] = 2
    recent_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    rest_hours: Annotated[float, Meta(ge=0, le=8760)] = 2
    """A photo does not come again within this time while there are others."""
    bursts: bool = True
    """Of pictures that are nearly one, only the best."""
    birthdays: bool = True
    """On a person's birthday that person's photos come more often."""
    around_days: Annotated[int, Meta(ge=0, le=30)] = 3
    """What this-day means: so many days before and after."""
    story_photos: Annotated[int, Meta(ge=2, le=200)] = 8
    """How many of a day or a trip come in a row."""
    people_out: Line = ""
    """Names, separated by semicolons: photos of them never come."""
    albums_out: Line = ""
    tags_out: Line = ""


class Words(Struct, frozen=True, kw_only=True):
    """What the wall says of a photo, and of the time."""

    caption: bool = True
    people: bool = False
    """Who is in it, with the age that they had."""
    place: bool = True
    taken: bool = True
    """The day, and how many years ago on its anniversary."""
    album: bool = False
    camera: bool = False
    position: Corner = Corner.BOTTOM_LEFT
    clock: bool = False
    date: bool = False
    """Today's."""
    clock_position: Corner = Corner.TOP_RIGHT
    hours: Hours = Hours.AUTO
    size: Annotated[float, Meta(ge=50, le=300)] = 100
    """Percent."""
    font: Line = ""
    """sans, serif, light, or the name of a font on this machine; empty is sans."""


class Power(Struct, frozen=True, kw_only=True):
    """When the wall is dark or dim, and how its panel is switched. A person's word comes before night hours, night
    hours before motion."""

    night: Windows = ""
    """Windows `[days] from-to [level%]`, separated by semicolons; without a level the panel is off."""
    latitude: Annotated[float, Meta(ge=-90, le=90)] = 0
    """Where the wall hangs, for sunrise and sunset; 0 and 0 is nowhere."""
    longitude: Annotated[float, Meta(ge=-180, le=180)] = 0
    brightness: Annotated[int, Meta(ge=5, le=100)] = 100
    """Percent, by day."""
    motion_minutes: Annotated[float, Meta(ge=0, le=1440)] = 0
    """Dark after so long without motion; 0: there is no sensor."""
    method: _Way = "auto"
    """How the panel is switched; none only draws black."""


class Hands(Struct, frozen=True, kw_only=True):
    """What people touch at the wall."""

    pins: _Pins = ""
    """Buttons and a motion sensor of a Pi, as `pin:verb` with Broadcom's numbers."""
