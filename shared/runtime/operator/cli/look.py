"""Understands ``status``, ``doctor`` and ``stop``: what a person asks of an installation that is there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence

import typer

from shared.runtime.operator import block, findings
from shared.runtime.operator import stop as stopping
from shared.runtime.operator.block import Login
from shared.runtime.operator.cli.answers import as_json, confirmed, installation, mendable
from shared.runtime.operator.doctor import Patient, examine
from shared.runtime.operator.doctor import as_json as findings_as_json
from shared.runtime.operator.installation import Installation
from shared.runtime.postgres.account import account, place

Logins = Callable[[Installation], Sequence[Login]]
"""The demonstration's people, where there is one."""


def install(app: typer.Typer, logins: Logins) -> None:
    @app.command()
    def status(
        context: typer.Context, json: bool = typer.Option(False, "--json", help="机器可读 / for programs.")
    ) -> None:
        """显示地址、账号与状态 / Show addresses, logins and how everything does. Exit code 3: not running."""
        here = installation(context)
        seen = block.report(here.state(), str(here.home.path), tuple(here.services), logins(here))
        as_json(seen) if json else block.show(here.console, seen)
        if not seen.running:
            raise typer.Exit(3)

    @app.command()
    def doctor(
        context: typer.Context,
        kafka: bool = typer.Option(False, "--kafka", help="也检查 Java 与 Maven / also what a local Kafka needs."),
        json: bool = typer.Option(False, "--json", help="机器可读 / for programs."),
    ) -> None:
        """检查本机并给出修复命令 / Examine this machine; every fault names the command that mends it."""
        here = installation(context)
        state = here.state()
        broker = kafka or (state is not None and state.mode == "kafka")
        found = asyncio.run(examine(Patient(here.home, state, here.services, here.surroundings(), here.port(), broker)))
        as_json(findings_as_json(found)) if json else findings.show(here.console, found)
        if findings.faulty(found):
            raise typer.Exit(1)

    @app.command()
    def stop(
        context: typer.Context,
        purge: bool = typer.Option(False, "--purge", help="删除全部数据 / also delete all data."),
        yes: bool = typer.Option(False, "--yes", help="不再询问 / do not ask."),
    ) -> None:
        """停止 / Stop everything that runs here."""
        here = installation(context)
        question = f"删除 {here.home.path} 中的全部数据？/ Delete all data in {here.home.path}?"
        if purge and not confirmed(question, yes):
            raise typer.Exit(1)
        with mendable():
            _stop(here, purge)


def _stop(here: Installation, purge: bool) -> None:
    done = stopping.stop(here.home, here.console.print)
    if done.left:
        here.console.print(f"结束了遗留的 {done.left} 个进程 / ended {done.left} processes that were left behind")
    if purge and here.home.path.exists():
        if here.home.is_ours() and here.home.database_dir.exists():
            # For root the server's files may stand elsewhere, where its own account can reach them.
            shutil.rmtree(place(here.home.database_dir, account(here.surroundings())), ignore_errors=True)
        here.home.purge()
        here.console.print(f"已删除 / deleted {here.home.path}")
    here.console.print("已停止 / stopped" if done.running or done.left else "未在运行 / nothing was running")
