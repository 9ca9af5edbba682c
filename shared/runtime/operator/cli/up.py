"""Understands ``up``: come up or reattach, print the block, stay until Ctrl-C (or go on in the background)."""

from __future__ import annotations

from collections.abc import Callable

import typer

from shared.runtime.operator import block
from shared.runtime.operator.cli.answers import installation, mendable, refuse
from shared.runtime.operator.cli.look import Logins
from shared.runtime.operator.installation import Installation
from shared.runtime.operator.launch import Plan, await_ready, detach, held, run
from shared.runtime.operator.machine_checks import origin_port
from shared.runtime.postgres.process import free_port

Plans = Callable[[Installation, int, bool], Plan]
"""Makes the plan for a port; the flag asks for a process per service."""


def install(app: typer.Typer, plans: Plans, logins: Logins) -> None:
    @app.command()
    def up(
        context: typer.Context,
        kafka: bool = typer.Option(
            False, "--kafka", help="每个服务一个进程，经由 Kafka / a process per service, over Kafka."
        ),
        detached: bool = typer.Option(False, "--detach", help="在后台运行 / go on in the background."),
        port: int = typer.Option(-1, help="起始页端口，0 为任意 / port of the start page, 0 for any."),
    ) -> None:
        """启动演示环境 / Start everything for a demonstration; a second time: show where it runs."""
        here = installation(context)
        with mendable():
            here.home.make()
            if held(here.home):
                _reattach(here, kafka, logins)
            elif detached:
                detach(here.home, _again(here, kafka, port))
                _show(here, logins)
            else:
                _stay(here, kafka, _port(here, port), plans, logins)


def _stay(here: Installation, kafka: bool, port: int, plans: Plans, logins: Logins) -> None:
    def ready() -> None:
        _show(here, logins)
        here.console.print("按 Ctrl-C 停止 / Ctrl-C stops everything")

    if not run(here.home, lambda: plans(here, port, kafka), here.console, ready):
        _reattach(here, kafka, logins)


def _reattach(here: Installation, kafka: bool, logins: Logins) -> None:
    state = await_ready(here.home, lambda: held(here.home))
    if state is None:
        refuse("已在运行但未就绪 / it runs already but does not get ready\n→ shifan doctor")
    if kafka != (state.mode == "kafka"):
        here.console.print(f"已以 {state.mode} 方式运行；先 shifan stop / it runs as {state.mode}: shifan stop first")
    here.console.print("已在运行 / it runs already")
    _show(here, logins)


def _show(here: Installation, logins: Logins) -> None:
    block.show(here.console, block.report(here.state(), str(here.home.path), tuple(here.services), logins(here)))


def _port(here: Installation, wanted: int) -> int:
    """The port asked for; without one the usual, or another where that is taken."""
    if wanted > 0:
        return wanted
    usual = here.port()
    if wanted == 0:
        return free_port()
    if origin_port(usual, None).verdict == "well":
        return usual
    other = free_port()
    here.console.print(f"端口 {usual} 被占用，改用 {other} / port {usual} is taken, using {other}")
    return other


def _again(here: Installation, kafka: bool, port: int) -> list[str]:
    """The command line of the same ``up`` in the foreground."""
    options = [*(["--kafka"] if kafka else []), f"--port={port}"]
    return ["-m", here.entry, "--home", str(here.home.path), "up", *options]
