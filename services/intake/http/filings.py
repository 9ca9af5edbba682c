"""Understands how a filing is begun, drawn up, handed in and read over HTTP: everything but applications."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile
from pydantic import Field
from starlette.responses import StreamingResponse

from services.intake.domain import filing_acts as acts
from services.intake.domain.errors import DocumentUnknown, NotDeclared
from services.intake.domain.form_rows import FORM_TYPE, form_content
from services.intake.domain.parts import Applicant, Document
from services.intake.filings import FilingHandlers
from services.intake.http.documents import ROOM, UPLOAD_SECONDS, Sha256, blocks, download
from services.intake.http.filings_shown import (
    PARTIES,
    READERS,
    AwaitedPage,
    FilingPage,
    SelfChecked,
    ShownFiling,
    filer,
    next_awaited,
    next_filing,
    receipt,
    scope_of,
    self_checked,
    shown,
    visible,
    writing,
)
from services.intake.views import Filings
from shared.runtime.clock import Clock
from shared.runtime.files import Files
from shared.runtime.http import (
    Accepts,
    Allow,
    Caller,
    Changing,
    Creating,
    Input,
    Paged,
    answer,
    etag,
    router,
    unchanged,
)
from shared.runtime.ports import Streams

OWN = "applicants their own organisation's; authorities those of their role and region; inspection reads all"
FILES = "whoever may act in the filing: colleagues of the applicant, the same role and region in an authority"
MOST_ROWS = 10_000
FORM_BYTES = 4 * 1024 * 1024
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{32}(\.[1-9][0-9]{0,5})?$", description="Id of the filing.")]
CaseId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the case that waits.")]
FormId = Annotated[str, Path(pattern="^[A-Za-z][A-Za-z0-9_.-]{0,63}$", description="Id of the form.")]
Material = Annotated[str, Path(min_length=1, max_length=64)]


class About(Input):
    """The organisation that the filing is about; an applicant's own."""

    uscc: Annotated[str, Field(min_length=18, max_length=18)]
    name: Annotated[str, Field(min_length=1, max_length=200, description="Registered name.")]
    region: Annotated[str, Field(pattern="^([0-9]{6}|[A-Z]{2,12})$", description="GB/T 2260 code.")]
    level: Annotated[str, Field(min_length=1, max_length=64, description="One of the programme's levels.")]
    kind: Annotated[str, Field(max_length=64, description="One of the programme's kinds of applicant.")] = ""
    category: Annotated[str, Field(max_length=64, description="One of the programme's categories.")] = ""


class NewFiling(Input):
    """Begin what begins a case under one of the programme's procedures."""

    programme: Annotated[str, Field(pattern="^[a-z0-9-]{3,64}$", description="Id of the programme.")]
    procedure: Annotated[str, Field(pattern="^[a-z][a-z0-9_.-]{0,63}$", description="Id of the procedure.")]
    subject: About
    title: Annotated[str, Field(pattern="^([0-9a-f]{32})?$", description="Case of the title that it is about.")] = ""


class Given(Input):
    """Answers by their key; numbers are decimal strings."""

    given: dict[str, bool | str] = Field(default_factory=dict, max_length=500)
    cleared: tuple[str, ...] = Field((), max_length=500, description="Keys to take back.")


class Statement(Input):
    text: Annotated[str, Field(max_length=4000, description="What to say along with the papers.")]


class FormRows(Input):
    """A form of the programme, whole: one row where it has single fields."""

    rows: Annotated[tuple[dict[str, bool | str], ...], Field(max_length=MOST_ROWS)]


class Truth(Input):
    true: Annotated[bool, Field(description="Must be true: what stands in the filing is true.")]


class TakenBack(Input):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


def filings_routes(
    handlers: FilingHandlers, streams: Streams, files: Files, filings: Filings, upload_bytes: int, clock: Clock
) -> tuple[APIRouter, ...]:
    """Filings, and what is owed."""
    return (
        _beginning(handlers, streams),
        _looking(handlers, streams, filings, clock),
        _writing(handlers, streams, files),
        _papers(handlers, streams, files, upload_bytes),
        _sending(handlers, streams),
    )


