"""Understands ``rebuild``: a view filled again from the first fact, beside the old one, while the service runs."""

from __future__ import annotations

import asyncio

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.runtime.operator.cli.answers import installation, mendable, refuse
from shared.runtime.operator.cli.opening import Builds, service_of
from shared.runtime.operator.installation import Installation


def install(app: typer.Typer, builds: Builds) -> None:
    @app.command()
    def rebuild(
        context: typer.Context,
        service: str = typer.Argument(help="服务 / service."),
        view: str = typer.Argument("", help="视图，空则列出 / view; without one, they are listed."),
    ) -> None:
        """重建视图 / Fill a view again from the facts; it answers all the while from its old copy."""
        here = installation(context)
        with mendable():
            asyncio.run(_rebuild(here, builds, here.known(service), view))


async def _rebuild(here: Installation, builds: Builds, name: str, view: str) -> None:
    async with service_of(here, builds, name) as service:
        if not view:
            here.console.print("\n".join(service.projectors) or "没有视图 / it has no view")
            return
        if view not in service.projectors:
            refuse(f"没有视图 {view} / no view {view}; {name}: {', '.join(service.projectors)}")
        async with service.store.pool.acquire() as connection:
            total = int(await connection.fetchval("SELECT count(*) FROM facts"))
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=here.console) as progress:
            task = progress.add_task(f"{name}.{view}", total=total)
            count = await service.projectors[view].rebuild(lambda done: progress.update(task, completed=done))
    here.console.print(f"{count} 条事实 / facts projected into {name}.{view}")
