"""Understands what a filing still lacks before it may be handed in: papers, forms and figures, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from services.intake.domain.filings import Filing
from services.intake.domain.form_rows import FORM_TYPE
from services.intake.domain.materials import Lack, figures_of, overdrawn_parts
from services.intake.domain.parts import Answer, Document
from shared.programmes.completeness import missing
from shared.programmes.expressions import names, parse
from shared.programmes.model import Filing as Asking
from shared.programmes.model import Form, Metric, Programme, Rectifying, Step
from shared.programmes.model.answering import keys_of


def forms_of(programme: Programme, step: Step) -> tuple[Form, ...]:
    """The forms that the step asks for, itself or as a paper of one of its materials."""
    asked = step.parameters
    if not isinstance(asked, Asking):
        return ()
    materials = [m for m in programme.materials if asked.materials == "all" or m.id in asked.materials]
    wanted = {*asked.forms, *(d.form for material in materials for d in material.documents)}
    return tuple(form for form in programme.forms if form.id in wanted)


def is_filled(document: Document, form: str) -> bool:
    """Whether the document is this form as it was filled in here."""
    return (document.material, document.media_type) == (form, FORM_TYPE)


def wants_declaration(step: Step) -> bool:
    """Whether the step asks that somebody declares the truth of it."""
    return isinstance(step.parameters, Asking) and step.parameters.declaration


def lacking(f: Filing, programme: Programme, day: date) -> tuple[Lack, ...]:
    """Everything that the filing's step asks for on this day and that is not there, in the programme's order."""
    step = programme.step(f.step)
    return (
        *_papers(f, programme, step, day),
        *_forms(f, programme, step),
        *_figures(f, programme, step, day),
        *_proof(f, step),
        *overdrawn_parts(programme, f.answers),
    )


def _papers(f: Filing, programme: Programme, step: Step, day: date) -> Iterator[Lack]:
    asked, about = step.parameters, f.applicant
    if not isinstance(asked, Asking) or about is None:
        return
    filed = [document.material for document in f.documents]
    scope = programme.scope_for(about, f.answers, filed, day)
    wanted = None if asked.materials == "all" else asked.materials
    yield from (Lack(each.paper, each.zh, each.en) for each in missing(programme, filed, scope, wanted))


def _forms(f: Filing, programme: Programme, step: Step) -> Iterator[Lack]:
    for name in step.parameters.forms if isinstance(step.parameters, Asking) else ():
        form = programme.form(name)
        if not any(is_filled(document, name) for document in f.documents):
            yield Lack(name, f"请填写{form.title.zh}", f"fill in: {form.title.en}")
        if form.signed and not any(d.material == name and d.media_type != FORM_TYPE for d in f.documents):
            yield Lack(name, f"请提交{form.title.zh}的签字盖章件", f"hand in the signed paper of: {form.title.en}")


def _figures(f: Filing, programme: Programme, step: Step, day: date) -> Iterator[Lack]:
    """What the procedure's computed conditions read of this applicant, where this filing is its first; what the guard
    reads."""
    about = f.applicant
    first = about is not None and programme.first_step(about, f.procedure, day=day).id == step.id
    read = {name.id for name in names(parse(step.guard))} if step.guard else set()
    if about is not None and first and step.type == "file":
        scope = programme.scope_for(about, f.answers, [document.material for document in f.documents], day)
        read |= {name for each in programme.conditions_of(f.procedure) for name in figures_of(each, scope)}
    for metric in programme.metrics:
        if metric.id in read:
            yield from _unanswered(metric, f.answers)


def _unanswered(metric: Metric, answers: Mapping[str, Answer]) -> Iterator[Lack]:
    keys = keys_of(metric)
    single = metric.years == 1 and metric.as_of != "each_year"
    if single and any(key in answers for key in keys):
        return
    asked = keys[:1] if single else keys
    yield from (Lack(key, metric.title.zh, metric.title.en) for key in asked if key not in answers)


def _proof(f: Filing, step: Step) -> Iterator[Lack]:
    """What was put right is said in words, and shown where the programme asks for proof."""
    if not isinstance(step.parameters, Rectifying):
        return
    if not f.statement.strip():
        yield Lack("statement", "请写明整改情况", "say what was put right")
    if step.parameters.proof and not f.documents:
        yield Lack(step.id, "请提交整改证明材料", "hand in a file that shows it")
