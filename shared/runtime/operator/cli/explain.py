"""Understands ``programmes explain``: one applicant's facts, judged condition by condition; nothing is stored."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from shared.programmes.facts_file import Facts, FactsRead, misfits, read_facts
from shared.programmes.reading.tree import MOST_BYTES
from shared.programmes.reasons import judge
from shared.programmes.workbench import LIBRARY
from shared.runtime.operator.cli.answers import as_json, installation, refuse
from shared.runtime.operator.cli.asking import (
    NAME,
    Day,
    Json,
    Library,
    TextOnly,
    chosen,
    day_of,
    errors,
    fault_told,
    no_procedure,
    readable,
)
from shared.runtime.operator.regulations import tables


def explain(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=NAME)],
    facts: Annotated[Path, typer.Argument(help="申报数据 YAML 或 JSON / the applicant's facts.", dir_okay=False)],
    region: Annotated[str, typer.Option(help="区划代码 / region code; instead of the file's.")] = "",
    level: Annotated[str, typer.Option(help="层级 / level; instead of the file's.")] = "",
    procedure: Annotated[str, typer.Option(help="流程 / procedure (the main one).")] = "",
    day: Day = None,
    library: Library = LIBRARY,
    text: TextOnly = False,
    json: Json = False,
) -> None:
    """逐条判断一份申报 / Judge one applicant's facts: every condition with clause, numbers and verdict.

    Exit code 1: the facts name or say something that the programme does not know; it stays unknown."""
    programme = chosen(name, library, day, text)
    with readable():
        read = read_facts(_taken(facts), str(facts))
        given = _placed(read.facts, region, level, day)
    wrong = misfits(programme, FactsRead(given, read.file, read.places))
    try:
        told = judge(programme, given, procedure or None)
    except KeyError:
        no_procedure(programme, procedure)
    if json:
        as_json(
            {
                "eligible": told.eligible,
                "ref": told.programme,
                "conditions": told.conditions,
                "faults": [fault_told(each) for each in wrong],
            }
        )
    else:
        console = installation(context).console
        tables.show(console, tables.banner(programme))
        tables.show(console, tables.verdicts(told))
    if wrong:
        tables.show(errors(), tables.faults(wrong))
        raise typer.Exit(1)


def _placed(facts: Facts, region: str, level: str, day: datetime | None) -> Facts:
    on = day.date() if day else facts.day or day_of(None)
    return Facts(
        region=region or facts.region,
        level=level or facts.level,
        kind=facts.kind,
        category=facts.category,
        day=on,
        answers=facts.answers,
        documents=facts.documents,
        judged=facts.judged,
        relaxed=facts.relaxed,
    )


def _taken(path: Path) -> str:
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        refuse(f"{path}: 没有此文件,或大于 {MOST_BYTES // 1024} KiB / no such file, or larger than that")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        refuse(f"{path}: 请用 UTF-8 保存文件 / save the file as UTF-8")
