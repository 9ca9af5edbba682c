"""Understands how a form of the programme is filled in over HTTP: all of its rows at once, checked and then kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from services.intake.domain import commands as c
from services.intake.domain.drafting import ensure_editable
from services.intake.domain.form_rows import FORM_TYPE, form_content
from services.intake.domain.forms import checked_form
from services.intake.domain.parts import Document
from services.intake.handlers import Handlers, Programmes, text_at
from services.intake.http.applications import Id
from services.intake.http.shown import Shown, person, receipt, visible, writing
from shared.runtime.files import Files
from shared.runtime.http import Accepts, Allow, Changing, Input, answer, router
from shared.runtime.ports import Streams

MOST_ROWS, MOST_FIELDS, MOST_BYTES = 10_000, 200, 8 * 1024 * 1024
FormId = Annotated[str, Path(pattern="^[A-Za-z][A-Za-z0-9_.-]{0,63}$", description="Id of the form in the programme.")]
Cell = bool | Annotated[str, Field(max_length=20_000)]


class Filled(Input):
    """Everything that stands in the form: one row where it has single fields. Numbers are decimal strings."""

    rows: Annotated[tuple[Annotated[dict[str, Cell], Field(max_length=MOST_FIELDS)], ...], Field(max_length=MOST_ROWS)]


def form_routes(handlers: Handlers, streams: Streams, programmes: Programmes, files: Files) -> APIRouter:
    """Filling in; what was filled in is read, and taken out again, as a document."""
    routes = router(tags=["documents"])

    @routes.put("/applications/{case_id}/forms/{form}", response_model=Shown)
    @Accepts(body_bytes=MOST_BYTES)
    @Allow(roles=("applicant",), note="own organisation")
    async def fill(case_id: Id, form: FormId, body: Filled, command: Changing) -> Response:
        loaded, by = await visible(streams, case_id, command.actor), person(command.actor)
        ensure_editable(loaded.state, by)
        checked_form(form, body.rows, text_at(programmes, loaded.state.programme))
        kept = await files.hold(f"{form}.json", FORM_TYPE, form_content(form, body.rows))
        document = Document(form, kept.name, kept.media_type, kept.sha256, kept.size)
        after = await handlers.fill_form(streams, case_id, c.FillForm(form, body.rows, document, by), writing(command))
        return answer(receipt(command, after))

    return routes
