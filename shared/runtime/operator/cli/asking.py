"""Understands how a person names a regulation on the command line, and how the answer is given back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from shared.programmes.catalogue import Catalogue
from shared.programmes.model import Programme
from shared.programmes.reading.faults import BadDefinition, Fault
from shared.programmes.workbench import NoSuchName, find
from shared.runtime.clock import SystemClock, local_day
from shared.runtime.operator.cli.answers import refuse
from shared.runtime.operator.regulations import tables

NAME = "办法:id、id@版本、id@sha256:…,或 YAML 文件 / id, id@version, id@sha256:…, or a YAML file."
Library = Annotated[Path, typer.Option("--library", help="办法目录 / folder of definitions.", file_okay=False)]
Day = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="日期 / day, YYYY-MM-DD (today).")]
Json = Annotated[bool, typer.Option("--json", help="机器可读 / for programs.")]
TextOnly = Annotated[bool, typer.Option("--text", help="不含补充文件 / the text alone, without supplements.")]
Out = Annotated[Path | None, typer.Option("--output", "-o", help="写入文件 / write to this file.", dir_okay=False)]


def fault_told(fault: Fault) -> dict[str, object]:
    place = fault.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "field": fault.path,
        "zh": fault.zh,
        "en": fault.en,
    }


def day_of(day: datetime | None) -> date:
    return day.date() if day else local_day(SystemClock().now())


def chosen(name: str, library: Path, day: datetime | None, text: bool) -> Programme:
    with readable():
        return find(Catalogue.load(library), name, day_of(day), text_only=text)


@contextmanager
def readable() -> Iterator[None]:
    """Inside, a bad file becomes its faults and exit code 1, an unknown name a sentence; exit code 1 for both."""
    try:
        yield
    except BadDefinition as refused:
        tables.show(errors(), tables.faults(refused.faults))
        raise typer.Exit(1) from None
    except NoSuchName as unknown:
        refuse(f"{unknown.zh}\n{unknown.en}")


def errors() -> Console:
    return Console(stderr=True, soft_wrap=True)


def no_procedure(programme: Programme, name: str) -> NoReturn:
    listed = ", ".join(each.id for each in programme.procedures)
    refuse(f"没有流程 {name};有 / there is no such procedure; there are: {listed}", 2)


def write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        refuse(f"{output}: 无法写入 / cannot be written: {error.strerror}", 2)
