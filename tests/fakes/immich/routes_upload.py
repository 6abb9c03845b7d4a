"""Uploads: multipart, known by checksum, with a sidecar; and the question which of them are known already."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.immich import dates
from tests.fakes.immich.model import Asset, make_id
from tests.fakes.immich.refusal import Refusal, invalid
from tests.fakes.immich.routing import ANY, Answer, Call, Json, route
from tests.fakes.immich.scanning import MIMES, link_live, read_facts


@dataclass(slots=True)
class Form:
    """A multipart body: texts by name, files by name with their file names."""

    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, memoryview]] = field(default_factory=dict)


def read_form(content_type: str, body: bytes) -> Form:
    """The parts of the body; views on it, not copies."""
    form = Form()
    found = re.search(r'boundary="?([^";]+)', content_type)
    if found is None:
        raise Refusal(400, "Multipart: Boundary not found")
    mark = b"--" + found[1].encode()
    view, start = memoryview(body), body.find(mark) + len(mark)
    while body[start : start + 2] == b"\r\n":
        head_end = body.index(b"\r\n\r\n", start)
        end = body.index(b"\r\n" + mark, head_end)
        head = bytes(body[start:head_end]).decode("utf-8", "replace")
        name = re.search(r'[; ]name="([^"]*)"', head)
        file_name = re.search(r'filename="([^"]*)"', head)
        content = view[head_end + 4 : end]
        if name is not None and file_name is not None:
            form.files[name[1]] = (file_name[1], content)
        elif name is not None:
            form.texts[name[1]] = bytes(content).decode()
        start = end + 2 + len(mark)
    return form


@route("POST", "/assets", "asset.upload", v1=ANY, link=True)
def upload(call: Call) -> Answer:
    announced = call.headers.get("x-immich-checksum")
    if announced and (known := _known(call, _as_base64(announced))):
        return Json({"status": "duplicate", "id": known.id})
    form = read_form(call.headers.get("content-type", ""), call.raw_body)
    name, content = _checked(call, form)
    checksum = base64.b64encode(hashlib.sha1(content).digest()).decode()
    if known := _known(call, checksum):
        return Json({"status": "duplicate", "id": known.id})
    asset = _stored(call, form, name, content, checksum)
    return Json({"id": asset.id, "status": "created"}, status=201)


def _checked(call: Call, form: Form) -> tuple[str, memoryview]:
    for part, (file_name, _) in form.files.items():
        if part not in ("assetData", "sidecarData"):
            raise Refusal(400, f"Unexpected field - {part}")
        if part == "assetData" and Path(file_name).suffix.lower() not in MIMES:
            raise Refusal(400, f"Unsupported file type {file_name}")
    if "assetData" not in form.files:
        raise Refusal(400, "Missing required file: assetData")
    for moment in ("fileCreatedAt", "fileModifiedAt"):
        if moment not in form.texts:
            error = {
                "expected": "string", "code": "invalid_type", "path": [moment],
                "message": "Invalid input: expected ISO 8601 datetime string, received undefined",
            }  # fmt: skip
            raise invalid(call.version, [f"{moment} must be a Date instance", f"{moment} should not be empty"], error)
    for text in ("deviceAssetId", "deviceId"):
        if call.version < 3 and text not in form.texts:
            raise Refusal(400, [f"{text} must be a string", f"{text} should not be empty"])
    name, content = form.files["assetData"]
    if call.version >= 3 and not len(content):
        raise Refusal(400, "File is empty")
    return form.texts.get("filename") or name, content


def _stored(call: Call, form: Form, name: str, content: memoryview, checksum: str) -> Asset:
    library, user = call.library, call.me
    asset_id = make_id("upload", f"{user.id}/{checksum}")
    folder = library.folder / "upload" / user.id
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{asset_id}{Path(name).suffix.lower()}"
    file.write_bytes(content)
    path = f"/data/upload/{user.id}/{asset_id[:2]}/{asset_id[2:4]}/{file.name}"
    asset = Asset(asset_id, user.id, name, path, checksum, dates.parse_ms(form.texts["fileCreatedAt"]), None)
    asset.modified_ms = dates.parse_ms(form.texts["fileModifiedAt"])
    sidecar = form.files.get("sidecarData")
    read_facts(library, asset, file, sidecar=bytes(sidecar[1]) if sidecar else None)
    asset.favourite = form.texts.get("isFavorite") == "true"
    asset.visibility = form.texts.get("visibility", "timeline")
    asset.live_video_id = form.texts.get("livePhotoVideoId")
    library.add_asset(asset)
    link_live(library, asset)
    return asset


def _as_base64(checksum: str) -> str:
    return checksum if len(checksum) == 28 else base64.b64encode(bytes.fromhex(checksum)).decode()


def _known(call: Call, checksum: str) -> Asset | None:
    """An upload of mine with these bytes, in the trash or not; files of external libraries do not count."""
    return next(
        (
            asset for asset in call.library.assets.values()
            if asset.checksum == checksum and asset.owner_id == call.me.id and asset.library_id is None
        ),
        None,
    )  # fmt: skip


@route("POST", "/assets/bulk-upload-check", "asset.upload", v1=ANY)
def bulk_upload_check(call: Call) -> Answer:
    return Json({"results": [_judged(call, one) for one in (call.body or {}).get("assets", [])]})


def _judged(call: Call, one: dict[str, Any]) -> dict[str, Any]:
    known = _known(call, _as_base64(one["checksum"]))
    if known is None:
        return {"id": one["id"], "action": "accept"}
    return {
        "id": one["id"], "action": "reject", "reason": "duplicate", "assetId": known.id, "isTrashed": known.trashed,
    }  # fmt: skip