def _beginning(handlers: FilingHandlers, streams: Streams) -> APIRouter:
    """A filing that begins a case, or answers one."""
    routes = router(tags=["filings"])

    @routes.post("/filings", status_code=201, response_model=ShownFiling)
    @Allow(roles=PARTIES, note="the party of the procedure's first step; applicants for their own organisation")
    async def begin(body: NewFiling, command: Creating) -> Response:
        asks = body.subject
        about = Applicant(asks.uscc, asks.name.strip(), asks.region, asks.level, asks.kind, asks.category)
        begun = acts.BeginFiling(command.id, body.procedure, about, body.title, filer(command.actor))
        after = await handlers.begin(streams, body.programme, begun, writing(command, 201))
        return answer(receipt(command, after, 201))

    @routes.post("/awaited/{case_id}/filing", status_code=201, response_model=ShownFiling)
    @Allow(roles=PARTIES, note="the party that the case waits for")
    async def answer_case(case_id: CaseId, command: Creating) -> Response:
        after = await handlers.answer_case(streams, case_id, filer(command.actor), writing(command, 201))
        return answer(receipt(command, after, 201))

    return routes


def _looking(handlers: FilingHandlers, streams: Streams, filings: Filings, clock: Clock) -> APIRouter:
    """What is owed, what was filed, and what a filing still lacks."""
    routes = router(tags=["filings"])

    @routes.get("/awaited")
    @Allow(roles=READERS, note=OWN)
    async def awaited(actor: Caller, page: Paged, response: Response) -> AwaitedPage:
        return await next_awaited(filings, scope_of(actor), page, response)

    @routes.get("/filings")
    @Allow(roles=READERS, note=OWN)
    async def listed(
        actor: Caller,
        page: Paged,
        response: Response,
        status: Annotated[Literal["", "draft", "submitted", "taken", "refused", "withdrawn"], Query()] = "",
        case_id: Annotated[str, Query(max_length=64)] = "",
    ) -> FilingPage:
        return await next_filing(filings, scope_of(actor), status, case_id, page, response)

    @routes.get("/filings/{name}", response_model=ShownFiling)
    @Allow(roles=READERS, note=OWN)
    async def read(name: Id, actor: Caller, request: Request, response: Response) -> ShownFiling | Response:
        loaded = await visible(streams, name, actor)
        if unchanged(request.headers, loaded.version):
            return Response(status_code=304, headers={"ETag": etag(loaded.version)})
        response.headers["ETag"] = etag(loaded.version)
        return shown(loaded)

    @routes.get("/filings/{name}/self-check")
    @Allow(roles=READERS, note=OWN)
    async def checked(name: Id, actor: Caller) -> SelfChecked:
        return self_checked((await visible(streams, name, actor)).state, handlers, clock.now())

    return routes


def _writing(handlers: FilingHandlers, streams: Streams, files: Files) -> APIRouter:
    """Answers, a statement and forms."""
    routes = router(tags=["filings"])

    @routes.patch("/filings/{name}/answers", response_model=ShownFiling)
    @Allow(roles=PARTIES, note=FILES)
    async def answered(name: Id, body: Given, command: Changing) -> Response:
        await visible(streams, name, command.actor)
        by = filer(command.actor)
        after = await handlers.give_answers(streams, name, body.given, body.cleared, by, writing(command))
        return answer(receipt(command, after))

    @routes.patch("/filings/{name}/statement", response_model=ShownFiling)
    @Allow(roles=PARTIES, note=FILES)
    async def stated(name: Id, body: Statement, command: Changing) -> Response:
        await visible(streams, name, command.actor)
        after = await handlers.write_statement(streams, name, body.text, filer(command.actor), writing(command))
        return answer(receipt(command, after))

    @routes.patch("/filings/{name}/forms/{form}", response_model=ShownFiling)
    @Accepts(body_bytes=FORM_BYTES)
    @Allow(roles=PARTIES, note=FILES)
    async def filled(name: Id, form: FormId, body: FormRows, command: Changing) -> Response:
        await visible(streams, name, command.actor)
        fills = await handlers.check_form(streams, name, form, body.rows)
        content = form_content(form, body.rows)
        sha256 = hashlib.sha256(content).hexdigest()
        document = Document(form, f"{form}.json", FORM_TYPE, sha256, len(content))

        async def keep() -> None:
            await files.hold(document.name, FORM_TYPE, content)

        after = await handlers.fill_form(streams, name, document, fills, filer(command.actor), writing(command), keep)
        return answer(receipt(command, after))

    return routes


