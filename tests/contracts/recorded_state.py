"""The library the recorded servers held, as far as the recordings kept here touch it, under the same names.

Recordings name their objects as `{asset:IMG_1001.JPG}`, `{album:Sommer}`, `{person:Anna}`; `symbols` gives the
local ids for them.
"""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path

from tests.fakes.immich import Library, quick_photo
from tests.fakes.immich.edits import Edits
from tests.fakes.immich.model import Asset, Blob, Exif, User, make_id
from tests.fakes.immich.photos import add_photo

_PARIS = Exif("Google", "Pixel 7", None, 4.8, 32, 100, "1/540", 48.8534, 2.3488, "Paris", "Île-de-France", "France")
_NAMES = (
    "IMG_1001.JPG", "IMG_1004.JPG", "IMG_1005.JPG", "IMG_1007.JPG", "IMG_1008.JPG", "IMG_1014.JPG",
    "IMG_1016.JPG", "IMG_1017.JPG", "IMG_1020.JPG", "IMG_1025.JPG", "IMG_3000.JPG", "IMG_2000.HEIC",
    "PXL_20220113_101200.jpg", "PXL_20220125_102400.jpg", "PXL_20220707_100600.jpg", "locked.jpg",
)  # fmt: skip
_TAKEN = {
    "IMG_1001.JPG": datetime(2016, 2, 2, 1, 7, 13),
    "IMG_1008.JPG": datetime(2023, 9, 9, 8, 56, 44, 264_000),
    "PXL_20220707_100600.jpg": datetime(2022, 1, 13, 12, 12),
    "IMG_1029.JPG": datetime(2017, 6, 3, 5, 23, 17),
}
READ_ONLY = (
    "album.read", "asset.read", "asset.view", "asset.download", "person.read", "tag.read", "server.about",
    "user.read",
)  # fmt: skip


def recorded_library(folder: Path, *, linked: bool) -> Library:
    """The state of the recordings; the shared link on "Sommer" came late in them, so it is a choice here."""
    library = Library(folder)
    two = library.add_user("Zweite Person", "zwei@example.org")
    extern = library.add_library("Extern", ["/mnt/photos"])
    extern.exclusions = ["**/raw/**"]
    made = {name: _photo(library, number, name) for number, name in enumerate(_NAMES, 1)}
    made["IMG_1029.JPG"] = _photo(library, 40, "IMG_1029.JPG", owner=two)
    for number, name in enumerate(("DSC_5000.jpg", "DSC_5015.jpg"), 50):
        made[name] = _photo(library, number, name, external=extern.id)
    made["VID_20220505.mp4"] = _video(library, "VID_20220505.mp4", "timeline")
    made["IMG_3000.MOV"] = _video(library, "IMG_3000.MOV", "hidden")
    made["IMG_3000.JPG"].live_video_id = made["IMG_3000.MOV"].id
    made["IMG_2000.HEIC"].mime = "image/heic"
    _albums(library, made, two)
    _people_and_tags(library, made)
    _fates(library)
    library.add_stack([made[n] for n in ("PXL_20220113_101200.jpg", "PXL_20220125_102400.jpg")])
    library.add_memory(2016, (2, 2), [made["IMG_1001.JPG"]])
    library.add_partner(two, in_timeline=False)
    library.add_key(library.me, "frame-ro", permissions=READ_ONLY)
    library.add_key(library.me, "about", permissions=("server.about",))
    library.add_key(two, "two")
    if linked:
        library.add_link(library.album_named("Sommer"))
    return library


def _photo(
    library: Library, number: int, name: str, *, owner: User | None = None, external: str | None = None
) -> Asset:
    facts: dict[str, object] = {"name": name, "exif": _PARIS}
    if name in _TAKEN:
        facts["taken"] = _TAKEN[name]
    return add_photo(library, quick_photo(number, (64, 48), **facts), owner=owner, external=external)


