"""Our reading held against what real servers answered: 1.135.3, 2.7.5 and 3.1.0."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sync.errors import KeyRefused, MantelpieceError, NotAvailable, PermissionMissing
from sync.immich import answers
from sync.immich.decoding import decode
from sync.immich.facts import Version
from sync.immich.refusal import from_status, message_of
from sync.immich.shapes import shapes_of

RECORDINGS = Path(__file__).parents[2] / "contracts" / "recordings"
VERSIONS = {"1.135.3": Version(1, 135, 3), "2.7.5": Version(2, 7, 5), "3.1.0": Version(3, 1, 0)}


def _kinds(version: Version) -> dict[str, Any]:
    shapes = shapes_of(version)
    album = shapes.embedded or shapes.album
    return {
        "album-get": album,
        "album-get-withoutAssets-true": shapes.album,
        "album-get-empty": album,
        "album-get-shared-by-other": album,
        "album-by-shared-link": album,
        "albums-list-all": list[shapes.album],  # type: ignore[name-defined]
        "albums-list-shared_true": list[shapes.album],  # type: ignore[name-defined]
        "search-metadata-withExif": shapes.found,
        "search-metadata-page-beyond": shapes.found,
        "search-metadata-default": answers.FoundIds,
        "search-statistics": answers.Total,
        "asset-get-with-people": shapes.whole,
        "asset-get-with-tags": shapes.whole,
        "asset-get-stacked": shapes.whole,
        "asset-get-archived": shapes.whole,
        "asset-get-external": shapes.whole,
        "asset-get-live-still": shapes.whole,
        "asset-get-of-other-in-shared-album": shapes.whole,
        "asset-get-trashed": shapes.whole,
        "faces-of-asset": list[answers.FaceOfPerson],
        "stacks-list": list[answers.Stack],
        "stacks-by-primary": list[answers.Stack],
        "timeline-buckets": list[answers.Month],
        "timeline-buckets-album": list[answers.Month],
        "timeline-bucket-album": answers.Bucket,
        "timeline-bucket-stacked": answers.BucketStacked,
        "memories-for": list[answers.Memory],
        "people-list": answers.PeoplePage,
        "people-list-page": answers.PeoplePage,
        "shared-link-me": answers.Link,
        "users-me": answers.Me,
        "server-config": answers.Config,
    }


NAMES = sorted(_kinds(Version(2, 7, 5)))


def _recording(version: str, name: str) -> dict[str, Any]:
    path = RECORDINGS / version / f"{name}.json"
    if not path.exists():
        pytest.fail(f"no recording {path}")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_answer_is_read(name: str, version: str) -> None:
    recording = _recording(version, name)
    assert recording["status"] == 200
    decode(json.dumps(recording["answer"]).encode(), _kinds(VERSIONS[version])[name], what=name)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("err-wrong-key", KeyRefused),
        ("err-no-key", KeyRefused),
        ("err-missing-permission", PermissionMissing),
        ("err-album-not-found", NotAvailable),
        ("err-album-malformed", NotAvailable),
        ("err-asset-not-found", NotAvailable),
        ("err-unknown-route", NotAvailable),
        ("original-unknown", NotAvailable),
    ],
)
def test_a_recorded_refusal_is_understood(name: str, error: type[MantelpieceError], version: str) -> None:
    recording = _recording(version, name)
    body = json.dumps(recording["answer"]).encode()
    found = from_status(
        recording["status"],
        content_type=recording["answer_headers"]["Content-Type"],
        message=message_of(body),
        what="album 1",
        retry_after=None,
    )
    assert type(found) is error
    assert ("it was deleted" in found.sentence) == (error is NotAvailable and name != "err-unknown-route")
    if error is PermissionMissing:
        assert found.facts["permission"] == "album.read"
    assert bool(found.facts.get("no_such_route")) == (name == "err-unknown-route")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_refusal_of_a_field_says_which(version: str) -> None:
    answer = _recording(version, "search-metadata-size-1001")["answer"]
    assert "size" in message_of(json.dumps(answer).encode())


@pytest.mark.parametrize("errors", [None, 3, [], [3, None], [{}], [{"path": 3, "message": 4}], {"path": []}])
def test_a_refusal_of_any_form_has_a_message(errors: object) -> None:
    body = json.dumps({"message": "Validation failed", "errors": errors}).encode()
    assert message_of(body).startswith("Validation failed")
