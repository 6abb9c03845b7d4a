"""Old command lines with the plugin's options: what becomes of each, and that nothing secret is repeated."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import UsageError
from sync.ingest.old_options import TakenOver
from sync.ingest.pending import PendingGroup, read_pending
from sync.ingest.take_over import read_command
from sync.settings.ingest import Inbox, Size

LINE = r"""
#!/bin/sh
# every hour
docker run --rm -v /srv/photos:/photos icloudpd/icloudpd:latest icloudpd --username Anna@Example.org \
  --password 'Very Secret' --directory "/photos/icloud/{:%Y}" --folder-structure '{:%Y/%m}' --size original \
  --size adjusted --live-photo-size thumb --cookie-directory /cookies --watch-with-interval 3600 --xmp-sidecar \
  --plugin immich --immich-server-url http://photos.example.org/api --immich-api-key abc123secret \
  --immich-library-id 7f2b --immich-stack-media --immich-favorite adjusted,original \
  --immich-album "[adjusted]:iCloud" --immich-album 'iCloud/{:%Y}/{:%m}' --immich-album '{0:%Y}' \
  --immich-batch-process --immich-scan-timeout 0 --immich-poll-interval=2.5 --associate-live-with-extra-sizes \
  --immich-batch-log-file /cookies/pending.json --immich-proces-existing --auto-delete >> /var/log/x.log 2>&1
"""


def told(found: TakenOver) -> dict[str, tuple[bool, str]]:
    return {line.what: (line.taken, line.told) for line in found.lines}


def test_an_old_command_line_becomes_an_inbox_and_names_every_option() -> None:
    found = read_command(LINE)
    assert found.url == "http://photos.example.org" and found.pending == "/cookies/pending.json"
    (inbox,) = found.inboxes
    assert inbox == {
        "name": "iCloud anna", "way": "library", "folder": "/photos/icloud", "landing": "/photos/icloud.landing",
        "library": "7f2b", "stack": ["adjusted", "medium", "original", "alternative", "thumb"],
        "favourite_sizes": ["adjusted", "original"], "favourite_rating": 5,
        "albums": ["[adjusted]:iCloud", "iCloud/{:%Y}/{:%m}"], "batch": 0, "wait_seconds": 0, "poll_seconds": 2.5,
        "live_sizes": ["adjusted", "alternative", "medium", "thumb"],
        "icloudpd": {
            "account": "anna@example.org", "folder_structure": "{:%Y/%m}", "sizes": ["original", "adjusted"],
            "interval_hours": 1.0, "arguments": ["--auto-delete"],
        },
    }  # fmt: skip
    words = told(found)
    assert words["--immich-album {0:%Y}"][0] is False and "write {:%Y}" in words["--immich-album {0:%Y}"][1]
    assert words["--live-photo-size thumb"][0] is False
    assert words["--immich-batch-process"] == (True, "all at once (the plugin failed where no number followed)")
    assert "Did you mean '--immich-process-existing'" in words["--immich-proces-existing"][1]
    assert words["--immich-api-key"] == (False, "keys are given with 'mantelpiece server add'")
    assert "ecret" not in str(found)
    written = msgspec.convert(inbox, Inbox)
    assert written.stack[0] is Size.ADJUSTED and written.icloudpd.arguments == ("--auto-delete",)


COMPOSE = """
services:
  icloudpd:
    image: icloudpd/icloudpd:1.32.3
    volumes:
      - /srv/photos:/photos
    command:
      - icloudpd
      - --username=bob@example.org
      - "--directory"
      - /photos/My Pictures
      - --size=original
