"""Versions on the wire: what is sent, what is asked for, and what is not read again."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from shared.runtime.http import check_version, etag, unchanged
from shared.runtime.refusals import Refusal


@pytest.mark.parametrize(
    ("header", "same"),
    [
        ('"7"', True),
        ('W/"7"', True),
        ('"6", "7"', True),
        ("*", True),
        ('"70"', False),
        ("7", False),
        ("", False),
        ('"6"', False),
    ],
)
def test_what_the_reader_has_is_not_sent_again(header: str, same: bool) -> None:
    assert unchanged(Headers({"If-None-Match": header}), 7) is same


def test_nothing_asked_is_nothing_known() -> None:
    assert not unchanged(Headers({}), 7)


def test_a_version_that_moved_is_stale_and_tells_the_present_one() -> None:
    check_version(None, 5)
    check_version(5, 5)
    with pytest.raises(Refusal, match="stale_version") as caught:
        check_version(4, 5)
    assert caught.value.headers == {"ETag": etag(5)}
