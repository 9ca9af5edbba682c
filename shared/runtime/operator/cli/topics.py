"""Understands ``topics``: which there are, and how they are made with a number of partitions that never changes."""

from __future__ import annotations

import asyncio

import typer
from rich.table import Table

from shared.runtime.kafka_settings import KafkaSettings, kafka_settings
from shared.runtime.operator.cli.answers import as_json, installation, mendable, refuse
from shared.runtime.operator.installation import Installation
from shared.runtime.topics import PartitionsDiffer, all_topics, describe, ensure_topics


def install(app: typer.Typer) -> None:
    topics = typer.Typer(help="Kafka 主题 / Kafka's topics.", no_args_is_help=True)
    app.add_typer(topics, name="topics")

    @topics.command("list")
    def show(context: typer.Context, json: bool = typer.Option(False, "--json")) -> None:
        """列出主题与分区数 / The topics and their partitions; 0: it does not exist yet."""
        here = installation(context)
        with mendable():
            settings = _settings(here)
            there = asyncio.run(describe(settings, [topic.name for topic in all_topics()]))
        counts = {settings.prefix + topic.name: there.get(topic.name, 0) for topic in all_topics()}
        as_json(counts) if json else _print(here, counts)

    @topics.command()
    def ensure(context: typer.Context) -> None:
        """建立缺少的主题 / Make the topics that are missing."""
        here = installation(context)
        with mendable():
            settings = _settings(here)
            try:
                asyncio.run(ensure_topics(settings))
            except PartitionsDiffer as differ:
                refuse(str(differ))
        named = f"（前缀 / prefix {settings.prefix}）" if settings.prefix else ""
        here.console.print(f"{len(all_topics())} 个主题就绪 / topics are there{named}", markup=False, highlight=False)


def _settings(here: Installation) -> KafkaSettings:
    """As the services read them: whoever names another prefix or another protection means another set of topics."""
    settings = here.settings()
    if not settings.kafka:
        refuse(
            "不知道 Kafka 在哪里：先运行 shifan up --kafka，或设置 SHIFAN_KAFKA=主机:端口。 "
            "No Kafka is known: run shifan up --kafka first, or set SHIFAN_KAFKA=host:port."
        )
    return kafka_settings(settings, "shifan-topics")


def _print(here: Installation, counts: dict[str, int]) -> None:
    table = Table(box=None)
    table.add_column("主题 / topic")
    table.add_column("分区 / partitions", justify="right")
    for name, count in counts.items():
        table.add_row(name, str(count))
    here.console.print(table)