"""
FORMS = {
    "a shell line": "icloudpd -u bob@example.org -d '/photos/My Pictures' --size original",
    "an equals sign": "icloudpd --username=bob@example.org --directory='/photos/My Pictures' --size=original",
    "no program": "--username bob@example.org --directory '/photos/My Pictures' --size original",
    "a JSON list": 'CMD ["icloudpd", "--username", "bob@example.org", "--directory", "/photos/My Pictures"]',
    "a path and a pipe": "/opt/bin/icloudpd -ubob@example.org -d '/photos/My Pictures' | tee log --size thumb",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_of_a_command_line_says_the_same(text: str) -> None:
    (inbox,) = read_command(text).inboxes
    assert inbox["folder"] == "/photos/My Pictures" and inbox["name"] == "iCloud bob"
    assert inbox["icloudpd"] == {"account": "bob@example.org", "sizes": ["original"]}
    assert inbox["favourite_rating"] == 0, "no favourites were wanted"


def test_a_compose_file_is_read_line_by_line() -> None:
    (inbox,) = read_command(COMPOSE.replace("/photos/My Pictures", '"/photos/My Pictures"')).inboxes
    assert inbox["folder"] == "/photos/My Pictures" and inbox["icloudpd"]["account"] == "bob@example.org"


def test_several_accounts_are_several_inboxes_that_share_what_comes_first() -> None:
    found = read_command(
        "icloudpd --size adjusted --immich-library-id L -u a@x.org -d /p/a -u b@x.org -d /p/b --skip-videos"
    )
    assert [(one["name"], one["folder"], one["library"]) for one in found.inboxes] == [
        ("iCloud a", "/p/a", "L"), ("iCloud b", "/p/b", "L"),
    ]  # fmt: skip
    assert [one["icloudpd"].get("videos", True) for one in found.inboxes] == [True, False]
    assert [line.what for line in found.lines].count("--size adjusted") == 1


@pytest.mark.parametrize(
    ("option", "what", "taken", "said"),
    [
        ("--immich-stack-media adjusted,original", "stack", ["adjusted", "original"], "only these sizes"),
        ("--immich-favorite", "favourite_sizes", [size.value for size in Size], "sidecars"),
        ("--favorite-to-rating", "favourite_rating", 0, "kept as stars"),
        ("--favorite-to-rating 1 --immich-favorite", "favourite_rating", 1, "own 5"),
        ("--favorite-to-rating --immich-favorite", "favourite_rating", 5, "kept as stars"),
        ("--immich-batch-process 20", "batch", 20, "one scan"),
        ("--immich-batch-process all", "batch", 0, "all at once"),
        ("--immich-stack-media big", "stack", None, "is none of"),
        ("--immich-album '{wat}'", "albums", None, "there is no {wat}"),
        ("--immich-batch-process many", "batch", None, "is no number"),
        ("--immich-scan-timeout", "wait_seconds", None, "lacks its value"),
        ("--immich-library-id $LIBRARY", "library", None, "names a variable"),
    ],
)
def test_options_with_and_without_a_value(option: str, what: str, taken: object, said: str) -> None:
    found = read_command(f"icloudpd -u a@x.org -d /p {option}")
    assert found.inboxes[0].get(what) == taken
    words = next(line for line in found.lines if line.what.startswith(option.split()[0]))
    assert said in words.told and words.taken is (taken is not None)


@pytest.mark.parametrize("text", ["", "echo hello", "icloudpd", "icloudpd -u 'open"])
def test_what_holds_no_command_line_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_command(text)


def test_without_a_folder_there_is_no_inbox_and_a_word_about_it() -> None:
    found = read_command("icloudpd -u a@x.org --directory photos")
    assert found.inboxes == [] and "set the inbox's folder by hand" in told(found)["--directory photos"][1]


@given(st.text(max_size=60) | st.lists(st.sampled_from(LINE.split()), max_size=30).map(" ".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_command(text)
    except UsageError:
        return
    for inbox in found.inboxes:
        msgspec.convert(inbox, Inbox)


def test_the_old_pending_file_is_read() -> None:
    entry = {
        "photo_id": "AY6x", "files": [{"status": "downloaded", "path": "/photos/IMG_1.HEIC", "size": "original"}],
        "is_favorite": True, "created": "2024-05-01T10:00:00+02:00", "filename": "IMG_1.HEIC",
    }  # fmt: skip
    text = json.dumps([entry, {"photo_id": "x", "files": []}, "no", {"files": [{"path": 3}]}])
    assert read_pending(text) == [PendingGroup("AY6x", ("/photos/IMG_1.HEIC",), True)]
    for wrong in ("", "{}", '{"a": 1}', "[" * 10000):
        with pytest.raises(UsageError, match="pending file"):
            read_pending(wrong)
