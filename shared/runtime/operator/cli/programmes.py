"""Understands ``programmes``: what somebody asks who reads, writes or applies regulations. It needs no database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.programmes.address import plain_values
from shared.programmes.catalogue import Catalogue
from shared.programmes.diff import differences
from shared.programmes.explain import status_of
from shared.programmes.graph import mermaid, svg
from shared.programmes.lacking import fillings
from shared.programmes.life import life_on
from shared.programmes.model import Programme
from shared.programmes.phrases import both
from shared.programmes.reading.faults import BadDefinition
from shared.programmes.schema import as_file
from shared.programmes.workbench import LIBRARY, Checked, check_file
from shared.runtime.operator.cli.answers import as_json, installation
from shared.runtime.operator.cli.asking import (
    NAME,
    Day,
    Json,
    Library,
    Out,
    TextOnly,
    chosen,
    day_of,
    errors,
    fault_told,
    no_procedure,
    readable,
    write,
)
from shared.runtime.operator.cli.explain import explain
from shared.runtime.operator.regulations import tables
from shared.runtime.operator.regulations.portrait import portrait


def install(app: typer.Typer) -> None:
    programmes = typer.Typer(help="办法 / Regulations as data: read, check, compare, apply.", no_args_is_help=True)
    app.add_typer(programmes, name="programmes")
    programmes.command("list")(list_all)
    for command in (show, check, explain, diff, schema, graph):
        programmes.command()(command)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def list_all(context: typer.Context, day: Day = None, library: Library = LIBRARY, json: Json = False) -> None:
    """列出全部办法 / Every programme with status, kind, version, content hash, banner, and whether it is in force."""
    on = day_of(day)
    with readable():
        found = Catalogue.load(library).programmes()
    if json:
        as_json([_listed(each, on) for each in found])
    else:
        tables.show(installation(context).console, tables.programmes(found, on))


def _listed(each: Programme, day: date) -> dict[str, object]:
    banner = each.legal.banner
    return {
        "id": each.id,
        "version": each.version,
        "ref": each.ref,
        "kind": each.kind,
        "status": status_of(each)[1],
        "title_zh": each.legal.title.zh,
        "title_en": each.legal.title.en,
        "life": life_on(each, day),
        "in_force": tables.in_force(each, day),
        "date": day,
        "sandbox_only": each.sandbox_only,
        "accepts_new_cases": each.accepts_new_cases,
        "banner_zh": banner.zh if banner else "",
        "banner_en": banner.en if banner else "",
        "unset": each.missing_for_activation(),
    }


def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=NAME)],
    day: Day = None,
    library: Library = LIBRARY,
    text: TextOnly = False,
    json: Json = False,
) -> None:
    """显示一部办法 / One programme as an officer reads it: conditions, steps, deadlines, materials, what is unset."""
    programme = chosen(name, library, day, text)
    if json:
        as_json({"ref": programme.ref, "unset": programme.missing_for_activation(), **plain_values(programme)})
    else:
        tables.show(installation(context).console, portrait(programme, day_of(day)))


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="定义或补充文件,或目录 / definitions, supplements, or folders.")],
    library: Library = LIBRARY,
    activation: Annotated[bool, typer.Option("--activation", help="有 unset 即不通过 / anything unset fails.")] = False,
    json: Json = False,
) -> None:
    """检查定义文件 / Check files: every fault with file, line, field and what to write instead. Exit code 1: faults."""
    checked = [one for path in files for one in (_folder(path) if path.is_dir() else [check_file(path, library)])]
    failed = [each for each in checked if each.faults or (activation and each.supplied and _missing(each))]
    if json:
        as_json([_told(each) for each in checked])
    else:
        for each in checked:
            _show_checked(installation(context).console, each)
    if failed:
        raise typer.Exit(1)


def _folder(path: Path) -> list[Checked]:
    try:
        catalogue = Catalogue.load(path)
    except BadDefinition as refused:
        return [Checked(str(path), refused.faults)]
    return [Checked(each.file, (), each.text, each.supplied) for each in catalogue.editions]


def _missing(each: Checked) -> tuple[str, ...]:
    return each.supplied.missing_for_activation() if each.supplied else ()


def _told(each: Checked) -> dict[str, object]:
    return {
        "file": each.file,
        "ok": not each.faults,
        "faults": [fault_told(fault) for fault in each.faults],
        "ref": each.text.ref if each.text else "",
        "supplied_ref": each.supplied.ref if each.supplied else "",
        "sandbox_only": each.supplied.sandbox_only if each.supplied else None,
        "unset": each.text.missing_for_activation() if each.text else [],
        "unset_with_supplements": _missing(each),
        "runs_in_sandbox": bool(each.supplied and not each.supplied.missing_for_sandbox()),
    }


def _show_checked(console: Console, each: Checked) -> None:
    if each.faults or each.text is None or each.supplied is None:
        tables.show(errors(), tables.faults(each.faults))
        return
    programme = each.supplied
    console.print(f"✓ {each.file}: {programme.ref}", style="green", highlight=False, markup=False, soft_wrap=True)
    steps = sum(len(procedure.steps) for procedure in programme.procedures)
    console.print(
        f"  {len(programme.conditions)} 项条件 conditions, {steps} 个步骤 steps; "
        "每步可达并通向结束 / all reachable, all lead to an end"
    )
    missing = _missing(each)
    if missing:
        console.print(f"  不能启用 / cannot be activated, unset ({len(missing)}):", style="yellow", highlight=False)
        wanted = dict(fillings(programme))
        for path in missing:
            console.print(f"    {path}: {both(wanted[path])}", highlight=False, markup=False, soft_wrap=True)
        console.print("  写入定义,或由补充文件填写 / write it, or fill it with a supplement", highlight=False)
    else:
        state = "仅供沙盒 / sandbox only" if programme.sandbox_only else "可以启用 / may be activated"
        console.print(f"  全部参数已定 / nothing is unset: {state}", highlight=False)


def schema(output: Out = None) -> None:
    """输出 JSON Schema / The language as JSON Schema (draft 2020-12), from which an editor completes."""
    write(as_file(), output)


# ── applying ─────────────────────────────────────────────────────────────────────────────────────────────────────


def diff(
    context: typer.Context,
    before: Annotated[str, typer.Argument(help=NAME)],
    after: Annotated[str, typer.Argument(help=NAME)],
    library: Library = LIBRARY,
    text: TextOnly = False,
    json: Json = False,
) -> None:
    """比较两个版本 / Which conditions, steps and deadlines changed between two versions, in words."""
    found = differences(chosen(before, library, None, text), chosen(after, library, None, text))
    as_json(found) if json else tables.show(installation(context).console, tables.changes(found))


def graph(
    name: Annotated[str, typer.Argument(help=NAME)],
    output: Out = None,
    as_mermaid: Annotated[bool, typer.Option("--mermaid", help="Mermaid 文本 / Mermaid instead of SVG.")] = False,
    procedure: Annotated[str, typer.Option(help="流程 / procedure (all of them).")] = "",
    library: Library = LIBRARY,
    text: TextOnly = False,
) -> None:
    """画出步骤图 / The graph of steps as SVG, or as Mermaid for documents."""
    programme = chosen(name, library, None, text)
    try:
        drawn = (mermaid if as_mermaid else svg)(programme, procedure or None)
    except KeyError:
        no_procedure(programme, procedure)
    write(drawn.encode(), output)
