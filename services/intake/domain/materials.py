"""Understands what a programme asks an applicant to hand in, and what of it is not there yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.intake.domain.events import FormFilled
from services.intake.domain.parts import Answer, Applicant, Document
from shared.programmes.completeness import asked_at, missing
from shared.programmes.expressions import Scope, holds, names, parse
from shared.programmes.model import Condition, Metric, Programme, Text
from shared.programmes.model.answering import keys_of, overdrawn


@dataclass(frozen=True)
class Lack:
    """One thing that is missing: its id in the programme and its name in both languages."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Content:
    """What an application holds; ``filled`` are the forms that were filled in here, by their ids."""

    applicant: Applicant
    answers: Mapping[str, Answer] = field(default_factory=dict)
    documents: Sequence[Document] = ()
    filled: Mapping[str, FormFilled] = field(default_factory=dict)

    def scope(self, programme: Programme, day: date) -> Scope:
        """What the programme's expressions see of it on a day."""
        return programme.scope_for(self.applicant, self.answers, paper_names(self.documents), day)


def known_material(programme: Programme, name: str) -> bool:
    """Files stand under a material, under one of its documents, or under a form that has to bear a seal."""
    if any(form.id == name and form.signed for form in programme.forms):
        return True
    return any(name == material.id or name in {d.id for d in material.documents} for material in programme.materials)


def paper_names(documents: Sequence[Document]) -> list[str]:
    """Every paper by the id that it was filed under; the programme knows for what else it counts."""
    return [document.material for document in documents]


def lacking(programme: Programme, content: Content, day: date) -> tuple[Lack, ...]:
    """Everything that the first filing step asks of this applicant on this day and that is not there, all at once, in
    the programme's order."""
    papers, scope = paper_names(content.documents), content.scope(programme, day)
    step = programme.first_step(content.applicant, answers=content.answers, documents=papers, day=day)
    materials, forms = asked_at(step)
    return (
        *(_lack(each.paper, each.title) for each in missing(programme, papers, scope, materials, forms)),
        *_forms(programme, content, forms),
        *_unanswered(programme, content.answers, scope),
        *_contradicted(programme, content),
        *overdrawn_parts(programme, content.answers),
    )


def overdrawn_parts(programme: Programme, answers: Mapping[str, Answer]) -> Iterator[Lack]:
    """A figure that is a part of another one and more than it: one of the two has to be corrected."""
    yield from (Lack(each.key, each.zh, each.en) for each in overdrawn(programme.metrics, answers))


def _forms(programme: Programme, content: Content, forms: Sequence[str]) -> Iterator[Lack]:
    """A form that the step asks for is filled in here; where it has to be signed or sealed, a paper comes with it."""
    uploaded = {d.material for d in content.documents if not is_filled_form(d, content.filled)}
    for name in forms:
        form = programme.form(name)
        if name not in content.filled and name in uploaded:
            yield _lack(name, form.title)
        if form.signed and name in content.filled and name not in uploaded:
            yield Lack(name, f"{form.title.zh}（签字盖章件）", f"{form.title.en} (the signed paper)")


def is_filled_form(document: Document, filled: Mapping[str, FormFilled]) -> bool:
    """Whether the document was made from a form that was filled in here, not uploaded."""
    form = filled.get(document.material)
    return form is not None and form.document.sha256 == document.sha256


def _unanswered(programme: Programme, answers: Mapping[str, Answer], scope: Scope) -> Iterator[Lack]:
    """Answers that a computed condition reads; without them it could only be unknown."""
    read = {name for condition in programme.conditions_of() for name in figures_of(condition, scope)}
    for metric in programme.metrics:
        if metric.id in read:
            yield from _unanswered_years(metric, answers)


def figures_of(condition: Condition, scope: Scope) -> Iterator[str]:
    """Metrics that this condition needs of this applicant: none where it does not apply or is met already; only those
    that tell whether it applies while that is open."""
    if condition.decided != "computed" or condition.expression is None:
        return
    applies = True if condition.when is None else holds(condition.when, scope)
    if applies is False or (applies and holds(condition.expression, scope) is True):
        return
    text = condition.expression if applies or condition.when is None else condition.when
    yield from (name.id for name in names(parse(text)))


def _unanswered_years(metric: Metric, answers: Mapping[str, Answer]) -> Iterator[Lack]:
    """One figure, under either of its two names, or one for every year that is asked."""
    keys = keys_of(metric)
    single = metric.years == 1 and metric.as_of != "each_year"
    if single and any(key in answers for key in keys):
        return
    yield from (_lack(key, metric.title) for key in (keys[:1] if single else keys) if key not in answers)


def _contradicted(programme: Programme, content: Content) -> Iterator[Lack]:
    """A form that says another figure than the answers do has to be filled in again."""
    for name, filled in content.filled.items():
        if any(content.answers.get(key) != value for key, value in filled.fills.items()):
            title = programme.form(name).title
            zh = f"{title.zh}（与填报数据不一致，请重新填写）"
            yield Lack(name, zh, f"{title.en} (it contradicts the answers: fill it in again)")


def _lack(name: str, title: Text) -> Lack:
    return Lack(name, title.zh, title.en)
