"""Makes of icloudpd's sidecar one that keeps its facts, in XMP's own form.

icloudpd's root element is not XMP's: exiftool reads such a file, but writes it anew with nothing of the old in it. So
Immich's first edit would wipe title, keywords and place. Other programs' well-formed sidecars pass unchanged.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from xml.sax.saxutils import escape

from sync.ingest.sidecars import MARK, NAMESPACES, RDF, Sidecar, X, read

_URIS = {prefix: uri for uri, prefix in NAMESPACES.items()}


def normalised(data: bytes, *, stars: bool = False) -> bytes:
    """The sidecar to publish in place of this one. Raises SidecarRefused.

    `stars`: keep the rating. icloudpd's five stars mean favourite; Immich would show them as stars.
    """
    found = read(data)
    if found.whole and not found.by_icloudpd:
        return data
    return write(found, stars=stars)


def write(found: Sidecar, *, stars: bool = False) -> bytes:
    """These facts as a sidecar in XMP's own form."""
    lines = [_lang("dc:title", found.title), _lang("dc:description", found.description), _bag(found.keywords)]
    lines += _place_lines(found)
    for name in ("xmp:CreateDate", "photoshop:DateCreated"):
        lines.append(_simple(name, _written_time(found.created)))
    for name in ("tiff:Orientation", "tiff:Make", "Iptc4xmpExt:DigitalSourceType"):
        lines.append(_simple(name, found.first(name)))
    if stars and found.rating is not None:
        lines.append(_simple("xmp:Rating", str(found.rating)))
    spaces = "".join(f'\n    xmlns:{prefix}="{uri}"' for prefix, uri in sorted(_URIS.items()))
    body = "".join(f"\n   {line}" for line in lines if line)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'<x:xmpmeta xmlns:x="{X}" x:xmptk="{MARK}">\n'
        f' <rdf:RDF xmlns:rdf="{RDF}">\n'
        f'  <rdf:Description rdf:about=""{spaces}>{body}\n  </rdf:Description>\n'
        " </rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>\n'
    ).encode()


def _written_time(when: datetime | None) -> str:
    if when is None:
        return ""
    offset = when.utcoffset() or timedelta()
    whole = timedelta(minutes=round(offset.total_seconds() / 60))
    try:
        return when.astimezone(timezone(whole) if whole else UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError):
        return ""  # before the year 1, after 9999, or a zone of a whole day


def _simple(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _lang(name: str, text: str) -> str:
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt></{name}>' if text else ""


def _bag(keywords: tuple[str, ...]) -> str:
    items = "".join(f"<rdf:li>{escape(keyword)}</rdf:li>" for keyword in dict.fromkeys(keywords))
    return f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>" if items else ""


def _place_lines(found: Sidecar) -> list[str]:
    lines = []
    if found.place:
        latitude, longitude = found.place
        lines.append(_simple("exif:GPSLatitude", _coordinate(latitude, "NS")))
        lines.append(_simple("exif:GPSLongitude", _coordinate(longitude, "EW")))
    if found.altitude is not None:
        lines.append(_simple("exif:GPSAltitude", f"{round(abs(found.altitude) * 1000)}/1000"))
        lines.append(_simple("exif:GPSAltitudeRef", "1" if found.altitude < 0 else "0"))
    return lines


def _coordinate(degrees: float, letters: str) -> str:
    whole, minutes = divmod(round(abs(degrees) * 60, 8), 60)
    return f"{int(whole)},{minutes:.8f}{letters[degrees < 0]}"
