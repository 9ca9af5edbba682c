"""Understands ``files``: which kept bytes no fact names, and how an operator takes them away."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import typer

from shared.runtime.clock import SystemClock
from shared.runtime.files import Files, file_store
from shared.runtime.operator.cli.answers import as_json, installation, mendable
from shared.runtime.operator.cli.opening import Builds, service_of
from shared.runtime.operator.installation import Installation
from shared.runtime.process import FILES_FOLDER
from shared.runtime.settings import Settings
from shared.runtime.stray_files import Swept, sweep

DAYS, LEAST_DAYS, MOST_DAYS = 7, 1, 3650
SHOWN = 20


def install(app: typer.Typer, builds: Builds) -> None:
    files = typer.Typer(help="保存的文件 / Files that are kept.", no_args_is_help=True)
    app.add_typer(files, name="files")

    @files.command("sweep")
    def swept(
        context: typer.Context,
        older_than: int = typer.Option(
            DAYS, "--older-than", min=LEAST_DAYS, max=MOST_DAYS, help="只看早于此天数的 / only what is older, in days."
        ),
        delete: bool = typer.Option(False, "--delete", help="执行；否则只列出 / do it; else only list."),
        json: bool = typer.Option(False, "--json", help="机器可读 / for programs."),
    ) -> None:
        """清理无事实引用的文件 / Set aside bytes that no fact names; a later sweep destroys them."""
        here = installation(context)
        with mendable():
            found, waiting = asyncio.run(_sweep(here, builds, timedelta(days=older_than), delete))
        as_json(_told(found, waiting, delete)) if json else _print(here, found, waiting, delete)


async def _sweep(here: Installation, builds: Builds, age: timedelta, do: bool) -> tuple[Swept, int]:
    """Every service has to answer: whatever one of them names stays."""
    settings = Settings()
    store, before = file_store(settings.files_url, here.home.path / FILES_FOLDER), SystemClock().now() - age
    async with AsyncExitStack() as stack:
        services = [await stack.enter_async_context(service_of(here, builds, name)) for name in here.services]
        found = await sweep(store, [service.store for service in services], before, do=do)
    # Uploads that a killed process left half-way; they have no address yet, so no fact can name them.
    waiting = await Files(store, settings.upload_bytes).sweep(SystemClock().now(), age) if do else 0
    return found, waiting


def _told(found: Swept, waiting: int, done: bool) -> dict[str, object]:
    return {
        "done": done,
        "strays": [stray.sha256 for stray in found.strays],
        "destroyed": [stray.sha256 for stray in found.destroyed],
        "put_back": found.put_back,
        "half_uploads": waiting,
    }


def _print(here: Installation, found: Swept, waiting: int, done: bool) -> None:
    size = sum(stray.size for stray in found.strays)
    zh = "已移开" if done else "可移开"
    en = "set aside" if done else "would be set aside"
    here.console.print(
        f"{zh} {len(found.strays)} 个（{size} 字节），彻底删除 {len(found.destroyed)}，放回 {len(found.put_back)}，"
        f"未完成的上传 {waiting} / {len(found.strays)} {en} ({size} bytes), {len(found.destroyed)} of earlier ones "
        f"destroyed, {len(found.put_back)} put back, {waiting} half uploads",
        highlight=False,
    )
    for stray in found.strays[:SHOWN]:
        here.console.print(f"  {stray.sha256}  {stray.size}", highlight=False)
    if not done:
        here.console.print("→ shifan files sweep --delete", markup=False)
