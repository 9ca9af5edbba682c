"""Understands how files come into an application, go out of it, and are read again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Path, Response, UploadFile
from starlette.responses import StreamingResponse

from services.intake.domain import commands as c
from services.intake.domain.errors import DocumentUnknown
from services.intake.domain.parts import Document
from services.intake.handlers import Handlers
from services.intake.http.applications import OWN, Id
from services.intake.http.shown import Shown, person, receipt, visible, writing
from shared.runtime.files import Files
from shared.runtime.http import Accepts, Allow, Caller, Changing, answer, router
from shared.runtime.ports import Streams

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file, lower-case hexadecimal.")]
Material = Annotated[str, Path(min_length=1, max_length=64)]
ROOM = 64 * 1024
"""What a form needs around its file."""
UPLOAD_SECONDS = 300.0
_BLOCK = 256 * 1024


def document_routes(handlers: Handlers, streams: Streams, files: Files, upload_bytes: int) -> APIRouter:
    """Files by content; the largest has ``upload_bytes``."""
    routes = router(tags=["documents"])

    @routes.post("/applications/{case_id}/documents", status_code=201, response_model=Shown)
    @Accepts(body_bytes=upload_bytes + ROOM, seconds=UPLOAD_SECONDS)
    @Allow(roles=("applicant",), note="own organisation")
    async def attach(
        case_id: Id,
        command: Changing,
        file: Annotated[UploadFile, File(description="The file; its name is kept.")],
        material: Annotated[str, Form(min_length=1, max_length=64, description="Material or document of it.")],
    ) -> Response:
        await visible(streams, case_id, command.actor)
        async with files.receiving(file.filename or "", blocks(file)) as received:
            found = received.file
            document = Document(material, found.name, found.media_type, found.sha256, found.size)
            attach_it = c.AttachDocument(document, person(command.actor))
            after = await handlers.attach_document(streams, case_id, attach_it, writing(command, 201), received.keep)
        return answer(receipt(command, after, 201))

    @routes.delete("/applications/{case_id}/documents/{material}/{sha256}", response_model=Shown)
    @Allow(roles=("applicant",), note="own organisation")
    async def remove(case_id: Id, material: Material, sha256: Sha256, command: Changing) -> Response:
        await visible(streams, case_id, command.actor)
        take_out = c.RemoveDocument(material, sha256, person(command.actor))
        after = await handlers.remove_document(streams, case_id, take_out, writing(command))
        return answer(receipt(command, after))

    @routes.get("/applications/{case_id}/documents/{sha256}", response_class=StreamingResponse)
    @Accepts(seconds=UPLOAD_SECONDS)
    @Allow(roles=("applicant", "inspector"), note=OWN)
    async def read(case_id: Id, sha256: Sha256, actor: Caller) -> StreamingResponse:
        loaded = await visible(streams, case_id, actor)
        document = next((d for d in loaded.state.documents if d.sha256 == sha256), None)
        if document is None:
            raise DocumentUnknown()
        return await download(files, document)

    return routes


async def download(files: Files, document: Document) -> StreamingResponse:
    """The file under its own name."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.name)}",
        "Content-Length": str(document.size),
    }
    return StreamingResponse(await files.open(document.sha256), media_type=document.media_type, headers=headers)


async def blocks(file: UploadFile) -> AsyncIterator[bytes]:
    """What was uploaded, a block at a time."""
    while block := await file.read(_BLOCK):
        yield block
