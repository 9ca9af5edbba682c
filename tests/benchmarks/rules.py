"""Measures the regulations: judging one full application, and loading and checking every definition."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from shared.programmes.rules import evaluate
from shared.programmes.workbench import check_file
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground
from tests.programmes.hostile import HOSTILE, written
from tests.programmes.library import library

SECONDS = 3.0
STORY = Path("services/demo_case.yaml")


async def judging(_: Ground) -> Sequence[Figure]:
    """The demonstration's application (every condition of its programme) on one core, by the processor's clock."""
    story = yaml.safe_load(STORY.read_text("utf-8"))
    applying = story["applying"]
    programme = next(e.supplied for e in library().editions if e.supplied.id == story["programme"])
    papers = [material for material, count in applying["documents"].items() for _ in range(count)]
    count, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        verdicts = evaluate(programme, applying["answers"], papers, region=applying["region"])
        assert len(verdicts) == len(programme.conditions_of(None))
        count += 1
    return [Figure("full applications judged, one core", count / SECONDS, "a second", aim=20_000)]


async def loading(_: Ground) -> Sequence[Figure]:
    """All definitions with their supplements: read, checked, addressed by content."""
    library.cache_clear()
    began = time.process_time()
    loaded = library()
    taken = time.process_time() - began
    return [
        Figure("all definitions loaded and checked", taken, "s", aim=1.0, higher=False),
        Figure("definitions", float(len(loaded.editions)), ""),
    ]


async def refusing(ground: Ground) -> Sequence[Figure]:
    """The hostile definition that takes longest to be refused, of all that the tests know."""
    folder = ground.folder / "hostile"
    folder.mkdir()
    longest = 0.0
    for hostile in HOSTILE:
        path = written(folder, hostile)
        began = time.process_time()
        assert check_file(path).faults, hostile.name
        longest = max(longest, time.process_time() - began)
    return [Figure("hostile definition refused, the slowest", longest, "s", aim=1.0, higher=False)]
