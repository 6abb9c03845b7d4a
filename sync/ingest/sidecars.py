"""Reads the XMP sidecars that icloudpd and other programs write.

Whatever could be an attack (a document type, entities, depth, length) is refused with SidecarRefused, and its photo
goes without. sidecar_writing.py makes of icloudpd's one that keeps its facts.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.parsers import expat

from sync.errors import MantelpieceError

MARK = "mantelpiece"
"""The toolkit of the sidecars that we write: one that still says so was edited by nobody since."""
MOST_BYTES = 1 << 20
_DEEPEST = 40
X = "adobe:ns:meta/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMESPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
}
_REJECTED = -1
_FAVOURITE = 5
_NUMBER = re.compile(r"\s*([+-]?\d{1,12}(?:\.\d{0,20})?)(?:/(\d{1,12}))?\s*", re.ASCII)
"""A decimal, or a fraction as EXIF writes it."""


class SidecarRefused(MantelpieceError):
    """A sidecar that is no XMP, or could do harm; its photo goes without."""


@dataclass(frozen=True)
class Sidecar:
    """What a sidecar says."""

    toolkit: str = ""
    whole: bool = False
    """In XMP's own form: what exiftool writes into it leaves the rest as it is."""
    properties: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """`dc:title` and the like to its texts; several for lists."""

    @property
    def by_icloudpd(self) -> bool:
        return self.toolkit.startswith("icloudpd")

    @property
    def ours(self) -> bool:
        """Written by us and touched by nobody since."""
        return self.toolkit == MARK

    @property
    def rating(self) -> int | None:
        number = _number(self.first("xmp:Rating"))
        return int(number) if number is not None else None

    def favourite(self, rating: int) -> bool:
        """Whether this says favourite where that many stars mean so; 0 is for none.

        icloudpd's own five count wherever favourites are wanted: a replaced plugin's files may have others beside.
        """
        return rating > 0 and (self.rating == rating or (self.by_icloudpd and self.rating == _FAVOURITE))

    @property
    def hidden(self) -> bool:
        """icloudpd's mark of hidden and deleted photos."""
        return self.rating == _REJECTED

    @property
    def title(self) -> str:
        return self.first("dc:title")

    @property
    def description(self) -> str:
        return self.first("dc:description")

    @property
    def keywords(self) -> tuple[str, ...]:
        return self.properties.get("dc:subject", ())

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees."""
        latitude = _degrees(self.first("exif:GPSLatitude"), 90)
        longitude = _degrees(self.first("exif:GPSLongitude"), 180)
        return None if latitude is None or longitude is None else (latitude, longitude)

    @property
    def altitude(self) -> float | None:
        """Metres above the sea, negative below."""
        height = _number(self.first("exif:GPSAltitude"))
        return -height if height is not None and self.first("exif:GPSAltitudeRef") == "1" else height

    @property
    def created(self) -> datetime | None:
        """When the photo was taken, with its zone; None where that is not told."""
        return _instant(self.first("xmp:CreateDate")) or _instant(self.first("photoshop:DateCreated"))

    def first(self, name: str) -> str:
        """The first text of a property such as `tiff:Make`, or nothing."""
        return next(iter(self.properties.get(name, ())), "")


def sidecar_of(path: Path) -> Path:
    """Where the sidecar of that file lies, if it has one."""
    return path.with_name(path.name + ".xmp")


def bytes_of(path: Path) -> bytes | None:
    """A sidecar's bytes, one more than any may have at most; None for none, for a link, and for what cannot be read.
    A pipe of that name gives nothing and holds nobody up."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError:
        return None


def read(data: bytes) -> Sidecar:
    """What the sidecar says. Raises SidecarRefused."""
    if len(data) > MOST_BYTES:
        raise SidecarRefused("The sidecar is larger than any real one.", bytes=len(data))
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise SidecarRefused(f"The sidecar is not XML: {error}.") from error
    except (ValueError, LookupError) as error:
        raise SidecarRefused(f"The sidecar cannot be read: {error}.") from error
    if not reader.rdf:
        raise SidecarRefused("The sidecar holds no XMP.")
    properties = {name: tuple(texts) for name, texts in reader.properties.items() if texts}
    return Sidecar(toolkit=reader.toolkit, whole=reader.root == f"{X} xmpmeta", properties=properties)


class _Reader:
    """Collects properties by the elements that hold them; of lists in several languages, all texts in order."""

    def __init__(self) -> None:
        self.root, self.toolkit, self.rdf = "", "", False
        self.properties: dict[str, list[str]] = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= _DEEPEST:
            raise ValueError("its elements lie too deep")
        if not self._path:
            self.root = name
            self.toolkit = attributes.get(f"{X} xmptk", "")
        self.rdf = self.rdf or name == f"{RDF} RDF"
        self._path.append(name)
        self._text = []
        if name == f"{RDF} Description":
            for key, value in attributes.items():
                self._keep(key, value)

    def end(self, name: str) -> None:
        self._path.pop()
        above = [each for each in self._path if not each.startswith(RDF)]
        if name == f"{RDF} li" and above:
            self._keep(above[-1], "".join(self._text))
        elif self._path and self._path[-1] == f"{RDF} Description":
            self._keep(name, "".join(self._text))
        self._text = []

    def text(self, text: str) -> None:
        self._text.append(text)

    def _keep(self, name: str, text: str) -> None:
        uri, _, local = name.rpartition(" ")
        text = _plain(text)
        if uri in NAMESPACES and text:
            self.properties.setdefault(f"{NAMESPACES[uri]}:{local}", []).append(text)


def _refuse_doctype(*_told: object) -> None:
    raise ValueError("it declares a document type, which no sidecar needs")


def _plain(text: str) -> str:
    # Joiners, marks of direction and wide spaces are part of what a person wrote.
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc").strip()


def _number(text: str) -> float | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    return float(found[1]) / (float(found[2]) or 1.0) if found[2] else float(found[1])


def _degrees(text: str, most: int) -> float | None:
    """Decimal degrees as icloudpd writes them, or XMP's `47,30.5N` and `47,30,15N`."""
    sign = -1 if text[-1:] in ("S", "W") else 1
    parts = [_number(part) for part in text.rstrip("NSEW").split(",")]
    if not 1 <= len(parts) <= 3:
        return None
    value = 0.0
    for number, part in enumerate(parts):
        if part is None:
            return None
        value += part / 60**number
    return sign * value if abs(value) <= most else None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
