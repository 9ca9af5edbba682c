"""Understands the rows of a form that was filled in, of an application or another filing: one way to write them down,
and one way to say what does not fit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from services.intake.domain import errors
from services.intake.domain.parts import Answer
from shared.programmes.filling import FormFault
from shared.programmes.model import Form, Unset

FORM_TYPE = "application/json"
"""A form that was filled in here is kept as a file of this type under the form's id."""
Rows = Sequence[Mapping[str, Answer]]
_NAMED = 20


def form_content(name: str, rows: Rows) -> bytes:
    """What was filled in, as canonical JSON: the same rows are the same bytes."""
    text = {"form": name, "rows": [dict(row) for row in rows]}
    return json.dumps(text, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def ensure_fitting(form: Form, faults: Iterable[FormFault]) -> None:
    """Raises :class:`errors.FormWrong` with every fault at its row and field; nothing that was sent is repeated."""
    found = list(faults)
    if not found:
        return
    known = set() if isinstance(form.fields, Unset) else {field.id for field in form.fields}
    raise errors.FormWrong(
        count=len(found),
        zh="；".join(_where(each, known) + each.zh for each in found[:_NAMED]),
        en="; ".join(_where(each, known) + each.en for each in found[:_NAMED]),
    )


def _where(fault: FormFault, known: set[str]) -> str:
    parts = (str(fault.row or ""), fault.field if fault.field in known else "")
    return f"{'.'.join(part for part in parts if part)} ".lstrip()
