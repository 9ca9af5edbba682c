"""Understands ``parked``: deliveries that could not be applied, and how an operator lets them go on or ends them."""

from __future__ import annotations

import asyncio
import getpass
import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from rich.table import Table

from shared.envelope import Actor
from shared.runtime.operator.cli.answers import as_json, installation, mendable, refuse
from shared.runtime.operator.cli.opening import Builds, service_of
from shared.runtime.operator.installation import Installation
from shared.runtime.parking import NotFirst, NotParked, Outcome, Parked, Parking

T = TypeVar("T")
MOST = 1000
VALUE_CHARACTERS = 4000
Service = typer.Argument(help="服务 / service: intake, review, registry, notifications.")


def install(app: typer.Typer, builds: Builds) -> None:
    parked = typer.Typer(help="搁置的记录 / Deliveries that could not be applied.", no_args_is_help=True)
    app.add_typer(parked, name="parked")

    @parked.command("list")
    def entries(
        context: typer.Context,
        service: str = typer.Argument("", help="只此服务 / this service only."),
        status: str = typer.Option("parked", help="parked, retried, skipped."),
        json: bool = typer.Option(False, "--json", help="机器可读 / for programs."),
    ) -> None:
        """列出 / What waits, oldest first (at most 1000 for each service)."""
        here = installation(context)
        names = [service] if service else list(here.services)
        found = {
            name: _ask(here, builds, name, lambda parking: parking.entries(status=status, limit=MOST)) for name in names
        }
        as_json({name: [_told(one) for one in rows] for name, rows in found.items()}) if json else _print(here, found)

    @parked.command()
    def show(context: typer.Context, service: str = Service, number: int = typer.Argument()) -> None:
        """查看一条 / One of them, with its reason and its content."""
        here = installation(context)
        as_json(_told(_ask(here, builds, service, lambda parking: parking.show(number)), whole=True))

    @parked.command()
    def retry(context: typer.Context, service: str = Service, number: int = typer.Argument()) -> None:
        """重试 / Apply it now, and what waits behind it of the same case. Exit code 1: still refused."""
        here = installation(context)
        _outcome(here, _ask(here, builds, service, lambda parking: parking.retry(number, operator())))

    @parked.command()
    def skip(
        context: typer.Context,
        service: str = Service,
        number: int = typer.Argument(),
        reason: str = typer.Option(..., "--reason", help="记录在案的理由 / kept on record."),
    ) -> None:
        """跳过 / End it without applying it, and go on with what waits behind it."""
        here = installation(context)
        _outcome(here, _ask(here, builds, service, lambda parking: parking.skip(number, reason, operator())))


def operator() -> Actor:
    """Who types: the account on this machine; there is no anonymous operator."""
    return Actor(id=f"operator:{getpass.getuser()}@{socket.gethostname()}", role="operator")


def _ask(here: Installation, builds: Builds, name: str, question: Callable[[Parking], Awaitable[T]]) -> T:
    async def ask() -> T:
        async with service_of(here, builds, here.known(name)) as service:
            return await question(service.parking)

    with mendable():
        try:
            return asyncio.run(ask())
        except (NotParked, NotFirst, ValueError) as refused:
            refuse(str(refused))


def _outcome(here: Installation, outcome: Outcome) -> None:
    here.console.print(f"已处理 {outcome.applied}，仍搁置 {outcome.waiting} / applied, still waiting")
    if outcome.waiting:
        refuse(f"{outcome.reason}\n→ shifan parked list")


def _told(one: Parked, whole: bool = False) -> dict[str, object]:
    record = one.delivery.record
    told: dict[str, object] = {
        "number": one.id,
        "subscriber": one.subscriber,
        "case": record.key,
        "event": f"{one.stream}/{one.version}",
        "type": record.headers.get("ce_type", ""),
        "kind": one.kind,
        "reason": one.reason,
        "status": one.status,
        "parked_at": one.parked_at,
        "resolved_by": one.resolved_by,
        "resolved_reason": one.resolved_reason,
    }
    if whole:
        told |= {"topic": record.topic, "partition": one.delivery.partition, "offset": one.delivery.offset}
        told |= {"headers": record.headers, "value": record.value[:VALUE_CHARACTERS].decode("utf-8", "replace")}
    return told


def _print(here: Installation, found: dict[str, list[Parked]]) -> None:
    if not any(found.values()):
        here.console.print("没有搁置的记录 / nothing is parked")
        return
    table = Table(box=None)
    for heading in ("服务 / service", "编号 / no.", "案件 / case", "事件 / event", "类别 / kind", "理由 / reason"):
        table.add_column(heading, overflow="fold")
    for name, rows in found.items():
        for one in rows:
            record = one.delivery.record
            table.add_row(name, str(one.id), record.key, record.headers.get("ce_type", ""), one.kind, one.reason)
    here.console.print(table)
    here.console.print("→ shifan parked show|retry|skip <service> <no.>", markup=False)
