"""Understands why an applicant meets a condition or does not: finding, clause, the numbers, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.programmes.expressions import holds, names, parse
from shared.programmes.facts_file import Facts
from shared.programmes.model import Condition, Programme, Text
from shared.programmes.model.answering import keys_of
from shared.programmes.rules import eligible, evaluate
from shared.programmes.verdicts import Judgement, UsedRelaxation, Verdict, written


@dataclass(frozen=True)
class Explained:
    """One condition, decided and told. ``unknown`` are the answers that are read and not there; ``relaxable`` the
    exceptions that a named officer might use."""

    id: str
    title: Text
    decided: str
    finding: str
    clause: str
    quote: str
    expression: str
    comparisons: tuple[str, ...]
    numbers: Mapping[str, str | None]
    unknown: tuple[str, ...]
    relaxable: tuple[str, ...]
    why: Text
    origin: tuple[str, ...] = ()
    """The texts that wrote the condition, the highest first; empty where this text wrote it alone."""


@dataclass(frozen=True)
class Explanation:
    """All conditions of a procedure for one applicant; ``eligible`` when none stands in the way."""

    programme: str
    eligible: bool
    conditions: tuple[Explained, ...]


def judge(programme: Programme, facts: Facts, procedure: str | None = None) -> Explanation:
    """Judge the facts condition by condition; ``KeyError`` for an unknown procedure."""
    verdicts = evaluate(
        programme,
        facts.answers,
        facts.papers,
        {name: Judgement(each.met, each.by, each.reason) for name, each in facts.judged.items()},
        {
            name: UsedRelaxation(each.relaxation, each.by, each.reason, each.accepted_value)
            for name, each in facts.relaxed.items()
        },
        region=facts.region or "",
        level=facts.level or "",
        kind=facts.kind or "",
        category=facts.category or "",
        day=facts.day,
        procedure=procedure,
    )
    return Explanation(programme.ref, eligible(verdicts), tuple(_explained(programme, each) for each in verdicts))


def _explained(programme: Programme, verdict: Verdict) -> Explained:
    condition = verdict.condition
    numbers = _numbers(programme, verdict)
    unknown = unknown_answers(condition, verdict, numbers)
    return Explained(
        id=condition.id,
        title=condition.title,
        decided=condition.decided,
        finding=verdict.finding,
        clause=condition.source.clause,
        quote=condition.source.quote,
        expression=condition.expression or "",
        comparisons=verdict.comparisons,
        numbers=numbers,
        unknown=unknown,
        relaxable=_relaxable(programme, verdict),
        why=_why(programme, verdict, unknown),
        origin=programme.origin(f"conditions[{condition.id}]"),
    )


def _numbers(programme: Programme, verdict: Verdict) -> dict[str, str | None]:
    """Every answer that is read; a name without a year, inside ``total(…)`` or ``grows(…)``, reads all its years."""
    found: dict[str, str | None] = {}
    for name, value in verdict.numbers.items():
        years = _years(programme, name)
        found |= {each: written(verdict.scope.answers.get(each)) for each in years} if years else {name: value}
    return found


def _years(programme: Programme, name: str) -> tuple[str, ...]:
    try:
        metric = programme.metric(name)
    except KeyError:  # applicant.region, or one year of a metric
        return ()
    return keys_of(metric) if metric.years > 1 else ()


def unknown_answers(condition: Condition, verdict: Verdict, numbers: Mapping[str, str | None]) -> tuple[str, ...]:
    """What an undecided condition still needs to know: keys of answers, ``applicant.region`` and the like, ``day``."""
    if verdict.finding != "unknown":
        return ()
    found = [name for name, value in numbers.items() if value is None]
    if condition.when is not None and holds(condition.when, verdict.scope) is None:
        found += [name.id for name in names(parse(condition.when)) if name.id not in verdict.scope.answers]
    texts = " ".join(each for each in (condition.expression, condition.when) if each)
    if "lies_in(" in texts and not verdict.scope.region:
        found.append("applicant.region")
    if "years_since(" in texts and verdict.scope.day is None:
        found.append("day")
    return tuple(dict.fromkeys(found))


def _relaxable(programme: Programme, verdict: Verdict) -> tuple[str, ...]:
    if verdict.finding not in ("unmet", "unknown"):
        return ()
    return tuple(
        each.id
        for each in programme.relaxations
        if verdict.id in each.relaxes and holds(each.when, verdict.scope) is not False
    )


def _why(programme: Programme, verdict: Verdict, unknown: tuple[str, ...]) -> Text:
    """One sentence: what decided, or what is missing for a decision."""
    if verdict.relaxation is not None:
        used = verdict.relaxation
        said = f"{used.by}:{used.reason}({used.accepted_value})"
        return Text(zh=f"依 {used.relaxation} 放宽,{said}", en=f"relaxed under {used.relaxation}, {said}")
    if verdict.finding == "not_applicable":
        rule = verdict.condition.when or ""
        return Text(zh=f"仅适用于 {rule}", en=f"only applies where {rule}")
    if verdict.judgement is not None:
        said = f"{verdict.judgement.by}:{verdict.judgement.reason}"
        return Text(zh=said, en=said)
    papers = [paper for paper in verdict.condition.evidence if not verdict.scope.papers.get(paper)]
    if verdict.condition.decided == "attested" and papers and verdict.finding == "unknown":
        lacking = [_paper(programme, each) for each in papers]
        zh, en = "、".join(each.zh for each in lacking), ", ".join(each.en for each in lacking)
        asked = [_titled(programme, name) for name in unknown]
        more = Text(
            zh=f";未知:{'、'.join(each.zh for each in asked)}" if asked else "",
            en=f"; not known: {', '.join(each.en for each in asked)}" if asked else "",
        )
        return Text(zh=f"未提交:{zh}{more.zh}", en=f"not filed: {en}{more.en}")
    if verdict.condition.decided == "judged":
        return Text(
            zh="由具名人员判断并说明理由,尚未判断", en="a named person judges this, with a reason; not judged yet"
        )
    if unknown:
        named = [_titled(programme, name) for name in unknown]
        zh, en = "、".join(each.zh for each in named), ", ".join(each.en for each in named)
        return Text(zh=f"未知:{zh}", en=f"not known: {en}")
    shown = "; ".join(verdict.comparisons) or (verdict.condition.expression or "")
    return Text(zh=shown or "-", en=shown or "-")


def _paper(programme: Programme, name: str) -> Text:
    """A material or one of its documents by its title, with the id that it is filed under."""
    named = {document.id: document.title for each in programme.materials for document in each.documents}
    named |= {each.id: each.title for each in programme.materials}
    title = named.get(name)
    return Text(zh=name, en=name) if title is None else Text(zh=f"{title.zh}({name})", en=f"{title.en} ({name})")


def _titled(programme: Programme, key: str) -> Text:
    try:
        title = programme.metric(key.partition("[")[0]).title
    except KeyError:
        return Text(zh=key, en=key)
    return Text(zh=f"{title.zh}({key})", en=f"{title.en} ({key})")