def _papers(handlers: FilingHandlers, streams: Streams, files: Files, upload_bytes: int) -> APIRouter:
    """Papers that are added, taken out and read."""
    routes = router(tags=["filings"])

    @routes.post("/filings/{name}/documents", status_code=201, response_model=ShownFiling)
    @Accepts(body_bytes=upload_bytes + ROOM, seconds=UPLOAD_SECONDS)
    @Allow(roles=PARTIES, note=FILES)
    async def attach(
        name: Id,
        command: Changing,
        file: Annotated[UploadFile, File(description="The file; its name is kept.")],
        material: Annotated[
            str, Form(min_length=1, max_length=64, description="Material or document of it; the step for all else.")
        ],
    ) -> Response:
        await visible(streams, name, command.actor)
        async with files.receiving(file.filename or "", blocks(file)) as received:
            found = received.file
            document = Document(material, found.name, found.media_type, found.sha256, found.size)
            by = filer(command.actor)
            after = await handlers.attach_document(streams, name, document, by, writing(command, 201), received.keep)
        return answer(receipt(command, after, 201))

    @routes.delete("/filings/{name}/documents/{material}/{sha256}", response_model=ShownFiling)
    @Allow(roles=PARTIES, note=FILES)
    async def remove(name: Id, material: Material, sha256: Sha256, command: Changing) -> Response:
        await visible(streams, name, command.actor)
        by = filer(command.actor)
        after = await handlers.remove_document(streams, name, material, sha256, by, writing(command))
        return answer(receipt(command, after))

    @routes.get("/filings/{name}/documents/{sha256}", response_class=StreamingResponse)
    @Accepts(seconds=UPLOAD_SECONDS)
    @Allow(roles=READERS, note=OWN)
    async def paper(name: Id, sha256: Sha256, actor: Caller) -> StreamingResponse:
        loaded = await visible(streams, name, actor)
        document = next((d for d in loaded.state.documents if d.sha256 == sha256), None)
        if document is None:
            raise DocumentUnknown()
        return await download(files, document)

    return routes


def _sending(handlers: FilingHandlers, streams: Streams) -> APIRouter:
    """Declared true, handed in, taken back."""
    routes = router(tags=["filings"])

    @routes.post("/filings/{name}/declaration", response_model=ShownFiling)
    @Allow(roles=PARTIES, note=FILES)
    async def declare(name: Id, body: Truth, command: Changing) -> Response:
        await visible(streams, name, command.actor)
        if not body.true:
            raise NotDeclared()
        after = await handlers.declare_truth(streams, name, filer(command.actor), writing(command))
        return answer(receipt(command, after))

    @routes.post("/filings/{name}/submission", response_model=ShownFiling)
    @Allow(roles=PARTIES, note=FILES)
    async def submit(name: Id, command: Changing) -> Response:
        await visible(streams, name, command.actor)
        after = await handlers.submit(streams, name, filer(command.actor), writing(command))
        return answer(receipt(command, after))

    @routes.post("/filings/{name}/withdrawal", response_model=ShownFiling)
    @Allow(roles=PARTIES, note=FILES)
    async def withdraw(name: Id, body: TakenBack, command: Changing) -> Response:
        await visible(streams, name, command.actor)
        by, write = filer(command.actor), writing(command, reason=body.reason)
        after = await handlers.withdraw(streams, name, body.reason, by, write)
        return answer(receipt(command, after))

    return routes
