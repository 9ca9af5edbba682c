"""``make bench``: every figure against its peer or its limit in the same run, as a table and (JSON=path) as JSON."""

from __future__ import annotations

import argparse
import importlib.metadata
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop

from shared.runtime.logs import start_logging
from tests.benchmarks import gathering, log, path, rules
from tests.benchmarks.figures import Figure, machine_facts, show, write_json
from tests.benchmarks.ground import Ground, ground

BENCHMARKS: dict[str, Callable[[Ground], Awaitable[Sequence[Figure]]]] = {
    "appends": log.single_appends,
    "commands": log.commands,
    "tailing": log.tailing,
    "reading": log.reading,
    "drain": path.drain,
    "visible": path.visible,
    "gathering": gathering.big_round,
    "judging": rules.judging,
    "loading": rules.loading,
    "refusing": rules.refusing,
}


async def measure(names: Sequence[str]) -> tuple[list[Figure], dict[str, str]]:
    figures: list[Figure] = []
    async with ground() as where:
        facts = machine_facts() | {
            "postgresql": where.server.version,
            "asyncpg": importlib.metadata.version("asyncpg"),
            "eventsourcing": importlib.metadata.version("eventsourcing"),
        }
        for name in names:
            print(f"… {name}", flush=True)
            figures += await BENCHMARKS[name](where)
    return figures, facts


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make bench", description=__doc__)
    arguments.add_argument("--json", type=Path, help="also write the table there")
    arguments.add_argument("names", nargs="*", default=list(BENCHMARKS), help=f"of {', '.join(BENCHMARKS)}")
    chosen = arguments.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        arguments.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    start_logging("bench", level="WARNING")  # the figures are what is asked for
    figures, facts = uvloop.run(measure(chosen.names))
    show(figures, facts)
    if chosen.json:
        write_json(figures, facts, chosen.json)


if __name__ == "__main__":
    main()
