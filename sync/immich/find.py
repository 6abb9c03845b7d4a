"""Photos by what they are: searches for the rules of smart albums, page by page, proved whole or refused.

A search that is not proved whole raises Incomplete after its last page, and then nothing may be concluded of it: half
of a library looks exactly like a library of which half was deleted. Proof is search/statistics with the same filter
before and after; what it cannot count (file names, paths) is not asked for here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from sync.counted import counted as in_words
from sync.errors import Incomplete, SchemaDrift, UsageError
from sync.immich.answers import AnyAsset, FoundIds
from sync.immich.convert import to_asset
from sync.immich.decoding import decode
from sync.immich.facts import Asset, Details, Found
from sync.immich.searches import PAGE_SIZE, count_found
from sync.immich.shapes import Shapes
from sync.immich.transport import Transport, in_path
from sync.immich.unchanged import counted

Question = Mapping[str, Any]
"""The body of one search; it names its visibility."""
Page = list[Found]

_LISTED = "The server listed {number} {number:photo|photos}, but counts {all}."
_HEAD_SECONDS = 60.0
_SPARE_PAGES = 3
_SPHERE = "EQUIRECTANGULAR"


class _Exif(msgspec.Struct, rename="camel", gc=False):
    exif_image_width: float | None
    exif_image_height: float | None
    orientation: str | None
    projection_type: str | None


class _Item(msgspec.Struct, rename="camel", gc=False):
    exif_info: _Exif


class _Items(msgspec.Struct):
    items: list[_Item]


class _Measured(msgspec.Struct):
    """What only some rules ask of a page."""

    assets: _Items


class _RawItems(msgspec.Struct):
    items: list[dict[str, Any]]


class _Raw(msgspec.Struct):
    assets: _RawItems


def find(
    transport: Transport, shapes: Shapes, question: Question, *, measured: bool, keys: Collection[str],
    told: Callable[[str], None],
) -> Iterator[Page]:  # fmt: skip
    """Every photo that the search finds, each once. `measured`: with its size; `keys`: with these of Immich's own;
    `told` is given a token of before, by which it can be proved later that nothing changed.

    Raises Incomplete after the last page; UsageError where this version's photos have no such key.
    """
    found = counted(transport, question)
    if found is None:
        raise Incomplete("The key lacks the permission asset.statistics, so that no list is known to be whole.")
    before, token = found
    seen: set[str] = set()
    # 1.x and 2.x order by time alone: one repetition fills the gaps that equal times may leave between pages.
    for _ in range(1 if shapes.embedded is None else 2):
        for page in _pages(transport, shapes, question, before, measured=measured, keys=keys):
            fresh = [one for one in page if one.asset.id not in seen]
            seen.update(one.asset.id for one in fresh)
            yield fresh
        if len(seen) >= before:
            break
    after = count_found(transport, [dict(question)])
    if after != before:
        raise Incomplete(f"The server counted {before} before its photos were listed and {after} after.")
    if len(seen) != after:
        raise Incomplete(in_words(_LISTED, number=len(seen), all=after))
    if token is not None:
        told(token)


def _pages(
    transport: Transport, shapes: Shapes, question: Question, count: int, *, measured: bool, keys: Collection[str]
) -> Iterator[Page]:
    most = count // PAGE_SIZE + _SPARE_PAGES
    number = 1
    while True:
        body = {**question, "withExif": True, "withPeople": True, "page": number, "size": PAGE_SIZE}
        content = transport.ask(
            "POST", "/search/metadata", what="a search", body=body, head_seconds=_HEAD_SECONDS
        ).content()
        page = decode(content, shapes.found, what="a search").assets
        yield _found(page.items, content, measured=measured, keys=keys)
        if page.next_page is None:
            return
        number += 1
        if page.next_page != str(number) or number > most:
            raise Incomplete(f"Page {number - 1} of a search is followed by page {page.next_page}.")


def _found(items: list[Any], content: bytes, *, measured: bool, keys: Collection[str]) -> Page:
    if not all(item.exif_info for item in items):
        raise SchemaDrift("The server's answer for a search has no 'exifInfo'.", field="assets.items[].exifInfo")
    assets = [to_asset(item, {}) for item in items]
    if not measured and not keys:
        return [Found(asset=asset) for asset in assets]
    sizes = decode(content, _Measured, what="a search").assets.items if measured else [None] * len(items)
    told = _keys(content, keys) if keys else [{}] * len(items)
    return [
        _whole(asset, item, size.exif_info if size else None, known)
        for asset, item, size, known in zip(assets, items, sizes, told, strict=True)
    ]


def _whole(asset: Any, item: AnyAsset, exif: _Exif | None, keys: dict[str, Any]) -> Found:
    width, height = upright(item.width, item.height, exif) if exif else (0, 0)
    sphere = exif is not None and exif.projection_type == _SPHERE
    wide = width >= 2 * height > 0 or height >= 2 * width > 0
    return Found(asset=asset, width=width, height=height, panorama=sphere or wide, keys=keys)


def upright(width: int | None, height: int | None, exif: _Exif) -> tuple[int, int]:
    """The picture's size as it is looked at: as the server says, in 1.x from the stored size and its orientation."""
    if width and height:
        return width, height
    stored = int(exif.exif_image_width or 0), int(exif.exif_image_height or 0)
    return (stored[1], stored[0]) if exif.orientation in ("5", "6", "7", "8") else stored


