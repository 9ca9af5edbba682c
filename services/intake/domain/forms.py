"""Understands a form of the programme that the applicant fills in: its fields and rows, and the answers that it gives.

What was filled in is kept as a file by content, so that submission, event and authority hold the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.intake.domain import commands as c
from services.intake.domain import errors
from services.intake.domain import events as e
from services.intake.domain.application import Application
from services.intake.domain.drafting import ensure_editable, ensure_room
from services.intake.domain.form_rows import Rows, ensure_fitting
from services.intake.domain.parts import Answer
from shared.programmes.filling import FormFault, form_faults
from shared.programmes.model import Filing, Form, FormField, Programme, Unset
from shared.programmes.model.answering import answer_faults, keys_of


def forms_of(programme: Programme) -> tuple[Form, ...]:
    """The forms that an applicant fills in: those of the materials, and those that a step of the applicant asks for."""
    roles = {party.id: party.role for party in programme.parties}
    asked = {d.form for material in programme.materials for d in material.documents}
    for step in programme.procedure().steps:
        if isinstance(step.parameters, Filing) and roles.get(step.actor) == "applicant":
            asked.update(step.parameters.forms)
    return tuple(form for form in programme.forms if form.id in asked)


def checked_form(name: str, rows: Rows, programme: Programme) -> Form:
    """The form, when all rows fit it. Raises :class:`errors.FormUnknown`, or :class:`errors.FormWrong` with every
    fault; nothing that was sent is repeated."""
    found = next((form for form in forms_of(programme) if form.id == name), None)
    if found is None:
        raise errors.FormUnknown(forms=", ".join(form.id for form in forms_of(programme)) or "-")
    ensure_fitting(found, [*form_faults(found, rows), *unanswerable(found, rows, programme)])
    return found


def decide_form(command: c.FillForm, a: Application, programme: Programme) -> tuple[e.Fact, ...]:
    """Fill it in, in place of what stood there before; the same content again is nothing."""
    ensure_editable(a, command.by)
    form = checked_form(command.form, command.rows, programme)
    fills = fills_of(form, command.rows, programme)
    before = a.filled.get(form.id)
    if before and before.document == command.document and all(a.answers.get(k) == v for k, v in fills.items()):
        return ()
    ensure_room(tuple(d for d in a.documents if before is None or d != before.document), command.document)
    return (e.FormFilled(form.id, command.document, fills),)


def _fields(form: Form) -> tuple[FormField, ...]:
    return () if isinstance(form.fields, Unset) else form.fields


def _filling(form: Form, rows: Rows, programme: Programme) -> Iterator[tuple[str, str, Answer]]:
    """Field, key and value of every answer that single fields give; a table has no one value for a figure."""
    if form.rows_max or len(rows) != 1:
        return
    for field in _fields(form):
        value = rows[0].get(field.id)
        if field.metric is not None and value not in (None, ""):
            yield field.id, keys_of(programme.metric(field.metric))[0], rows[0][field.id]


def fills_of(form: Form, rows: Rows, programme: Programme) -> dict[str, Answer]:
    """The figures that the form answers, by their keys."""
    return {key: value for _, key, value in _filling(form, rows, programme)}


def unanswerable(form: Form, rows: Rows, programme: Programme) -> Iterator[FormFault]:
    """Values that fit the field and not the figure that it stands for."""
    for field, key, value in _filling(form, rows, programme):
        yield from (FormFault(1, field, fault.zh, fault.en) for fault in answer_faults(programme.metrics, {key: value}))
