"""Understands long lists: a limit, an opaque cursor that belongs to one list, and a Link to the next page (RFC 8288).

A cursor is not a secret and not signed: it holds only where to go on, is validated as any other input, and the
caller's scope is judged again on every page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from shared.runtime.http import codes
from shared.runtime.http.strict_json import parse
from shared.runtime.refusals import Refusal

MOST = 200
HABIT = 50
_LONGEST = 600

Step = str | int

EARLIEST, LATEST = datetime(1949, 10, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Instants that anybody may name: none of them leaves the calendar in another zone, where no database could take it."""


def encode(listing: str, steps: Sequence[Step]) -> str:
    """A cursor of the list named ``listing`` that goes on after ``steps`` (the sort key of the last row shown)."""
    text = json.dumps([listing, *steps], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(listing: str, cursor: str, kinds: Sequence[type]) -> tuple[Step, ...]:
    """What :func:`encode` was given. 400 when it is not a cursor of this list with steps of these kinds."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        value = parse(raw)
    except (ValueError, binascii.Error, Refusal):
        raise codes.CURSOR.refuse() from None
    if not isinstance(value, list) or value[:1] != [listing] or [type(step) for step in value[1:]] != list(kinds):
        raise codes.CURSOR.refuse()
    if encode(listing, value[1:]) != cursor:
        raise codes.CURSOR.refuse()
    return tuple(value[1:])


def instant(step: Step) -> datetime:
    """An instant of a cursor; 400 where it is none, or none that a list of ours could hold."""
    try:
        found = datetime.fromisoformat(str(step))
    except ValueError:
        raise codes.CURSOR.refuse() from None
    if found.tzinfo is None or not EARLIEST <= found <= LATEST:
        raise codes.CURSOR.refuse()
    return found


@dataclass(frozen=True)
class Page:
    """One page that was asked for: at most ``limit`` rows, after ``cursor`` (empty: from the beginning)."""

    request: Request
    limit: int
    cursor: str

    def after(self, listing: str, kinds: Sequence[type]) -> tuple[Step, ...] | None:
        """Where to go on, or None for the first page."""
        return decode(listing, self.cursor, kinds) if self.cursor else None

    def link(self, listing: str, steps: Sequence[Step] | None) -> dict[str, str]:
        """The Link header to the next page; empty where ``steps`` is None because there is none."""
        if steps is None:
            return {}
        kept = [(name, value) for name, value in self.request.query_params.multi_items() if name != "cursor"]
        query = urlencode([*kept, ("cursor", encode(listing, steps))])
        return {"Link": f'<{self.request.url.path}?{query}>; rel="next"'}


def page(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows on a page.")] = HABIT,
    cursor: Annotated[str, Query(max_length=_LONGEST, description="From the Link header of the page before.")] = "",
) -> Page:
    return Page(request, limit, cursor)


Paged = Annotated[Page, Depends(page)]