def _keys(content: bytes, keys: Collection[str]) -> list[dict[str, Any]]:
    items = decode(content, _Raw, what="a search").assets.items
    for key in keys:
        if items and not any(key in item for item in items):
            raise UsageError(f"The photos of this version of Immich have no key {key!r}.")
    return [{key: _plain(item.get(key)) for key in keys} for item in items]


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else None


def find_ids(transport: Transport, questions: list[Question]) -> frozenset[str]:
    """The ids that searches find, all together; proved as in `find`."""
    found: set[str] = set()
    for question in questions:
        before = count_found(transport, [dict(question)])
        if before is None:
            raise Incomplete("The key lacks the permission asset.statistics, so that no list is known to be whole.")
        mine = _ids(transport, question, before)
        if len(mine) != before or count_found(transport, [dict(question)]) != before:
            raise Incomplete(in_words(_LISTED, number=len(mine), all=before))
        found |= mine
    return frozenset(found)


def _ids(transport: Transport, question: Question, count: int) -> set[str]:
    mine: set[str] = set()
    # Twice where equal times fell between pages.
    for _ in range(2):
        for number in range(1, count // PAGE_SIZE + 2):
            body = {**question, "page": number, "size": PAGE_SIZE}
            items = transport.read(
                "POST", "/search/metadata", FoundIds, what="a search", body=body, head_seconds=_HEAD_SECONDS
            ).assets.items
            mine.update(item.id for item in items)
        if len(mine) >= count:
            break
    return mine


def find_alike(transport: Transport, text: str, top: int) -> frozenset[str]:
    """The first `top` that smart search finds; NotAvailable where the server has none."""
    body = {"query": text, "size": top, "page": 1}
    path, what = "/search/smart", "smart search"
    found = transport.read("POST", path, FoundIds, what=what, body=body, head_seconds=_HEAD_SECONDS)
    return frozenset(item.id for item in found.assets.items)


def find_named(transport: Transport, shapes: Shapes, file_name: str) -> list[Asset]:
    """One page of those whose file name contains this."""
    body = {"originalFileName": file_name, "withExif": True, "withPeople": True, "page": 1, "size": PAGE_SIZE}
    page = transport.read("POST", "/search/metadata", shapes.found, what="a search", body=body).assets
    return [to_asset(item, {}) for item in page.items]


def look_up(transport: Transport, shapes: Shapes, asset_id: str) -> tuple[Found, Details]:
    """One asset with all its keys and its tags, whether lists show it or not. Raises NotAvailable."""
    what = f"asset {asset_id}"
    content = transport.ask("GET", f"/assets/{in_path(asset_id)}", what=what).content()
    item, size = decode(content, shapes.whole, what=what), decode(content, _Item, what=what)
    keys = {key: _plain(value) for key, value in decode(content, dict[str, Any], what=what).items()}
    found = _whole(to_asset(item, {}), item, size.exif_info, keys)
    return found, Details(tags=tuple(sorted(tag.value for tag in item.tags)), people=found.asset.people)
