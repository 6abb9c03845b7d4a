"""External libraries, for admins: listed, checked, counted, and scanned for real where a test owns the folder."""

from __future__ import annotations

from typing import Any

from tests.fakes.immich import dates
from tests.fakes.immich.model import ExternalLibrary
from tests.fakes.immich.refusal import Refusal
from tests.fakes.immich.routing import ANY, Answer, Call, Empty, Json, route, uuid_of
from tests.fakes.immich.scanning import scan


def _library_shape(library: ExternalLibrary) -> dict[str, Any]:
    """assetCount is always 0, as on all three real servers."""
    stamp = dates.top(library.created_ms)
    return {
        "id": library.id,
        "ownerId": library.owner_id,
        "name": library.name,
        "createdAt": stamp,
        "updatedAt": stamp,
        "refreshedAt": stamp,
        "assetCount": 0,
        "importPaths": library.import_paths,
        "exclusionPatterns": library.exclusions,
    }


def _library(call: Call) -> ExternalLibrary:
    library = call.library.libraries.get(uuid_of(call))
    if library is None:
        raise Refusal(400, "Library not found")
    return library


@route("GET", "/libraries", "library.read", admin=True)
def list_libraries(call: Call) -> Answer:
    return Json([_library_shape(library) for library in call.library.libraries.values()])


@route("GET", "/libraries/:id", "library.read", admin=True)
def get_library(call: Call) -> Answer:
    return Json(_library_shape(_library(call)))


@route("GET", "/libraries/:id/statistics", "library.statistics", admin=True)
def library_statistics(call: Call) -> Answer:
    library = _library(call)
    inside = [a for a in call.library.assets.values() if a.library_id == library.id and not a.trashed]
    photos = sum(a.kind == "IMAGE" for a in inside)
    usage = sum(a.size_bytes for a in inside)
    return Json({"photos": photos, "videos": len(inside) - photos, "usage": usage, "total": len(inside)})


@route("POST", "/libraries/:id/scan", "library.update", admin=True)
def scan_library(call: Call) -> Answer:
    """A real server scans a little later; here it is done when this is answered, unless scans are held back."""
    library = _library(call)
    if call.library.scans_held:
        call.library.scans_waiting.append(library.id)
    else:
        scan(call.library, library)
    return Empty()


@route("POST", "/libraries/:id/validate", "all", v1=ANY, admin=True)
def validate_library(call: Call) -> Answer:
    _library(call)
    paths = (call.body or {}).get("importPaths", [])
    return Json({"importPaths": [_judged(call, path) for path in paths]})


def _judged(call: Call, path: str) -> dict[str, Any]:
    message = None
    if not path.startswith("/"):
        message = f"Import path must be absolute, try /srv//v{call.version}/server/{path}"
    elif path.startswith("/data"):
        message = "Cannot use media upload folder for external libraries"
    elif not call.library.on_disk(path).is_dir() and path not in call.library.mounted:
        message = "Path does not exist (ENOENT)"
    judged: dict[str, Any] = {"importPath": path, "isValid": message is None}
    return judged if message is None else judged | {"message": message}


