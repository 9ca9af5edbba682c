"""The clocks: aware instants; a demonstration's clock moves forward only, for every process at once."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from shared.runtime.clock import ClockFileDamaged, DemoClock, SystemClock, local_day


def test_the_day_begins_in_shanghai() -> None:
    assert local_day(datetime(2026, 1, 1, 15, 59, 59, tzinfo=UTC)) == date(2026, 1, 1)
    assert local_day(datetime(2026, 1, 1, 16, 0, tzinfo=UTC)) == date(2026, 1, 2)


def test_a_demonstration_moves_for_everybody(tmp_path: Path) -> None:
    one, other = DemoClock(tmp_path / "clock.json"), DemoClock(tmp_path / "clock.json")
    assert abs(one.now() - SystemClock().now()) < timedelta(seconds=5)
    one.advance(timedelta(days=7))
    assert other.offset() == timedelta(days=7)
    other.advance(timedelta(hours=1))
    assert one.offset() == timedelta(days=7, hours=1)
    assert one.now().tzinfo is UTC


@pytest.mark.parametrize("step", [timedelta(), timedelta(seconds=-1), timedelta(days=3661)])
def test_it_moves_forward_and_not_too_far(tmp_path: Path, step: timedelta) -> None:
    clock = DemoClock(tmp_path / "clock.json")
    with pytest.raises(ValueError, match=r"forward|at most"):
        clock.advance(step)
    assert clock.offset() == timedelta()


def advance_ten_times(path: str) -> None:
    for _ in range(10):
        DemoClock(Path(path)).advance(timedelta(seconds=1))


def test_processes_that_advance_at_once_all_count(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        list(pool.map(advance_ten_times, [str(path)] * 4))
    assert DemoClock(path).offset() == timedelta(seconds=40)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "nonsense", '{"offset_seconds": "x"}', '{"offset_seconds": -1}', '{"offset_seconds": 1e300}'],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clock.json"
    path.write_text(text)
    with pytest.raises(ClockFileDamaged, match=r"clock\.json"):
        DemoClock(path).now()


def test_the_file_is_small_and_plain(tmp_path: Path) -> None:
    DemoClock(tmp_path / "deep" / "clock.json").advance(timedelta(days=1))
    assert json.loads((tmp_path / "deep" / "clock.json").read_text()) == {"offset_seconds": 86400.0}
