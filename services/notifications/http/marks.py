"""Understands how a page of messages says where it ended, and how the next one begins there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from services.notifications.views import Mark
from shared.runtime.http import Page, codes

EARLIEST, LATEST = datetime(1949, 10, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""Instants that can be asked about: none of them leaves the calendar in another zone."""


class Row(Protocol):
    @property
    def message_id(self) -> str: ...

    @property
    def composed_at(self) -> datetime: ...


R = TypeVar("R", bound=Row)


def mark(page: Page, listing: str) -> Mark | None:
    """Where to go on; raises 400 for what is no cursor of this list."""
    steps = page.after(listing, (str, str))
    if steps is None:
        return None
    try:
        composed_at = datetime.fromisoformat(str(steps[0]))
    except ValueError:
        raise codes.CURSOR.refuse() from None
    if composed_at.tzinfo is None or not EARLIEST <= composed_at <= LATEST:
        raise codes.CURSOR.refuse()
    return Mark(composed_at, str(steps[1]))


def cut(page: Page, listing: str, rows: Sequence[R]) -> tuple[list[R], dict[str, str]]:
    """The page's rows, and the Link header to the next page; ``rows`` may hold one row more."""
    shown = list(rows[: page.limit])
    if len(rows) <= page.limit:
        return shown, {}
    return shown, page.link(listing, (shown[-1].composed_at.isoformat(), shown[-1].message_id))
