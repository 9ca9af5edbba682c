"""Understands whether a form is filled in: every required field, each of its type, rows within their limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.programmes.model import Form, FormField, Unset
from shared.programmes.model.answering import read_answer, wanted

Row = Mapping[str, object]


@dataclass(frozen=True)
class FormFault:
    """What is wrong in a form: its row (0 for single fields and the form as a whole), the field, what to write."""

    row: int
    field: str
    zh: str
    en: str


def form_faults(form: Form, rows: Sequence[Row]) -> tuple[FormFault, ...]:
    """Everything that is wrong. A form without rows takes exactly one; a form whose fields are unset takes none."""
    if isinstance(form.fields, Unset):
        return (
            FormFault(0, "", "办法未给出此表,须先补充", "the text leaves this form out: it must be supplied first"),
        )
    most, least = (form.rows_max, form.rows_min) if form.rows_max else (1, 1)
    if not least <= len(rows) <= most:
        return (
            FormFault(0, "", f"应有 {least} 至 {most} 行,现有 {len(rows)} 行", f"{least} to {most} rows are taken"),
        )
    known = {each.id for each in form.fields}
    faults = [
        FormFault(number, name, "表中没有此项", "the form has no such field")
        for number, row in enumerate(rows, 1)
        for name in row
        if name not in known
    ]
    faults += [
        fault for number, row in enumerate(rows, 1) for each in form.fields for fault in _field(number, each, row)
    ]
    return tuple(faults)


def _field(number: int, each: FormField, row: Row) -> tuple[FormFault, ...]:
    value = row.get(each.id)
    if value is None or value == "":
        return (FormFault(number, each.id, "必填", "it must be filled in"),) if each.required else ()
    if isinstance(value, str) and len(value) > each.max_length:
        return (FormFault(number, each.id, f"最多 {each.max_length} 字", f"at most {each.max_length} characters"),)
    if read_answer(each, value) is None:
        zh, en = wanted(each)
        return (FormFault(number, each.id, f"请填写{zh}", f"write {en}"),)
    return ()
