"""Understands whether what ought to run runs and answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from shared.runtime.operator.findings import Finding, well
from shared.runtime.operator.home import Home
from shared.runtime.operator.launch import held
from shared.runtime.operator.probe import unready
from shared.runtime.operator.run_state import RunState

MANY_RESTARTS = 3


async def all_of(state: RunState | None, services: Sequence[str], home: Home) -> list[Finding]:
    if state is None:
        return [Finding("running", "warning", "未在运行", "not running", "shifan up")]
    if not state.alive():
        return [_stale(state)]
    found = [_held(home)]
    found += [_part(state, part.name, home) for part in state.parts]
    asked = [name for name in services if name in state.addresses]
    missing = await asyncio.gather(*(asyncio.to_thread(unready, state.addresses[name]) for name in asked))
    found += [_ready(name, lack, home) for name, lack in zip(asked, missing, strict=True)]
    return found


def _stale(state: RunState) -> Finding:
    left = len(state.survivors())
    zh = f"主进程 {state.supervisor.pid} 已不在，遗留 {left} 个进程"
    en = f"the supervisor {state.supervisor.pid} is gone and left {left} processes behind"
    return Finding("running", "fault", zh, en, "shifan stop")


def _held(home: Home) -> Finding:
    if held(home):
        return well("running", "正在运行", "running")
    zh, en = f"{home.run_file} 与实际不符", f"{home.run_file} does not tell the truth"
    return Finding("running", "fault", zh, en, "shifan stop")


def _part(state: RunState, name: str, home: Home) -> Finding:
    part = next(known for known in state.parts if known.name == name)
    check = f"process:{name}"
    log = home.log_dir / f"{name}.log"
    if part.failure or not (part.processes == () or any(identity.find() for identity in part.processes)):
        zh, en = f"{name} 未运行：{part.failure or '已退出'}", f"{name} does not run: {part.failure or 'ended'}"
        return Finding(check, "fault", zh, en, f"tail -n 50 {log}   ;   shifan stop; shifan up")
    if part.restarts >= MANY_RESTARTS:
        zh, en = f"{name} 已重启 {part.restarts} 次", f"{name} was restarted {part.restarts} times"
        return Finding(check, "warning", zh, en, f"tail -n 50 {log}")
    return well(check, f"{name} 正在运行", f"{name} runs")


def _ready(name: str, lack: str, home: Home) -> Finding:
    if not lack:
        return well(f"ready:{name}", f"{name} 就绪", f"{name} is ready")
    zh, en = f"{name} 未就绪：{lack}", f"{name} is not ready: {lack}"
    return Finding(f"ready:{name}", "fault", zh, en, f"tail -n 50 {home.log_dir}/*.log   ;   shifan stop; shifan up")
