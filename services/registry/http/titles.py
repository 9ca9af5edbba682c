"""Understands what anybody may ask of the record: the list on any day, one title by its number, and its history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from services.registry.domain.entry import Entry, Status, status_on
from services.registry.domain.errors import NotOnRecord
from services.registry.domain.numbering import read_number
from services.registry.handlers import ENTRY, Numbers
from services.registry.http.asked import MISTYPED
from services.registry.views import PAGE_LIMIT, Happening, Happenings, TitleMark, TitleRow, Titles, TitlesWanted
from shared.identifiers import region_stem
from shared.runtime.clock import SHANGHAI, Clock, local_day
from shared.runtime.http import Accepts, Page, Paged, Public, codes, etag, router
from shared.runtime.http.parts import parts_of
from shared.runtime.http.sheet import ROWS_AT_MOST, SECONDS_AT_MOST, TOO_MANY_ROWS, Cell, sheet
from shared.runtime.http.workbook import workbook
from shared.runtime.ports import Loaded, Streams

LISTING = "titles"
EARLIEST, LATEST = date(1949, 10, 1), date(9998, 12, 31)
"""Days that can be asked about: none of them leaves the calendar when a zone or a day is added."""

HEADINGS = {
    "case_id": "案件编号 case",
    "number": "编号 number",
    "programme": "办法 programme",
    "holder_uscc": "统一社会信用代码 USCC",
    "holder_name": "单位名称 holder",
    "holder_region": "单位地区 holder's region",
    "holder_level": "单位层级 holder's level",
    "title_zh": "称号 title",
    "title_en": "称号（英文） title in English",
    "issuer_region": "发证机关地区 issuer's region",
    "issuer_name": "发证机关 issuer",
    "valid_from": "有效期起 valid from",
    "valid_to": "有效期止 valid to",
    "decided_at": "认定时间 decided at",
    "entered_at": "登记时间 entered at",
    "status": "状态 status",
    "revoked_on": "撤销日期 revoked on",
    "revoked_at": "撤销登记时间 revocation entered at",
    "ground": "撤销情形 ground",
    "clause": "撤销条款 clause",
    "reason": "撤销理由 reason",
}
"""Columns of the workbook, for people; the CSV's are the fields' names, for programs."""

WHY = "the list of titles and each title's standing are published by law; no personal data is in them"


@dataclass(frozen=True)
class TitlePage:
    """A page of the list as it was on ``on``, as the registry knew it at the end of ``known_on``."""

    on: date
    known_on: date | None
    items: list[TitleRow]


@dataclass(frozen=True)
class TitleHistory:
    number: str
    holder_name: str
    status: Status
    happenings: list[Happening]


@dataclass(frozen=True)
class Verification:
    """What a number on a certificate is worth on a day."""

    result: Literal["active", "pending", "lapsed", "revoked", "unknown", "mistyped"]
    on: date
    title: TitleRow | None


def wanted(
    request: Request,
    programme: Annotated[str, Query(max_length=200, description="Programme id, or id@sha256:digest.")] = "",
    region: Annotated[str, Query(pattern="^[0-9A-Za-z]{0,6}$", description="Holder's region, and all in it.")] = "",
    status: Status | None = None,
    name: Annotated[str, Query(max_length=50, description="Part of the holder's name.")] = "",
    holder: Annotated[str, Query(max_length=18, description="Holder's USCC.")] = "",
    on: Annotated[date | None, Query(ge=EARLIEST, le=LATEST, description="As of this day; today where empty.")] = None,
    known_on: Annotated[date | None, Query(ge=EARLIEST, le=LATEST, description="As known at the end of it.")] = None,
) -> TitlesWanted:
    known = None if known_on is None else _day_after(known_on)
    stem = region_stem(region) if len(region) == 6 else region
    day = on or local_day(parts_of(request).clock.now())
    return TitlesWanted(day, known, programme, stem, status, name.strip(), holder)


Wanted = Annotated[TitlesWanted, Depends(wanted)]


Day = Annotated[date | None, Query(ge=EARLIEST, le=LATEST)]


def title_routes(titles: Titles, numbers: Numbers, streams: Streams, happenings: Happenings, clock: Clock) -> APIRouter:
    """Everything that the public may read."""
    routes = router(tags=["titles"])

    @routes.get("/titles")
    @Public(WHY)
    async def listed(wanted: Wanted, page: Paged, response: Response) -> TitlePage:
        rows = list(await titles.page(wanted, _mark(page), page.limit + 1))
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        steps = None if last is None else (last.valid_from.isoformat(), last.number)
        response.headers.update(page.link(LISTING, steps))
        known_on = None if wanted.known_before is None else local_day(wanted.known_before) - timedelta(days=1)
        return TitlePage(wanted.on, known_on, rows[: page.limit])

    @routes.get("/titles.csv", response_class=StreamingResponse)
    @Accepts(seconds=SECONDS_AT_MOST)
    @Public(WHY)
    async def exported(wanted: Wanted) -> StreamingResponse:
        # What is entered while the file is being written is left out of it; what was known this instant is in it.
        fixed = replace(wanted, known_before=wanted.known_before or clock.now() + timedelta(microseconds=1))
        rows = await titles.count(fixed, ROWS_AT_MOST + 1)
        if rows > ROWS_AT_MOST:
            raise TOO_MANY_ROWS.refuse()
        head = [field.name for field in fields(TitleRow)]
        return sheet(f"titles-{wanted.on}", head, _pages(titles, fixed), rows)

    @routes.get("/titles.xlsx", response_class=StreamingResponse)
    @Accepts(seconds=SECONDS_AT_MOST)
    @Public(WHY)
    async def as_workbook(wanted: Wanted) -> StreamingResponse:
        """The list as a workbook, where people live in Excel; at most 20,000 rows."""
        fixed = replace(wanted, known_before=wanted.known_before or clock.now() + timedelta(microseconds=1))
        head = [HEADINGS.get(field.name, field.name) for field in fields(TitleRow)]
        return await workbook(f"titles-{wanted.on}", head, _pages(titles, fixed))

    @routes.get("/titles/{number}")
    @Public(WHY)
    async def one(number: str, response: Response, on: Day = None) -> TitleRow:
        loaded = await _loaded(number)
        response.headers["ETag"] = etag(loaded.version)
        response.headers["Cache-Control"] = "no-cache"
        return row_of(loaded.state, on or local_day(clock.now()))

    @routes.get("/titles/{number}/history")
    @Public(WHY)
    async def told(number: str, response: Response) -> TitleHistory:
        loaded = await _loaded(number)
        response.headers["ETag"] = etag(loaded.version)
        row = row_of(loaded.state, local_day(clock.now()))
        return TitleHistory(row.number, row.holder_name, row.status, await happenings.of(row.case_id))

    @routes.get("/verify/{number}")
    @Public("whoever holds a certificate may check it")
    async def verified(number: str, response: Response, on: Day = None) -> Verification:
        response.headers["Cache-Control"] = "no-cache"
        day = on or local_day(clock.now())
        known = read_number(number)
        if known is None:
            return Verification("mistyped", day, None)
        case_id = await numbers.owner(known)
        if case_id is None:
            return Verification("unknown", day, None)
        row = row_of((await streams.load(ENTRY, case_id)).state, day)
        return Verification(row.status, day, row)

    async def _loaded(number: str) -> Loaded[Entry]:
        known = read_number(number)
        if known is None:
            raise MISTYPED.refuse()
        case_id = await numbers.owner(known)
        if case_id is None:
            raise NotOnRecord
        return await streams.load(ENTRY, case_id)

    return routes


def row_of(entry: Entry, day: date) -> TitleRow:
    """A title as the list shows it on a day, folded from its own facts: the caller sees the newest of them."""
    title, status = entry.title, status_on(entry, day)
    if title is None or status is None:
        raise NotOnRecord
    values = {field.name: getattr(title, field.name) for field in fields(TitleRow) if hasattr(title, field.name)}
    row = TitleRow(**values, status=status)
    order = entry.revocation
    if order is None or status != "revoked":
        return row
    return replace(
        row,
        revoked_on=order.revoked_on,
        revoked_at=order.revoked_at,
        ground=order.ground,
        clause=order.clause,
        reason=order.reason,
    )


async def _pages(titles: Titles, wanted: TitlesWanted) -> AsyncIterator[Iterable[tuple[Cell, ...]]]:
    mark: TitleMark | None = None
    while rows := await titles.page(wanted, mark, PAGE_LIMIT):
        yield [astuple(row) for row in rows]
        mark = TitleMark(rows[-1].valid_from, rows[-1].number)


def _mark(page: Page) -> TitleMark | None:
    steps = page.after(LISTING, (str, str))
    if steps is None:
        return None
    try:
        return TitleMark(date.fromisoformat(str(steps[0])), str(steps[1]))
    except ValueError:
        raise codes.CURSOR.refuse() from None


def _day_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
