"""Understands versions on the wire: an ETag is the stream's version, strong (RFC 9110 section 8.8.3)."""

from __future__ import annotations

import re

from starlette.datastructures import Headers

from shared.runtime.http import codes

_TAG = re.compile(r'"(0|[1-9][0-9]{0,17})"', re.ASCII)


def etag(version: int) -> str:
    """``"7"`` for version 7."""
    return f'"{version}"'


def expected_version(headers: Headers) -> int:
    """The version that If-Match asks for. 428 without one, 400 when it is not one of ours, 412 for a weak one."""
    given = headers.getlist("if-match")
    if not given:
        raise codes.IF_MATCH_MISSING.refuse()
    if given[0].startswith("W/"):
        # Strong comparison is required here (RFC 9110 section 13.1.1): a weak tag never matches.
        raise codes.STALE.refuse()
    match = _TAG.fullmatch(given[0].strip())
    if len(given) > 1 or match is None:
        raise codes.IF_MATCH_INVALID.refuse()
    return int(match[1])


def check_version(expected: int | None, present: int) -> None:
    """Raises 412 where a version was asked for and the stream has another."""
    if expected is not None and expected != present:
        raise codes.STALE.refuse(headers={"ETag": etag(present)})


def unchanged(headers: Headers, version: int) -> bool:
    """Whether If-None-Match names this version: then the answer is 304 (RFC 9110 section 13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag(version) in tags or tags == ["*"]
