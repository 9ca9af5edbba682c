"""Understands what anybody may ask about the regulations: which are in force, what one says, whether one would qualify.

A regulation is public, and everything at its address never changes: caches may keep it for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from services.intake.http.checked import Advice, advice
from shared.programmes.address import canonical
from shared.programmes.catalogue import NoSuchProgramme
from shared.programmes.explain import status_of
from shared.programmes.facts_file import Facts
from shared.programmes.graph import svg
from shared.programmes.life import life_on
from shared.programmes.model import Programme
from shared.runtime.clock import Clock, local_day
from shared.runtime.http import Accepts, Input, Public, router
from shared.runtime.http import codes as edge
from shared.runtime.http.pace import Pace

FOR_EVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
MOST_ANSWERS, MOST_PAPERS, MOST_BYTES = 500, 200, 64 * 1024
CHECKS_A_SECOND, CHECKS_AT_ONCE = 20.0, 60
KEYLESS = "it stores nothing and starts nothing: sent twice, it gives the same advice twice"
Ref = Annotated[
    str,
    Path(pattern="^[a-z][a-z0-9-]{2,63}@sha256:[0-9a-f]{64}$", description="Address: id@sha256:hex."),
]


class Library(Protocol):
    """The library of regulations, as far as anybody may look into it."""

    def get(self, ref: str) -> Programme: ...

    def programmes(self) -> tuple[Programme, ...]: ...

    def open_for_cases(self, programme_id: str, day: date, *, sandbox: bool) -> Programme | None: ...


@dataclass(frozen=True)
class ProgrammeRow:
    """One version of one regulation. ``banner`` must be shown wherever it is not in force. ``life`` is where the text
    stands on the day: draft, published, in_force, closed, repealed or unverified."""

    ref: str
    id: str
    version: str
    kind: str
    title_zh: str
    title_en: str
    region: str
    status: str
    status_zh: str
    status_en: str
    life: str
    in_force: bool
    sandbox_only: bool
    accepts_new_cases: bool
    banner_zh: str
    banner_en: str


@dataclass(frozen=True)
class ProgrammePage:
    date: date
    items: list[ProgrammeRow]


class Enquiry(Input):
    """What somebody would answer. Nothing of it is stored."""

    answers: dict[str, bool | Annotated[str, Field(max_length=20_000)]] = Field(
        default_factory=dict, max_length=MOST_ANSWERS
    )
    documents: tuple[Annotated[str, Field(max_length=64)], ...] = Field(
        (), max_length=MOST_PAPERS, description="Ids of the papers that could be filed, one entry per paper."
    )
    region: Annotated[str, Field(pattern="^([0-9]{6}|[A-Z]{2,12})?$", description="GB/T 2260 code.")] = ""
    level: Annotated[str, Field(max_length=64)] = ""
    kind: Annotated[str, Field(max_length=64)] = ""
    category: Annotated[str, Field(max_length=64)] = ""
    day: Annotated[date | None, Field(description="Day that years are counted to; today if absent.")] = None


def programme_routes(library: Library, clock: Clock, pace: Pace | None = None) -> APIRouter:
    """The regulations, read-only."""
    routes = router(tags=["programmes"])
    checks = pace or Pace(CHECKS_A_SECOND, CHECKS_AT_ONCE)

    @routes.get("/programmes")
    @Public("regulations are public")
    async def listed(
        response: Response,
        on: Annotated[date | None, Query(alias="date", description="Day, YYYY-MM-DD; today if absent.")] = None,
        everything: Annotated[
            bool, Query(alias="all", description="Also drafts, repealed and superseded texts, each with its banner.")
        ] = False,
    ) -> ProgrammePage:
        day = on or local_day(clock.now())
        rows = [_row(each, day) for each in library.programmes()]
        response.headers["Cache-Control"] = A_MINUTE
        return ProgrammePage(day, [row for row in rows if everything or row.in_force])

    @routes.get("/programmes/{ref}")
    @Public("regulations are public")
    async def read(ref: Ref, request: Request) -> Response:
        """The whole regulation as canonical JSON; its SHA-256 after the line ``shifan programme 1`` is the address."""
        return _for_ever(request, _get(library, ref), "application/json", canonical)

    @routes.get("/programmes/{ref}/graph.svg")
    @Public("regulations are public")
    async def drawn(
        ref: Ref,
        request: Request,
        procedure: Annotated[str | None, Query(max_length=64, description="One procedure; all if absent.")] = None,
    ) -> Response:
        programme = _get(library, ref)
        if procedure is not None and procedure not in {each.id for each in programme.procedures}:
            raise edge.NOT_FOUND.refuse()
        return _for_ever(request, programme, "image/svg+xml", lambda each: svg(each, procedure).encode())

    @routes.post("/programmes/{ref}/self-check")
    @Accepts(keyless=KEYLESS, body_bytes=MOST_BYTES)
    @Public("whoever thinks of applying may learn where they stand, without a name")
    async def self_checked(ref: Ref, enquiry: Enquiry) -> Advice:
        checks.take()
        return advice(_get(library, ref), _facts(enquiry, local_day(clock.now())))

    return routes


def _get(library: Library, ref: str) -> Programme:
    try:
        return library.get(ref)
    except NoSuchProgramme:
        raise edge.NOT_FOUND.refuse() from None


def _facts(enquiry: Enquiry, today: date) -> Facts:
    answers = {key: str(value).lower() if isinstance(value, bool) else value for key, value in enquiry.answers.items()}
    return Facts(
        region=enquiry.region,
        level=enquiry.level,
        kind=enquiry.kind,
        category=enquiry.category,
        day=enquiry.day or today,
        answers=answers,
        documents=enquiry.documents,
    )


def _row(each: Programme, day: date) -> ProgrammeRow:
    (status_zh, status_en), banner = status_of(each), each.legal.banner
    return ProgrammeRow(
        ref=each.ref,
        id=each.id,
        version=each.version,
        kind=each.kind,
        title_zh=each.legal.title.zh,
        title_en=each.legal.title.en,
        region=each.region,
        status=each.legal.status if isinstance(each.legal.status, str) else "unset",
        status_zh=status_zh,
        status_en=status_en,
        life=life_on(each, day),
        in_force=each.legal.status == "in_force" and each.legal.in_force.covers(day),
        sandbox_only=each.sandbox_only,
        accepts_new_cases=each.accepts_new_cases,
        banner_zh=banner.zh if banner else "",
        banner_en=banner.en if banner else "",
    )


def _for_ever(request: Request, programme: Programme, media: str, body: Callable[[Programme], bytes]) -> Response:
    """What stands at an address never changes, so the address is its own ETag (RFC 9110 section 8.8.3)."""
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{programme.digest}"'}
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if headers["ETag"] in asked or asked == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body(programme), headers=headers, media_type=media)
