"""Understands whether a definition adds up: weights, shares, bands, periods that begin before they end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal

from shared.programmes.model import (
    Head,
    InForce,
    Metric,
    Notice,
    Paying,
    Programme,
    RoundRules,
    Rubric,
    Unset,
    YearlyMoment,
)
from shared.programmes.reading.faults import Findings


def check_numbers(programme: Programme, findings: Findings) -> None:
    """Report sums that are not whole and periods that end before they begin."""
    for rubric in programme.rubrics:
        _rubric(rubric, f"rubrics[{rubric.id}]", findings)
    for panel in programme.panels:
        if isinstance(panel.size, int) and isinstance(panel.quorum, int) and panel.quorum > panel.size:
            findings.at(
                f"panels[{panel.id}].quorum",
                f"法定人数不得多于专家人数 {panel.size}",
                f"the quorum cannot exceed the panel's size of {panel.size}",
            )
    _trimmed(programme, findings)
    _periods(programme, findings)
    _instalments(programme, findings)
    if isinstance(programme.rounds, RoundRules):
        _rounds(programme.rounds, findings)
    for notice in programme.notices:
        _notice(notice, findings)
    for form in programme.forms:
        if form.rows_max and form.rows_min > form.rows_max:
            findings.at(f"forms[{form.id}].rows_min", "最少行数大于最多行数", "rows_min is greater than rows_max")
    for metric in programme.metrics:
        if metric.least is not None and metric.most is not None and metric.least > metric.most:
            findings.at(
                f"metrics[{metric.id}].least", "least 大于 most,请交换", "least is greater than most: swap them"
            )
        if metric.type in ("choice", "set") and not metric.options:
            findings.at(f"metrics[{metric.id}]", "请写出 options", "write the options of this metric")
    _parts(programme.metrics, findings)


NUMBERS = ("count", "amount", "area", "years", "ratio")


def _parts(metrics: tuple[Metric, ...], findings: Findings) -> None:
    """A part and its whole are figures of one kind for the same years, and nothing is a part of itself."""
    known = {metric.id: metric for metric in metrics}
    for metric in metrics:
        whole = known.get(metric.part_of or "")
        if whole is None:
            continue
        path, alike = f"metrics[{metric.id}].part_of", (whole.type, whole.unit, whole.years)
        if metric.type not in NUMBERS or (metric.type, metric.unit, metric.years) != alike:
            findings.at(
                path,
                f"{metric.id} 与 {whole.id} 的类型、单位或年数不同,不能作为其中项",
                f"{metric.id} and {whole.id} differ in type, unit or years: one cannot be a part of the other",
            )
        seen: set[str] = set()
        above: Metric | None = metric
        while above is not None and above.id not in seen:
            seen.add(above.id)
            above = known.get(above.part_of or "")
        if above is not None:
            zh, en = "其中项不能成环,请更正", "parts go round in a circle: correct them"
            findings.at(path, zh, en)


def _known(values: Iterable[Decimal | Unset]) -> list[Decimal] | None:
    found = list(values)
    return None if any(isinstance(value, Unset) for value in found) else [v for v in found if isinstance(v, Decimal)]


def _rubric(rubric: Rubric, where: str, findings: Findings) -> None:
    _weights(rubric.heads, where, findings)
    least = [band.least for band in rubric.bands if isinstance(band.least, Decimal)]
    if sorted(set(least)) != sorted(least):
        zh, en = "两个等次的下限相同,请更正其一", "two bands begin at the same score: correct one of them"
        findings.at(f"{where}.bands", zh, en)
    elif least != sorted(least, reverse=True):
        zh, en = (
            "等次请由高到低排列,否则区间重叠",
            "put the bands in order from the highest to the lowest, or they overlap",
        )
        findings.at(f"{where}.bands", zh, en)
    total = rubric.total if isinstance(rubric.total, Decimal) else None
    highest = None if total is None else total + sum(bonus.most for bonus in rubric.bonuses)
    for name, value in (("pass_mark", rubric.pass_mark), *((f"bands[{b.id}].least", b.least) for b in rubric.bands)):
        if highest is not None and isinstance(value, Decimal) and value > highest:
            findings.at(f"{where}.{name}", f"不得大于满分 {highest}", f"it cannot exceed the highest score {highest}")


def _weights(heads: tuple[Head, ...], where: str, findings: Findings) -> None:
    if not heads:
        findings.at(f"{where}.heads", "请至少写一个评分项", "write at least one head")
        return
    weights = _known(head.weight for head in heads)
    if weights is not None and sum(weights) != 1:
        findings.at(
            f"{where}.heads",
            f"权重之和为 {sum(weights)},应为 1(40% 写 0.4)",
            f"the weights add up to {sum(weights)}; make them add up to 1 (40 % is 0.4)",
        )
    if any(isinstance(head.most, Decimal) and head.most <= 0 for head in heads):
        findings.at(f"{where}.heads", "满分应大于 0", "a head's highest score must be greater than 0")


def _trimmed(programme: Programme, findings: Findings) -> None:
    smallest = [panel.quorum for panel in programme.panels if isinstance(panel.quorum, int)]
    for rubric in programme.rubrics:
        if rubric.aggregation == "trimmed_mean" and smallest and min(smallest) < 3:
            findings.at(
                f"rubrics[{rubric.id}].aggregation",
                "去掉最高分和最低分至少需要 3 份评分;请提高法定人数",
                "a trimmed mean needs three scores: raise the panel's quorum to 3",
            )


def _periods(programme: Programme, findings: Findings) -> None:
    _period(programme.legal.in_force, "legal.in_force", findings)
    for authority in programme.authorities:
        if authority.existed is None:
            continue
        _period(authority.existed, f"authorities[{authority.id}].existed", findings)


def _period(period: InForce, where: str, findings: Findings) -> None:
    if period.until is not None and not isinstance(period.since, Unset) and period.until < period.since:
        findings.at(where, "结束早于开始,请更正日期", "it ends before it begins: correct the dates")


def _instalments(programme: Programme, findings: Findings) -> None:
    for procedure in programme.procedures:
        for step in procedure.steps:
            if not isinstance(step.parameters, Paying) or isinstance(step.parameters.instalments, Unset):
                continue
            shares = sum(part.share for part in step.parameters.instalments)
            if step.parameters.instalments and shares != 1:
                findings.at(
                    f"procedures[{procedure.id}].steps[{step.id}].parameters.instalments",
                    f"各期比例之和为 {shares},应为 1(40% 写 0.4)",
                    f"the shares add up to {shares}; make them add up to 1 (40 % is 0.4)",
                )


LONGEST_ROUND_DAYS = 270
"""What lies over New Year lies in the same round if it comes within nine months; later is a mistake in the dates."""

_Moment = tuple[int, int, int, time]
"""Years after the opening, month, day, clock time."""


def _moment(moment: YearlyMoment, opens: _Moment) -> _Moment:
    found = (0, moment.month, _day(moment), moment.at or time.max)
    return found if found >= opens else (1, *found[1:])


def _day(moment: YearlyMoment) -> int:
    return 31 if moment.day == "last" else moment.day


def _too_far(moment: _Moment, opens: _Moment) -> bool:
    year, month, day, _ = moment
    days = date(2001 + year, month, min(day, 28)) - date(2001, opens[1], min(opens[2], 28))
    return bool(year) and days.days > LONGEST_ROUND_DAYS


def _rounds(rounds: RoundRules, findings: Findings) -> None:
    if not isinstance(rounds.opens, YearlyMoment) or not isinstance(rounds.closes, YearlyMoment):
        return
    opens = (0, rounds.opens.month, _day(rounds.opens), rounds.opens.at or time.min)
    if _too_far(_moment(rounds.closes, opens), opens):
        findings.at(
            "rounds.closes",
            f"截止早于开始,请更正(跨年申报不超过 {LONGEST_ROUND_DAYS} 天)",
            f"the round closes before it opens: correct the dates (over New Year, at most {LONGEST_ROUND_DAYS} days)",
        )
    before = opens
    for number, cascade in enumerate(rounds.cascade):
        moment = _moment(cascade.until, opens)
        if moment < before or _too_far(moment, opens):
            findings.at(
                f"rounds.cascade[{number}].until",
                "早于前一层级的截止或申报开始;请按层级先后排列",
                "it lies before the level above it in the list, or before the round opens: put the levels in order",
            )
        before = max(before, moment)


def _notice(notice: Notice, findings: Findings) -> None:
    if notice.posted is None or notice.closes is None:
        return
    if notice.closes < notice.posted:
        findings.at(
            f"notices[{notice.id}].closes",
            f"公示在开始({notice.posted})之前结束,请更正日期",
            f"the notice ends before it begins ({notice.posted}): correct the dates",
        )
