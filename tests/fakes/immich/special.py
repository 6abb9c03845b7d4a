"""One library with every special kind of asset, the same for all three versions, for tests that name each one.

Album "Everything" holds one asset of each kind under a name that says what it is; see KINDS. Others: "Shared by
Bea" (hers, shared with me), "Holidays" (two of Everything's), "Archived only", "Empty". A shared link opens
"Everything". Bea is a partner in my timeline, Carl one who is not. Only 2.5 and later know edits: for version 1
`edited.jpg` is served as the plain photo it was before.
"""

from __future__ import annotations

from pathlib import Path

import pillow_heif

from tests.fakes.immich.edits import Edits
from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Asset, Blob, Exif, User, make_id
from tests.fakes.immich.photos import add_photo
from tests.fakes.immich.samples import quick_photo

# Name in "Everything": what is special about it.
KINDS = {
    "plain.jpg": "an ordinary upload",
    "described.jpg": "a caption that is also markup and shell",
    "favourite.jpg": "a favourite with five stars",
    "portrait.jpg": "orientation 6: stored on its side",
    "upside-down.jpg": "orientation 3",
    "panorama.jpg": "five times as wide as high",
    "tiny.jpg": "one pixel",
    "square.png": "a PNG",
    "picture.webp": "a WebP",
    "phone.heic": "a HEIC",
    "p3.jpg": "Display P3 colours",
    "people.jpg": "two people and a face nobody named",
    "tagged.jpg": "a nested tag",
    "edited.jpg": "edited in Immich: ?edited=true is another picture",
    "rewritten.jpg": "bytes changed on the server since upload, checksum old",
    "external.jpg": "in an external library: checksum of the path",
    "external-rewritten.jpg": "the same, rewritten and scanned again",
    "no-preview.jpg": "no preview was made",
    "stack-primary.jpg": "the primary of a stack of three",
    "stack-second.jpg": "a member of it",
    "stack-third.jpg": "a member of it",
    "live.jpg": "a live photo; its motion video is hidden",
    "video.mp4": "a video",
    "archived.jpg": "archived: counted and listed by the album",
    "trashed.jpg": "in the trash: neither counted nor listed",
    "offline.jpg": "an external file that is gone: as trashed",
    "locked.jpg": "locked: a key never sees it",
    "same-moment-a.jpg": "taken in the same millisecond as the next",
    "same-moment-b.jpg": "taken in the same millisecond as the one before",
    "bea-in-everything.jpg": "Bea's photo in my album",
}
HOSTILE_CAPTION = '<script>alert(1)</script> $(touch /tmp/x) `id`; "quotes" – äöü 😀\nsecond line'
_VIENNA = Exif(
    "Canon", "Canon EOS R6", "RF24-105mm F4 L IS USM", 2.8, 35, 200, "1/250",
    48.2085, 16.3721, "Vienna", "Vienna", "Austria",
)  # fmt: skip


def special_library(folder: Path) -> Library:
    """The library; files are kept in `folder` for the next start."""
    pillow_heif.register_heif_opener()
    library = Library(folder)
    bea = library.add_user("Bea", "bea@example.org")
    carl = library.add_user("Carl", "carl@example.org")
    externals = library.add_library("Archive disk", ["/mnt/photos"])
    made = {name: _make(library, number, name, bea, externals.id) for number, name in enumerate(KINDS, 1)}
    everything = library.add_album("Everything", made.values(), description="One of each kind")
    everything.shared_with[bea.id] = "editor"
    _shape(library, made)
    library.add_album("Holidays", [made["plain.jpg"], made["portrait.jpg"]])
    library.add_album("Archived only", [made["archived.jpg"]])
    library.add_album("Empty")
    hers = [add_photo(library, quick_photo(60 + n, name=f"bea-{n}.jpg"), owner=bea) for n in range(3)]
    shared = library.add_album("Shared by Bea", hers[:2], owner=bea)
    shared.shared_with[library.me.id] = "viewer"
    add_photo(library, quick_photo(70, name="carl.jpg"), owner=carl)
    library.add_partner(bea, in_timeline=True)
    library.add_partner(carl, in_timeline=False)
    taken = quick_photo(1).taken
    library.add_memory(taken.year, (taken.month, taken.day), [made["plain.jpg"], made["archived.jpg"]])
    library.add_link(everything)
    return library