def _video(library: Library, name: str, visibility: str) -> Asset:
    path = library.folder / name
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(4000))
    blob = Blob(path)
    mime = "video/quicktime" if name.endswith(".MOV") else "video/mp4"
    asset = Asset(
        make_id("asset", name), library.me.id, name, f"/data/upload/{name}", blob.checksum(), 1_651_744_800_000,
        blob, kind="VIDEO", mime=mime, width=1280, height=720, size_bytes=blob.size_bytes(),
        duration_ms=6000, visibility=visibility, modified_ms=1_779_000_000_000,
        preview=None if visibility == "hidden" else blob,
    )  # fmt: skip
    return library.add_asset(asset)


def _albums(library: Library, made: dict[str, Asset], two: User) -> None:
    summer = [made[f"IMG_{n}.JPG"] for n in (1001, 1004, 1005, 1007, 1008)]
    library.add_album("Sommer", [*summer, made["PXL_20220113_101200.jpg"]], description="Neu")
    library.add_album("Leer")
    library.add_album("Geteilt", [made["IMG_1014.JPG"]]).shared_with[two.id] = "editor"
    library.add_album("Unbekannt", [made["IMG_1001.JPG"]])
    library.add_album("Spare")
    theirs = library.add_album("Von Zwei", [made["IMG_1029.JPG"]], owner=two)
    theirs.shared_with[library.me.id] = "viewer"


def _people_and_tags(library: Library, made: dict[str, Asset]) -> None:
    anna = library.add_person("Anna", birth_date="1991-05-06")
    anna.colour, anna.favourite, anna.thumbnail = "#112233", True, made["IMG_1005.JPG"].preview
    bernd, hidden, nameless = (library.add_person(name) for name in ("Bernd", "Versteckt", ""))
    hidden.hidden = True
    library.add_face(made["IMG_1005.JPG"], bernd, (10, 20, 30, 40))
    library.add_face(made["IMG_1005.JPG"], anna, (12, 7, 22, 16))
    library.add_face(made["DSC_5000.jpg"], anna, (6, 4, 26, 26))
    for name in ("IMG_1004.JPG", "IMG_1007.JPG", "IMG_1008.JPG"):
        library.add_face(made[name], anna, (6, 4, 26, 26))
    library.add_face(made["IMG_1014.JPG"], anna, (1, 1, 9, 9))
    library.add_face(made["IMG_1004.JPG"], nameless, (1, 1, 9, 9))
    frame, extra = library.add_tag("Rahmen"), library.add_tag("Extra")
    child = library.add_tag("Extra/Kind")
    extra.colour = "#00ff00"
    made["IMG_1001.JPG"].tag_ids = (extra.id, child.id, frame.id)
    made["IMG_1005.JPG"].tag_ids = (frame.id, child.id)


class _NoServer:
    version = 2
    mode = "normal"


def _fates(library: Library) -> None:
    edits = Edits(library, _NoServer())
    edits.edit_asset("IMG_1014.JPG")
    edits.lose_preview("IMG_2000.HEIC")
    edits.archive("IMG_1020.JPG")
    edits.trash("IMG_1025.JPG")
    edits.set_visibility("locked.jpg", "locked")
    edits.take_offline("DSC_5015.jpg")
    edits.rate("IMG_1016.JPG", -1)
    for name in ("IMG_1005.JPG", "IMG_1007.JPG", "IMG_1008.JPG"):
        edits.favourite(name)


def symbols(library: Library) -> dict[str, str]:
    """What the names in curly brackets stand for here."""
    found = {"stack": next(iter(library.stacks)), "library": next(iter(library.libraries))}
    found |= {f"asset:{asset.name}": asset.id for asset in library.assets.values()}
    found |= {f"sha1:{asset.name}": asset.checksum for asset in library.assets.values()}
    found |= {f"sha1hex:{asset.name}": base64.b64decode(asset.checksum).hex() for asset in library.assets.values()}
    found |= {f"album:{album.name}": album.id for album in library.albums.values()}
    found |= {f"person:{person.name}": person.id for person in library.people.values()}
    found |= {f"tag:{tag.value}": tag.id for tag in library.tags.values()}
    found |= {f"user:{user.email}": user.id for user in library.users.values()}
    if library.links:
        found["linkkey"] = next(iter(library.links))
    return found
