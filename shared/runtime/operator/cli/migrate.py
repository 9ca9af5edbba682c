"""Understands ``migrate``: make the databases that are missing and bring every schema forward."""

from __future__ import annotations

import asyncio

import typer

from shared.runtime.operator.cli.answers import installation, mendable
from shared.runtime.operator.installation import Installation
from shared.runtime.operator.migrate import Migrated, bring_forward
from shared.runtime.postgres.launcher import launch


def install(app: typer.Typer) -> None:
    @app.command()
    def migrate(
        context: typer.Context, service: str = typer.Argument("", help="只此服务 / this service only.")
    ) -> None:
        """升级数据库结构 / Bring the databases' schemas forward (SHIFAN_DATABASE_URL, else the local server)."""
        here = installation(context)
        with mendable():
            wanted = [here.known(service)] if service else list(here.services)
            for done in asyncio.run(_migrate(here, wanted)):
                what = ", ".join(done.applied) or "已是最新 / up to date"
                here.console.print(f"{done.service}: {what}", highlight=False)


async def _migrate(here: Installation, wanted: list[str]) -> list[Migrated]:
    surroundings = here.surroundings()
    server = await launch(here.home.database_dir, surroundings)
    try:
        return await bring_forward(server.url, {name: here.services[name] for name in wanted}, surroundings)
    finally:
        if not server.reattached:
            await server.stop()