def _make(library: Library, number: int, name: str, bea: User, external_id: str) -> Asset:
    """The asset as it is uploaded, before anything special happens to it."""
    if name.endswith(".mp4"):
        return _video(library, name, "timeline")
    facts: dict[str, object] = {"name": name, "exif": _VIENNA}
    sizes = {"panorama.jpg": (2000, 400), "tiny.jpg": (1, 1), "square.png": (500, 500)}
    formats = {".png": "PNG", ".webp": "WEBP", ".heic": "HEIF"}
    facts["format"] = formats.get(Path(name).suffix, "JPEG")
    facts["orientation"] = {"portrait.jpg": 6, "upside-down.jpg": 3}.get(name, 1)
    facts["profile"] = "p3" if name == "p3.jpg" else "srgb"
    if name == "described.jpg":
        facts["description"] = HOSTILE_CAPTION
    if name == "favourite.jpg":
        facts |= {"favourite": True, "rating": 5}
    if name.startswith("same-moment"):
        facts["taken"] = quick_photo(50).taken
    outside = external_id if name.startswith(("external", "offline")) else None
    owner = bea if name.startswith("bea") else library.me
    photo = quick_photo(number, sizes.get(name, (640, 480)), **facts)
    return add_photo(library, photo, owner=owner, external=outside)


def _video(library: Library, name: str, visibility: str) -> Asset:
    path = library.folder / name
    if not path.exists():
        path.write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(range(256)) * 200)
    blob = Blob(path, modified_ms=1_779_000_000_000)
    moment = int(quick_photo(44).taken.timestamp() * 1000)
    mime = "video/quicktime" if name.endswith(".MOV") else "video/mp4"
    asset = Asset(
        make_id("asset", name), library.me.id, name, f"/data/upload/{library.me.id}/{name}", blob.checksum(),
        moment, blob, kind="VIDEO", mime=mime, width=1280, height=720, size_bytes=blob.size_bytes(),
        modified_ms=1_779_000_000_000, duration_ms=6000, visibility=visibility,
    )  # fmt: skip
    return library.add_asset(asset)


class _NoServer:
    version = 2
    mode = "normal"


def _shape(library: Library, made: dict[str, Asset]) -> None:
    """What happens to the assets after their upload."""
    edits = Edits(library, _NoServer())
    edits.edit_asset("edited.jpg")
    edits.rewrite_upload("rewritten.jpg")
    edits.rewrite_external("external-rewritten.jpg")
    edits.lose_preview("no-preview.jpg")
    edits.archive("archived.jpg")
    edits.trash("trashed.jpg")
    edits.take_offline("offline.jpg")
    edits.set_visibility("locked.jpg", "locked")
    library.add_stack([made[f"stack-{place}.jpg"] for place in ("primary", "second", "third")])
    motion = _video(library, "live.MOV", "hidden")
    made["live.jpg"].live_video_id = motion.id
    tag = library.add_tag("Places/Vienna")
    made["tagged.jpg"].tag_ids = (tag.id,)
    anna = library.add_person("Anna", birth_date="1991-05-06")
    grandma = library.add_person("Grandma Erna")
    nameless = library.add_person("")
    anna.thumbnail, anna.favourite, anna.colour = made["people.jpg"].preview, True, "#112233"
    grandma.hidden = True
    people = made["people.jpg"]
    library.add_face(people, anna, (100, 80, 220, 230))
    library.add_face(people, grandma, (300, 90, 400, 210))
    library.add_face(people, None, (450, 100, 520, 190))
    library.add_face(made["portrait.jpg"], anna, (60, 50, 150, 170))
    library.add_face(made["plain.jpg"], nameless, (5, 5, 60, 60))
