"""Understands ``kept``: what newer releases and strangers sent, and how the former is applied after an upgrade."""

from __future__ import annotations

import asyncio

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.runtime.kept import Applied, Kept
from shared.runtime.operator.cli.answers import as_json, installation, mendable, refuse
from shared.runtime.operator.cli.opening import Builds, service_of
from shared.runtime.operator.installation import Installation

MOST = 1000


def install(app: typer.Typer, builds: Builds) -> None:
    kept = typer.Typer(help="留存的记录 / Deliveries that no process here could read.", no_args_is_help=True)
    app.add_typer(kept, name="kept")

    @kept.command("list")
    def entries(
        context: typer.Context,
        service: str = typer.Argument("", help="只此服务 / this service only."),
        json: bool = typer.Option(False, "--json", help="机器可读 / for programs."),
    ) -> None:
        """列出 / What was kept aside, oldest first (at most 1000 for each service)."""
        here = installation(context)
        names = [service] if service else list(here.services)
        with mendable():
            found = {name: asyncio.run(_entries(here, builds, here.known(name))) for name in names}
        as_json({name: [_told(one) for one in rows] for name, rows in found.items()}) if json else _print(here, found)

    @kept.command()
    def apply(context: typer.Context, service: str = typer.Argument("", help="只此服务 / this service only.")) -> None:
        """升级后补办 / After an upgrade: apply in order what can be read now. Exit code 1: some were refused."""
        here = installation(context)
        names = [service] if service else list(here.services)
        with mendable():
            found = {name: asyncio.run(_apply(here, builds, here.known(name))) for name in names}
        for name, applied in found.items():
            _say(here, name, applied)
        if refused := [f"{name} {number}: {why}" for name, one in found.items() for number, why in one.refused.items()]:
            refuse("\n".join(refused))


async def _entries(here: Installation, builds: Builds, name: str) -> list[Kept]:
    async with service_of(here, builds, name) as service:
        return await service.kept.entries(limit=MOST)


async def _apply(here: Installation, builds: Builds, name: str) -> Applied:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with service_of(here, builds, name) as service:
        total = await service.kept.count()
        with Progress(*columns, console=here.console, disable=not total) as progress:
            task = progress.add_task(name, total=total)
            return await service.kept.apply(lambda done: progress.update(task, completed=done))


def _say(here: Installation, name: str, told: Applied) -> None:
    here.console.print(
        f"{name}: 已补办 {told.applied}，仍不认识 {told.newer}，等候 {told.waiting}，外来 {told.strange} / "
        f"applied {told.applied}, not understood yet {told.newer}, waiting {told.waiting}, of strangers {told.strange}",
        highlight=False,
    )


def _told(one: Kept) -> dict[str, object]:
    return {
        "number": one.id,
        "subscriber": one.subscriber,
        "case": one.delivery.record.key,
        "event": one.delivery.record.headers.get("ce_id", ""),
        "type": one.word,
        "what": one.what,
        "topic": one.delivery.record.topic,
        "stored_at": one.stored_at,
    }


def _print(here: Installation, found: dict[str, list[Kept]]) -> None:
    if not any(found.values()):
        here.console.print("没有留存的记录 / nothing is kept aside")
        return
    table = Table(box=None)
    for heading in ("服务 / service", "编号 / no.", "案件 / case", "事件 / event", "能否读懂 / what", "主题 / topic"):
        table.add_column(heading, overflow="fold")
    for name, rows in found.items():
        for one in rows:
            record = one.delivery.record
            table.add_row(name, str(one.id), record.key, one.word, one.what, record.topic)
    here.console.print(table)
    here.console.print("→ shifan kept apply <service>", markup=False)
