"""Album templates: what they name, and why some are refused when they are set."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import UsageError
from sync.ingest.group import Role
from sync.ingest.templates import AlbumFacts, parse

FACTS = AlbumFacts(
    created=datetime(2024, 5, 1, 23, 30), taken=datetime(2024, 5, 2, 5, 30), folder="Summer", camera="Apple iPhone 13"
)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("iCloud Photos", "iCloud Photos"), ("[adjusted]:iCloud", "iCloud"), ("iCloud/{:%Y/%m}", "iCloud/2024/05"),
        ("{:%Y}/{:%m}", "2024/05"), ("{taken:%d.%m.%Y}", "02.05.2024"), ("{created:%d}", "01"),
        ("{folder} ({camera})", "Summer (Apple iPhone 13)"), ("{{curly}} {:100%% %Y}", "{curly} 100% 2024"),
        ("[original, Adjusted]: a: b", "a: b"),
    ],
)  # fmt: skip
def test_what_a_template_names(template: str, name: str) -> None:
    assert parse(template).name(FACTS) == name


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("", "has no name"), ("[adjusted]:", "has no name"), ("[adjusted]iCloud", "followed by a colon"),
        ("[adjustd]:x", "Did you mean 'adjusted'"), ("[live]:x", "is not a size"), ("[stacked]:x", "a stack is shown"),
        ("[]:x", "is not a size"), ("{0:%Y}", "write {:%Y}"), ("{}", "needs a format"), ("{taken}", r"{taken:%Y/%m}"),
        ("{camra}", "Did you mean 'camera'"), ("{folder:%Y}", "takes no format"), ("a { b", "stands alone"),
        ("{:%Q}", "%Q is no part"), ("{:Y}", "no part of a date"), ("{:%}", "is no part"), ("a\x00b", "control"),
        ("{taken.__class__:%Y}", "there is no"), ("x" * 300, "longer"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_work_is_refused_with_the_reason(template: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(template)
    assert why in refused.value.sentence and refused.value.sentence.endswith(".")


def test_a_photo_that_lacks_a_fact_goes_into_no_such_album() -> None:
    template = parse("{camera}/{taken:%Y}")
    assert template.name(AlbumFacts(camera="x")) is None and template.missing(AlbumFacts(camera="x")) == "taken"
    assert parse("plain").name(AlbumFacts()) == "plain"


def test_sizes_choose_whose_files_go_in() -> None:
    assert [role.value for role in Role if parse("[adjusted, thumb]:x").takes(role)] == ["adjusted", "thumb"]
    assert all(parse("x").takes(role) for role in Role)


@given(st.text(max_size=20) | st.text("{}[]:%YmTaken created", max_size=20))
def test_any_text_is_refused_or_names_something(text: str) -> None:
    try:
        template = parse(text)
    except UsageError:
        return
    name = template.name(FACTS)
    assert name is not None
