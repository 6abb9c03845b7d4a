"""The fonts of this machine: which file writes which script, found by name and proved by its glyphs.

Nothing is downloaded and nothing bundled: where no font has a letter it is written as a box, and `missing` names what
to install. Called by writing, in the decoding child and for the clock; `missing` by the doctor's check.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)
STYLES: dict[str, tuple[str, ...]] = {
    "sans": ("inter-regular", "notosans-regular", "opensans-regular", "roboto-regular", "lato-regular",
             "cantarell-regular", "liberationsans-regular", "dejavusans"),
    "serif": ("notoserif-regular", "p052-roman", "sourceserif4-regular", "gelasio-regular", "liberationserif-regular",
              "dejavuserif"),
    "light": ("inter-light", "notosans-light", "opensans-light", "roboto-light", "lato-light", "dejavusans-extralight"),
}  # fmt: skip
"""Files, without their ending, the best first."""
_HAIRLINES, _HAIRLINE_PIXELS = "extralight", 44
"""Letters of such a face that are smaller than this have strokes that nobody sees from across a room."""
_CJK = ("notosanscjk-regular", "notosanscjksc-regular", "notosansjp-regular", "droidsansfallbackfull",
        "droidsansfallback", "wqy-microhei", "wqy-zenhei", "unifont")  # fmt: skip
_SCRIPTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO", "FULLWIDTH", "IDEOGRAPHIC"), _CJK),
    "HANGUL": ("notosanskr-regular", "nanumgothic", *_CJK),
    "ARABIC": ("notosansarabic-regular", "notonaskharabic-regular", "dejavusans", "freesans"),
    "EMOJI": ("notocoloremoji",),
}
PACKAGES = {"CJK": "fonts-noto-cjk", "EMOJI": "fonts-noto-color-emoji"}
"""What Debian calls the fonts of a script; all else is in fonts-noto-core."""
_PICTURES = (
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕🀄🃏🆎🆑🆒🆓🆔🆕🆖🆗🆘🆙🆚"
    "☀☁☂☃♥❤✈❄"
)
EMOJI_PIXELS = 109
"""The one size that colour emoji of bitmaps come in."""


def script_of(letter: str) -> str:
    """`LATIN`, `HEBREW`, `CJK`, … the first word of the letter's name; `COMMON` for digits and marks."""
    if is_emoji(letter):
        return "EMOJI"
    if not letter.isalpha():
        return "COMMON"
    return unicodedata.name(letter, "COMMON").split()[0]


def is_emoji(letter: str) -> bool:
    """Whether it is a picture by default, or half of a flag."""
    return 0x1F300 <= ord(letter) <= 0x1FAFF or 0x1F1E6 <= ord(letter) <= 0x1F1FF or letter in _PICTURES


class Fonts:
    """All font files under `folders`, looked through once."""

    def __init__(self, folders: Iterable[Path] = FOLDERS) -> None:
        self._files = {path.stem.casefold(): path for path in _files(folders)}

    def face(self, style: str) -> Path | None:
        """The file for a style of STYLES, or for a font's own name; None where there is none."""
        named = self._files.get(style.casefold().replace(" ", ""))
        if named is not None:
            return named
        wanted = STYLES.get(style, STYLES["sans"])
        found = next((self._files[stem] for stem in wanted if stem in self._files), None)
        return found if found is not None or style == "sans" else self.face("sans")

    def readable(self, style: str, size: int) -> str:
        """The style, or `sans` where its letters would be hairlines at that size."""
        face = self.face(style)
        thin = face is not None and _HAIRLINES in face.stem.casefold() and size < _HAIRLINE_PIXELS
        return "sans" if thin else style

    @property
    def emoji(self) -> Path | None:
        """The file of colour emoji, where there is one."""
        return self._files.get(_SCRIPTS["EMOJI"][0])

    def for_letter(self, letter: str, style: str) -> Path | None:
        """A file that has this letter, the style's own first; None where no font has it."""
        own = self.face(style)
        if own is not None and not is_emoji(letter) and has(own, letter):
            return own
        script = script_of(letter)
        stems = [*_SCRIPTS.get(script, ()), f"notosans{script.lower()}-regular", *STYLES["sans"]]
        paths = (self._files[stem] for stem in stems if stem in self._files)
        return next((path for path in paths if script == "EMOJI" or has(path, letter)), None)

    def missing(self, texts: Iterable[str]) -> dict[str, str]:
        """Script to the Debian package that brings it, for scripts in `texts` that no font here writes."""
        letters = {script_of(letter): letter for text in texts for letter in text if not letter.isspace()}
        lacking = [script for script, letter in letters.items() if self.for_letter(letter, "sans") is None]
        cjk = ("HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")
        return {
            script: PACKAGES.get("CJK" if script in cjk else script, "fonts-noto-core")
            for script in lacking
            if script != "COMMON"
        }


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            yield from (Path(place) / name for name in sorted(names) if name.lower().endswith((".ttf", ".otf", ".ttc")))


@lru_cache(maxsize=1024)
def has(path: Path, letter: str) -> bool:
    """Whether a font writes a letter. By its picture: a letter that a font lacks is drawn as the font's box."""
    if letter.isspace() or not letter.isprintable():
        return True
    try:
        font = load(path, 24)
        return bytes(font.getmask(letter)) != _box(path)
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=64)
def _box(path: Path) -> bytes:
    return bytes(load(path, 24).getmask("\U0010fffd"))


@lru_cache(maxsize=32)
def load(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font at so many pixels. Raises OSError."""
    return ImageFont.truetype(str(path), size)
