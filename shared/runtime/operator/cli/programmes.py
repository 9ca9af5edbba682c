"""Understands ``programmes``: what somebody asks who reads, writes or applies regulations. It needs no database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from shared.programmes.address import plain_values
from shared.programmes.catalogue import Catalogue
from shared.programmes.diff import differences
from shared.programmes.explain import status_of
from shared.programmes.facts_file import Facts, misfits, read_facts
from shared.programmes.graph import mermaid, svg
from shared.programmes.model import Programme
from shared.programmes.reading.faults import BadDefinition, Fault
from shared.programmes.reading.tree import MOST_BYTES
from shared.programmes.reasons import judge
from shared.programmes.schema import as_file
from shared.programmes.workbench import LIBRARY, Checked, NoSuchName, check_file, find
from shared.runtime.clock import SystemClock, local_day
from shared.runtime.operator.cli.answers import as_json, installation, refuse
from shared.runtime.operator.regulations import tables
from shared.runtime.operator.regulations.portrait import portrait

NAME = "办法:id、id@版本、id@sha256:…,或 YAML 文件 / id, id@version, id@sha256:…, or a YAML file."
Library = Annotated[Path, typer.Option("--library", help="办法目录 / folder of definitions.", file_okay=False)]
Day = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="日期 / day, YYYY-MM-DD (today).")]
Json = Annotated[bool, typer.Option("--json", help="机器可读 / for programs.")]
TextOnly = Annotated[bool, typer.Option("--text", help="不含补充文件 / the text alone, without supplements.")]
Out = Annotated[Path | None, typer.Option("--output", "-o", help="写入文件 / write to this file.", dir_okay=False)]


def install(app: typer.Typer) -> None:
    programmes = typer.Typer(help="办法 / Regulations as data: read, check, compare, apply.", no_args_is_help=True)
    app.add_typer(programmes, name="programmes")
    programmes.command("list")(list_all)
    for command in (show, check, explain, diff, schema, graph):
        programmes.command()(command)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def list_all(context: typer.Context, day: Day = None, library: Library = LIBRARY, json: Json = False) -> None:
    """列出全部办法 / Every programme with status, kind, version, content hash, banner, and whether it is in force."""
    on = _day(day)
    with _readable():
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
    programme = _find(name, library, day, text)
    if json:
        as_json({"ref": programme.ref, "unset": programme.missing_for_activation(), **plain_values(programme)})
    else:
        tables.show(installation(context).console, portrait(programme, _day(day)))


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
        "faults": [_fault(fault) for fault in each.faults],
        "ref": each.text.ref if each.text else "",
        "supplied_ref": each.supplied.ref if each.supplied else "",
        "sandbox_only": each.supplied.sandbox_only if each.supplied else None,
        "unset": each.text.missing_for_activation() if each.text else [],
        "unset_with_supplements": _missing(each),
        "runs_in_sandbox": bool(each.supplied and not each.supplied.missing_for_sandbox()),
    }


def _fault(fault: Fault) -> dict[str, object]:
    place = fault.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "field": fault.path,
        "zh": fault.zh,
        "en": fault.en,
    }


def _show_checked(console: Console, each: Checked) -> None:
    if each.faults or each.text is None or each.supplied is None:
        tables.show(_errors(), tables.faults(each.faults))
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
        for path in missing:
            console.print(f"    {path}", highlight=False, markup=False)
    else:
        state = "仅供沙盒 / sandbox only" if programme.sandbox_only else "可以启用 / may be activated"
        console.print(f"  全部参数已定 / nothing is unset: {state}", highlight=False)


def schema(output: Out = None) -> None:
    """输出 JSON Schema / The language as JSON Schema (draft 2020-12), from which an editor completes."""
    _write(as_file(), output)


# ── applying ─────────────────────────────────────────────────────────────────────────────────────────────────────


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
    programme = _find(name, library, day, text)
    with _readable():
        read = read_facts(_taken(facts), str(facts))
        given = _placed(read.facts, region, level, day)
    wrong = misfits(programme, type(read)(given, read.file, read.places))
    try:
        found = judge(programme, given, procedure or None)
    except KeyError:
        _no_procedure(programme, procedure)
    if json:
        as_json(
            {
                "eligible": found.eligible,
                "ref": found.programme,
                "conditions": found.conditions,
                "faults": [_fault(each) for each in wrong],
            }
        )
    else:
        console = installation(context).console
        tables.show(console, tables.banner(programme))
        tables.show(console, tables.verdicts(found))
    if wrong:
        tables.show(_errors(), tables.faults(wrong))
        raise typer.Exit(1)


def _placed(facts: Facts, region: str, level: str, day: datetime | None) -> Facts:
    on = day.date() if day else facts.day or _day(None)
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


def diff(
    context: typer.Context,
    before: Annotated[str, typer.Argument(help=NAME)],
    after: Annotated[str, typer.Argument(help=NAME)],
    library: Library = LIBRARY,
    text: TextOnly = False,
    json: Json = False,
) -> None:
    """比较两个版本 / Which conditions, steps and deadlines changed between two versions, in words."""
    found = differences(_find(before, library, None, text), _find(after, library, None, text))
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
    programme = _find(name, library, None, text)
    try:
        drawn = (mermaid if as_mermaid else svg)(programme, procedure or None)
    except KeyError:
        _no_procedure(programme, procedure)
    _write(drawn.encode(), output)


# ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _day(day: datetime | None) -> date:
    return day.date() if day else local_day(SystemClock().now())


def _find(name: str, library: Path, day: datetime | None, text: bool) -> Programme:
    with _readable():
        return find(Catalogue.load(library), name, _day(day), text_only=text)


@contextmanager
def _readable() -> Iterator[None]:
    """Inside, a bad file becomes its faults and exit code 1, an unknown name a sentence; exit code 1 for both."""
    try:
        yield
    except BadDefinition as refused:
        tables.show(_errors(), tables.faults(refused.faults))
        raise typer.Exit(1) from None
    except NoSuchName as unknown:
        refuse(f"{unknown.zh}\n{unknown.en}")


def _errors() -> Console:
    return Console(stderr=True, soft_wrap=True)


def _no_procedure(programme: Programme, name: str) -> NoReturn:
    listed = ", ".join(each.id for each in programme.procedures)
    refuse(f"没有流程 {name};有 / there is no such procedure; there are: {listed}", 2)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        refuse(f"{output}: 无法写入 / cannot be written: {error.strerror}", 2)
