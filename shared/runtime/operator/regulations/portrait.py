"""Understands one regulation as an officer reads it: identity, conditions, steps, materials, notices, what is unset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich.console import Group, RenderableType
from rich.text import Text as Line

from shared.programmes.explain import KINDS, status_of
from shared.programmes.life import LIVES, life_on
from shared.programmes.model import Deciding, Paying, Procedure, Programme, RoundRules, Step, Unset
from shared.programmes.phrases import both, name_of, number, quoted, said
from shared.programmes.walk import OUTCOME_WORDS, TYPE_WORDS, in_order
from shared.runtime.operator.regulations.tables import banner, in_force, table

DECIDED = {"computed": ("计算", "computed"), "attested": ("证明", "attested"), "judged": ("判断", "judged")}
MATERIAL_RULES = {
    "all_of": ("全部提交", "all of them"),
    "any_of": ("任选其一", "any one"),
    "as_applicable": ("根据实际情况", "as applicable"),
}


def portrait(programme: Programme, day: date) -> RenderableType:
    return Group(*_parts(programme, day))


def _parts(programme: Programme, day: date) -> Iterator[RenderableType]:
    yield Line(both(programme.legal.title), style="bold")
    yield banner(programme)
    yield _identity(programme, day)
    if programme.conditions:
        yield from _headed("条件 / conditions", _conditions(programme))
    for procedure in programme.procedures:
        yield from _headed(f"流程 / procedure: {procedure.id} {both(procedure.title)}", _steps(procedure, programme))
    if programme.materials:
        yield from _headed("材料 / materials", _materials(programme))
    if isinstance(programme.rounds, RoundRules):
        yield from _headed("申报轮次 / rounds", Line(_said(programme.rounds)))
    yield from _lists(programme)
    yield from _unset(programme)
    yield from _supplements(programme)


def _headed(title: str, body: RenderableType) -> Iterator[RenderableType]:
    yield Line(f"\n{title}", style="bold")
    yield body


def _said(value: object) -> str:
    return both(said(value))


def _identity(programme: Programme, day: date) -> RenderableType:
    legal, kind, status = programme.legal, KINDS[programme.kind], status_of(programme)
    rows = table("", "")
    rows.show_header = False
    rows.add_row("办法 / programme", f"{programme.id} @{programme.version}")
    rows.add_row("内容地址 / address", programme.ref)
    rows.add_row("类别 / kind", f"{kind[0]} / {kind[1]}")
    rows.add_row("文本状态 / status", f"{status[0]} / {status[1]}")
    rows.add_row("发布机关 / issued by", "、".join(legal.issued_by))
    rows.add_row("文号 / number", _said(legal.number))
    rows.add_row("施行期间 / in force", _said(legal.in_force))
    rows.add_row(f"{day} 施行 / in force then", "是 / yes" if in_force(programme, day) else "否 / no")
    rows.add_row(f"{day} 阶段 / life then", both(LIVES[life_on(programme, day)]))
    if programme.adopts is not None:
        rows.add_row("承继 / adopts", f"{programme.adopts.programme} {programme.adopts.version}")
    rows.add_row("新案件 / new cases", "受理 / taken" if programme.accepts_new_cases else "不再受理 / no longer taken")
    return rows


def _conditions(programme: Programme) -> RenderableType:
    rows = table("条件 / condition", "要求 / what is asked", "判断 / decided", "数值 / expression", "出处 / clause")
    for each in programme.conditions:
        zh, en = DECIDED[each.decided]
        asks = [each.expression or "-", *([f"⟵ {each.when}"] if each.when else [])]
        clause = both(quoted(each.source)) + (f"\n「{each.source.quote}」" if each.source.quote else "")
        clause += origin(programme, f"conditions[{each.id}]")
        rows.add_row(each.id, both(each.title), f"{zh} / {en}", "\n".join(asks), clause)
    return rows


def _steps(procedure: Procedure, programme: Programme) -> RenderableType:
    rows = table(
        "步骤 / step", "名称 / title", "类型 / type", "谁 / who", "期限 / by when", "去向 / leads to", "出处 / clause"
    )
    for step in in_order(procedure):
        actor = both(programme.party(step.actor).title)
        kind = "\n".join((f"{TYPE_WORDS[step.type]} / {step.type}", *_money(step)))
        until = "-" if step.deadline is None else _said(step.deadline)
        rows.add_row(
            step.id, both(step.title), kind, actor, until, _leads(step), _step_clause(step, procedure, programme)
        )
    notes = [
        f"{route.id}: {both(route.title)}: 跳过 / skips {', '.join(route.skip)} ⟵ {route.when}"
        for route in procedure.routes
    ]
    return Group(rows, *(Line(note) for note in notes))


def _money(step: Step) -> Iterator[str]:
    """What a step decides or pays of a budget."""
    match step.parameters:
        case Deciding(approves=str(budget)):
            yield f"批准 {budget} 的金额 / approves a sum of {budget}"
        case Deciding(reclaims=str(budget)):
            yield f"决定追回 {budget} 的金额 / reclaims a sum of {budget}"
        case Paying() as paying:
            zh, en = ("收回", "collects") if paying.direction == "back" else ("拨付", "pays")
            yield f"{zh} {paying.budget} / {en} {paying.budget}"
            for one in () if isinstance(paying.instalments, Unset) else paying.instalments:
                waits = f" ⟵ {one.after}" if one.after else ""
                yield f"{'▸ ' if paying.instalment in (None, one.id) else '  '}{one.id} {number(one.share)}{waits}"


def _step_clause(step: Step, procedure: Procedure, programme: Programme) -> str:
    return both(quoted(step.source)) + origin(programme, f"procedures[{procedure.id}].steps[{step.id}]")


def origin(programme: Programme, path: str) -> str:
    """A line that names the adopted texts behind an element; nothing where this text wrote it alone."""
    texts = programme.origin(path)
    return f"\n⟵ 承继 / from {' + '.join(texts)}" if texts else ""


def _leads(step: Step) -> str:
    lines = [f"{OUTCOME_WORDS.get(outcome, outcome)} {outcome} → {target}" for outcome, target in step.outcomes.items()]
    if step.repeat is not None:
        lines.append(f"最多 {step.repeat.at_most} 次 / at most → {step.repeat.then}")
    return "\n".join(lines) or "■"


def _materials(programme: Programme) -> RenderableType:
    rows = table("材料 / material", "名称 / title", "提交 / rule", "文件 / documents", "出处 / clause")
    for each in programme.materials:
        zh, en = MATERIAL_RULES[each.rule]
        papers = "\n".join(
            f"{d.id} {both(d.title)}" + (f" ×{d.at_least}" if d.at_least > 1 else "") for d in each.documents
        )
        rows.add_row(each.id, both(each.title), f"{zh} / {en}", papers, both(quoted(each.source)))
    return rows


_LISTS = (
    "relaxations",
    "rubrics",
    "panels",
    "notices",
    "awards",
    "re_reviews",
    "obligations",
    "revocation",
    "rewards",
    "budgets",
    "overlaps",
    "ambiguities",
)


def _lists(programme: Programme) -> Iterator[RenderableType]:
    for name in _LISTS:
        elements = getattr(programme, name)
        if not elements:
            continue
        rows = table("", "", "")
        rows.show_header = False
        for each in elements:
            rows.add_row(each.id, _said(each), both(quoted(each.source)))
        yield from _headed(both(name_of(name)), rows)
    yield from _headed(both(name_of("fee")), Line(_said(programme.fee)))


def _unset(programme: Programme) -> Iterator[RenderableType]:
    missing = programme.missing_for_activation()
    if missing:
        title = f"未规定,因此不能启用 / unset, so it cannot be activated ({len(missing)})"
        yield from _headed(title, Line("\n".join(missing), style="yellow"))


def _supplements(programme: Programme) -> Iterator[RenderableType]:
    labels = {
        each.source.supplement.id: each.source.supplement for each in programme.supplied if each.source.supplement
    }
    for name, label in labels.items():
        paths = [each.path for each in programme.supplied if each.source.supplement == label]
        use = "仅供沙盒 / sandbox" if label.use == "sandbox" else "可用于办理 / production"
        head = f"补充 / supplement {name}: {label.author}, {label.date}, {use}: {both(label.reason)}"
        yield from _headed(head, Line("\n".join(paths), style="cyan"))
