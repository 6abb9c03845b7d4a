"""Jobs on single assets: their metadata is read from the file again, at once where a real server does it soon."""

from __future__ import annotations

from tests.fakes.immich.access import asset_for
from tests.fakes.immich.refusal import not_one_of
from tests.fakes.immich.routing import ANY, Answer, Call, Empty, route

_JOBS = ["refresh-faces", "refresh-metadata", "regenerate-thumbnail", "transcode-video"]


@route("POST", "/assets/jobs", "job.create", v1=ANY)
def asset_jobs(call: Call) -> Answer:
    body = call.body or {}
    if body.get("name") not in _JOBS:
        raise not_one_of(call.version, "name", _JOBS)
    assets = [asset_for(call, asset_id, "asset.update") for asset_id in body.get("assetIds", ())]
    for asset in assets:
        if body["name"] == "refresh-metadata" and asset.original is not None:
            stat = asset.original.path.stat()
            asset.size_bytes = asset.original.size_bytes()
            asset.modified_ms = stat.st_mtime_ns // 1_000_000
            call.library.touch(asset)
    return Empty()
