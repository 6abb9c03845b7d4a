"""search/metadata, search/random and search/statistics."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec

from tests.fakes.immich import query
from tests.fakes.immich.model import Asset
from tests.fakes.immich.refusal import Refusal
from tests.fakes.immich.routing import ANY, Answer, Call, Json, route
from tests.fakes.immich.shapes import asset_shape

_PAGING = ("page", "size", "withExif", "withPeople")


def _found(call: Call, wanted: dict[str, Any], *, albums_of_others: bool, even_page: bool = False) -> list[Asset]:
    """The whole result, remembered per revision: a listing of a hundred pages is searched once.

    v1 and v2 have no tie-break, so equal times may come in another order on the next page: here they do,
    on even pages, and an asset repeats while another is missing.
    """
    filters = {key: value for key, value in wanted.items() if key not in _PAGING}
    viewer = call.link.key if call.link else call.me.id
    question = (call.version, viewer, albums_of_others, json.dumps(filters, sort_keys=True))
    found: list[Asset] = call.library.remember(
        question, lambda: query.matching(call, wanted, albums_of_others=albums_of_others)
    )
    if even_page and call.version < 3:
        newest_first = wanted.get("order", "desc") == "desc"

        def other_ties() -> list[Asset]:
            by_id = sorted(found, key=lambda a: a.id, reverse=not newest_first)
            return sorted(by_id, key=lambda a: a.taken_ms, reverse=newest_first)

        reordered: list[Asset] = call.library.remember((*question, "even"), other_ties)
        return reordered
    return found


def _shapes(call: Call, wanted: dict[str, Any], assets: list[Asset]) -> list[dict[str, Any]]:
    with_exif, with_people = wanted.get("withExif", False), wanted.get("withPeople", False)
    # 1.135 joins the faces for the filter and then writes them too.
    with_people = with_people or (call.version == 1 and bool(wanted.get("personIds")))
    return [
        asset_shape(call.library, a, call.version, "search", with_exif=with_exif, with_people=with_people)
        for a in assets
    ]


@route("POST", "/search/metadata", "asset.read", v1=ANY, link=(False, False, True))
def search_metadata(call: Call) -> Answer:
    wanted = query.read(call)
    size, page = wanted.get("size", 250), wanted.get("page", 1)
    found = _found(call, wanted, albums_of_others=True, even_page=page % 2 == 0)
    start = (page - 1) * size
    items = found[start : start + size]
    assets = {
        "total": len(items),
        "count": len(items),
        "items": _shapes(call, wanted, items),
        "facets": [],
        "nextPage": str(page + 1) if start + size < len(found) else None,
    }
    albums = {"total": 0, "count": 0, "items": [], "facets": []}
    return Json(encoded=msgspec.json.encode({"albums": albums, "assets": assets}))


@route("POST", "/search/smart", "asset.read", v1=ANY)
def search_smart(call: Call) -> Answer:
    """What `library.looks` says of the text; without it machine learning is off, as in the recordings."""
    looks = call.library.looks
    if looks is None:
        raise Refusal(400, "Smart search is not enabled")
    body = call.body or {}
    found = [call.library.assets[one] for one in looks.get(body["query"], ())][: body.get("size", 100)]
    page = {"total": len(found), "count": len(found), "items": _shapes(call, {}, found), "facets": [], "nextPage": None}
    return Json({"albums": {"total": 0, "count": 0, "items": [], "facets": []}, "assets": page})


@route("POST", "/search/random", "asset.read", v1=ANY)
def search_random(call: Call) -> Answer:
    wanted = query.read(call)
    found = _found(call, wanted, albums_of_others=False)
    chosen = random.sample(found, min(len(found), wanted.get("size", 250)))
    return Json(_shapes(call, wanted, chosen))


@route("POST", "/search/statistics", "asset.statistics", v1=ANY)
def search_statistics(call: Call) -> Answer:
    return Json({"total": len(_found(call, query.read(call), albums_of_others=False))})
