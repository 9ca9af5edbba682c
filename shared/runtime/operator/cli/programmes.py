"""Understands ``programmes``: which regulations there are, what one says, what is wrong with a file, how one judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml
from rich.table import Table

import shared.programmes
from shared.programmes.catalogue import Catalogue, NoSuchProgramme
from shared.programmes.model import Programme
from shared.programmes.reading.faults import BadDefinition
from shared.programmes.rules import evaluate
from shared.programmes.verdicts import Verdict
from shared.runtime.operator.cli.answers import as_json, installation, refuse
from shared.runtime.operator.installation import Installation

DEFINITIONS = Path(shared.programmes.__file__).parent / "definitions"
MOST_BYTES = 1_000_000
MOST_PAPERS = 1_000


@dataclass(frozen=True)
class Facts:
    """One applicant, as ``explain`` reads it. ``documents`` maps the id of a paper to how many were filed."""

    answers: Mapping[str, str | bool]
    documents: Mapping[str, int] = field(default_factory=dict)
    region: str = ""
    level: str = ""
    kind: str = ""
    category: str = ""
    day: date | None = None


def install(app: typer.Typer) -> None:
    programmes = typer.Typer(help="制度规定 / The regulations.", no_args_is_help=True)
    app.add_typer(programmes, name="programmes")

    @programmes.command("list")
    def listed(context: typer.Context, json: bool = typer.Option(False, "--json")) -> None:
        """列出 / Every regulation with its status and address."""
        found = _library().programmes()
        as_json([_summary(one) for one in found]) if json else _print_list(installation(context), found)

    @programmes.command()
    def show(context: typer.Context, programme: str = typer.Argument(help="编号 / id, or id@sha256:…")) -> None:
        """查看 / Steps, conditions with their clauses, and what is still unset."""
        _print_one(installation(context), _one(programme))

    @programmes.command()
    def check(
        context: typer.Context, path: Annotated[Path, typer.Argument(help="文件或目录 / a file or a directory.")]
    ) -> None:
        """检查 / Check a definition; every fault with file, line, field and what to write instead."""
        if not path.exists():
            refuse(f"没有此文件 / no such file: {path}")
        directory = path if path.is_dir() else path.parent
        try:
            Catalogue.load(directory)
        except BadDefinition as bad:
            told = [fault for fault in bad.faults if path.is_dir() or Path(fault.place.file).name == path.name]
            if told:
                refuse("\n".join(map(str, told)))
        installation(context).console.print("没有问题 / no faults")

    @programmes.command()
    def explain(
        context: typer.Context,
        programme: Annotated[str, typer.Argument(help="编号 / id.")],
        facts: Annotated[Path, typer.Argument(help="YAML 或 JSON：answers, documents, region, level / one applicant.")],
        json: bool = typer.Option(False, "--json"),
    ) -> None:
        """逐条说明 / Judge one applicant condition by condition, with clause, numbers and verdict; stores nothing."""
        verdicts = _judged(_one(programme), _facts(facts))
        as_json([_told(one) for one in verdicts]) if json else _print_verdicts(installation(context), verdicts)


def _library() -> Catalogue:
    try:
        return Catalogue.load(DEFINITIONS)
    except BadDefinition as bad:
        refuse(str(bad))


def _one(name: str) -> Programme:
    library = _library()
    try:
        return library.get(name) if "@" in name else library.versions(name)[-1]
    except NoSuchProgramme:
        known = ", ".join(sorted({one.id for one in library.programmes()}))
        refuse(f"没有 {name} / no such programme; 可选 / there are: {known}")


def _facts(path: Path) -> Facts:
    try:
        if path.stat().st_size > MOST_BYTES:
            refuse(f"{path}: 文件过大 / larger than {MOST_BYTES} bytes")
        return msgspec.convert(yaml.safe_load(path.read_text("utf-8")), Facts)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as fault:
        refuse(f"{path}: {fault}")


def _judged(programme: Programme, facts: Facts) -> tuple[Verdict, ...]:
    papers = [paper for paper, count in facts.documents.items() for _ in range(min(count, MOST_PAPERS))]
    # A paper counts under its material as well: a licence is there with either of its papers.
    material = {document.id: kind.id for kind in programme.materials for document in kind.documents}
    papers += [material[paper] for paper in papers if material.get(paper, paper) != paper]
    return evaluate(
        programme,
        facts.answers,
        papers,
        region=facts.region,
        level=facts.level,
        kind=facts.kind,
        category=facts.category,
        day=facts.day,
    )


def _summary(one: Programme) -> dict[str, object]:
    return {
        "id": one.id,
        "version": one.version,
        "kind": one.kind,
        "title_zh": one.legal.title.zh,
        "title_en": one.legal.title.en,
        "status": _status(one),
        "sandbox_only": one.sandbox_only,
        "accepts_new_cases": one.accepts_new_cases,
        "unset": len(one.missing_for_activation()),
        "ref": one.ref,
    }


def _status(one: Programme) -> str:
    return one.legal.status if isinstance(one.legal.status, str) else "unset"


def _told(one: Verdict) -> dict[str, object]:
    return {
        "condition": one.id,
        "title_zh": one.condition.title.zh,
        "title_en": one.condition.title.en,
        "decided": one.condition.decided,
        "finding": one.finding,
        "clause": one.clause,
        "numbers": dict(one.numbers),
        "comparisons": one.comparisons,
    }


def _print_list(here: Installation, found: Sequence[Programme]) -> None:
    table = Table(box=None)
    for heading in ("编号 / id", "版本 / version", "类型 / kind", "状态 / status", "名称 / title"):
        table.add_column(heading, overflow="fold")
    for one in found:
        status = f"{_status(one)}{' (sandbox)' if one.sandbox_only else ''}"
        table.add_row(one.id, one.version, one.kind, status, one.legal.title.zh)
    here.console.print(table)


def _print_one(here: Installation, one: Programme) -> None:
    say = here.console.print
    say(f"{one.legal.title.zh}\n{one.legal.title.en}", markup=False)
    say(f"{one.ref}", markup=False, soft_wrap=True)
    if one.legal.banner:
        say(f"{one.legal.banner.zh}\n{one.legal.banner.en}", style="yellow", markup=False)
    for procedure in one.procedures:
        say(f"\n{procedure.title.zh} / {procedure.title.en}", style="bold", markup=False)
        for step in procedure.steps:
            leads = ", ".join(f"{outcome} → {following}" for outcome, following in step.outcomes.items())
            say(f"  {step.id} ({step.type}, {step.actor}) {step.title.zh}  {leads}", markup=False, highlight=False)
    say("\n条件 / conditions", style="bold")
    for condition in one.conditions:
        what = condition.expression or condition.decided
        say(f"  {condition.id} {condition.title.zh}  [{what}]  {condition.source.clause}", markup=False)
    missing = one.missing_for_activation()
    say(f"\n未定 / unset: {len(missing)}", style="bold")
    say("\n".join(f"  {path}" for path in missing), markup=False)


def _print_verdicts(here: Installation, verdicts: Sequence[Verdict]) -> None:
    table = Table(box=None)
    for heading in ("条件 / condition", "结论 / finding", "依据 / why", "条款 / clause"):
        table.add_column(heading, overflow="fold")
    for one in verdicts:
        why = "; ".join(one.comparisons) or one.condition.decided
        table.add_row(f"{one.id} {one.condition.title.zh}", one.finding, why, one.clause)
    here.console.print(table)
