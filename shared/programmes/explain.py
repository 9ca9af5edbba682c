"""Understands how a judgement and a programme are told in words: clause, numbers, verdict; status and what lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.programmes.model import Programme, Unset
from shared.programmes.verdicts import Verdict

FINDINGS: Mapping[str, tuple[str, str]] = {
    "met": ("符合", "met"),
    "unmet": ("不符合", "unmet"),
    "unknown": ("尚不能判断", "unknown"),
    "relaxed": ("经批准放宽", "relaxed"),
    "not_applicable": ("不适用", "not applicable"),
}
KINDS: Mapping[str, tuple[str, str]] = {
    "recognition": ("认定", "recognition"),
    "project": ("建设项目", "project"),
    "funding": ("资金", "funding"),
    "operations": ("运行管理", "operations"),
}
STATUSES: Mapping[str, tuple[str, str]] = {
    "in_force": ("现行有效", "in force"),
    "draft_for_comment": ("征求意见稿", "draft for comment"),
    "repealed": ("失效", "repealed"),
    "superseded": ("已被取代", "superseded"),
    "non_authoritative": ("非有权文本", "non-authoritative"),
    "unset": ("未经核实", "not verified"),
}


def explain_verdict(verdict: Verdict) -> str:
    """One line: condition, clause, verdict, the numbers that decided it, who judged."""
    zh, en = FINDINGS[verdict.finding]
    title = verdict.condition.title
    parts = [f"{verdict.id} {title.zh} / {title.en}: {zh} / {en}"]
    if verdict.clause:
        parts.append(f"〔{verdict.clause}〕")
    parts.extend(verdict.comparisons or [f"{name} = {value or '?'}" for name, value in verdict.numbers.items()])
    if verdict.relaxation is not None:
        used = verdict.relaxation
        parts.append(f"{used.relaxation}: {used.accepted_value};{used.reason}({used.by})")
    elif verdict.judgement is not None:
        parts.append(f"{verdict.judgement.reason}({verdict.judgement.by})")
    elif verdict.condition.decided == "judged":
        parts.append("须由具名人员判断 / a named person must judge")
    return " · ".join(parts)


def explain(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Every condition on its own line, then how many of each verdict there are."""
    found = tuple(verdicts)
    counts = {name: sum(verdict.finding == name for verdict in found) for name in FINDINGS}
    total = ",".join(f"{FINDINGS[name][0]} {count}" for name, count in counts.items() if count)
    total_en = ", ".join(f"{FINDINGS[name][1]} {count}" for name, count in counts.items() if count)
    return (*(explain_verdict(verdict) for verdict in found), f"合计 / total: {total} / {total_en}")


def status_of(programme: Programme) -> tuple[str, str]:
    """The status of the text in both languages."""
    status = programme.legal.status
    return STATUSES["unset" if isinstance(status, Unset) else status]


def describe(programme: Programme) -> tuple[str, ...]:
    """What ``programmes show`` prints: identity, status, conditions, steps, and everything that is still unset."""
    legal, kind, status = programme.legal, KINDS[programme.kind], status_of(programme)
    sandbox = "仅限沙盒 / sandbox only" if programme.sandbox_only else "可启用 / may be activated"
    lines = [
        f"{legal.title.zh} / {legal.title.en}",
        f"{programme.ref}",
        f"{kind[0]} / {kind[1]} · {status[0]} / {status[1]} · {programme.region} · {sandbox}",
    ]
    if legal.banner is not None:
        lines += [legal.banner.zh, legal.banner.en]
    lines += [f"{each.id} {each.title.zh} / {each.title.en}〔{each.source.clause}〕" for each in programme.conditions]
    for procedure in programme.procedures:
        way = " → ".join(step.title.zh for step in procedure.steps)
        lines.append(f"{procedure.id} {procedure.title.zh} / {procedure.title.en}: {way}")
    missing = programme.missing_for_activation()
    lines += [f"unset: {path}" for path in missing]
    lines += [f"补充 / supplied: {each.path} ({_author(each.source)})" for each in programme.supplied]
    return tuple(lines)


def _author(source: object) -> str:
    supplement = getattr(source, "supplement", None)
    return f"{supplement.author}, {supplement.date}" if supplement is not None else ""
