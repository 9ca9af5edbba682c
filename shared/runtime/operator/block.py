"""Understands the block that ``up`` and ``status`` print: where everything is, who may log in, how it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psutil
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from shared.runtime.operator.probe import unready
from shared.runtime.operator.run_state import RunState


@dataclass(frozen=True)
class Login:
    """One person of the demonstration and how to log in as that person."""

    role: str
    title: str
    user: str
    password: str


@dataclass(frozen=True)
class PartReport:
    """One started part as it is now."""

    name: str
    pids: tuple[int, ...]
    megabytes: int
    restarts: int
    state: str


@dataclass(frozen=True)
class Report:
    """What ``shifan status --json`` prints. ``services`` maps a name to what keeps it from being ready (or nothing)."""

    running: bool
    mode: str = ""
    home: str = ""
    started_at: datetime | None = None
    addresses: Mapping[str, str] | None = None
    services: Mapping[str, str] | None = None
    parts: tuple[PartReport, ...] = ()
    logins: tuple[Login, ...] = ()
    step: str = ""


def report(state: RunState | None, home: str, services: Sequence[str], logins: Sequence[Login]) -> Report:
    """The present state, asked now; ``services`` are those addresses that answer readiness."""
    if state is None or not state.alive():
        return Report(running=False, home=home)
    asked = {name: unready(state.addresses[name]) for name in services if name in state.addresses}
    parts = tuple(_part(state, name) for name in (part.name for part in state.parts))
    return Report(
        running=True,
        mode=state.mode,
        home=home,
        started_at=state.started_at,
        addresses=state.addresses,
        services=asked,
        parts=parts,
        logins=tuple(logins),
        step=state.step,
    )


def _part(state: RunState, name: str) -> PartReport:
    part = next(known for known in state.parts if known.name == name)
    found = [process for identity in part.processes if (process := identity.find()) is not None]
    size = sum(_resident(process) for process in found) // 1_048_576
    condition = part.failure or ("running" if found else "ended")
    return PartReport(name, tuple(process.pid for process in found), size, part.restarts, condition)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def show(console: Console, seen: Report) -> None:
    """For people; every address on a line of its own so that a terminal makes it a link."""
    if not seen.running:
        console.print("未在运行 / not running. 启动 / start: [bold]make up[/] (shifan up)")
        return
    console.print(Panel(_addresses(seen), title=f"示范 Shifan · {seen.mode}", expand=False))
    if seen.logins:
        console.print(_logins(seen))
    console.print(f"数据目录 / data directory: {seen.home}", soft_wrap=True)
    console.print("下一步 / next: [bold]shifan walkthrough[/] · shifan status · shifan doctor · shifan stop")


def _addresses(seen: Report) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for name, address in (seen.addresses or {}).items():
        missing = (seen.services or {}).get(name, "")
        table.add_row(name, address, f"[red]{missing}[/]" if missing else "")
    for part in seen.parts:
        again = f"{part.restarts} 次重启 / restarts" if part.restarts else ""
        if again or part.state != "running":
            table.add_row(part.name, part.state, again)
    return table


def _logins(seen: Report) -> Table:
    table = Table(title="演示账号 / demo logins", title_justify="left", box=None, padding=(0, 1))
    for heading in ("角色 / role", "姓名 / name", "账号 / user", "密码 / password"):
        table.add_column(heading)
    for login in seen.logins:
        table.add_row(login.role, login.title, login.user, login.password)
    return table
