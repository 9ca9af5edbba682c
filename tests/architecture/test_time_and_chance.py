"""Understands that nothing but the clock tells the time, and that no domain rolls dice."""

from __future__ import annotations

import pytest

from tests.architecture.time_and_chance import CLOCK_FILE, chance, sql_clock, sql_text, wall_clock
from tests.architecture.tree import ROOT, sources, verdict, violations


def test_nothing_reads_the_wall_clock() -> None:
    assert violations(wall_clock, sources("services", "shared")) == []


def test_no_sql_of_a_service_asks_the_clock() -> None:
    assert violations(sql_clock, sources("services")) == []
    files = sorted((ROOT / "services").rglob("*.sql"))
    paths = {file: file.relative_to(ROOT).as_posix() for file in files}
    assert [str(v) for file in files for v in sql_text(paths[file], file.read_text("utf-8"))] == []


def test_no_domain_rolls_dice() -> None:
    assert violations(chance, [s for s in sources("services") if s.in_domain]) == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nx = datetime.now()",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "import datetime as dt\nx = dt.datetime.utcnow()",
        "from datetime import datetime as D\ndef f(): return D.today()",
        "from datetime import date\nx = date.today()",
        "from dataclasses import field\nfrom datetime import datetime\nx = field(default_factory=datetime.now)",
        "import time\nx = time.time()",
        "from time import time as clock\nx = clock()",
        "def f():\n    import time\n    return time.time_ns()",
    ],
)
def test_a_read_of_the_wall_clock_is_seen(text: str) -> None:
    assert verdict(wall_clock, text, "shared/runtime/relay.py")
    assert not verdict(wall_clock, text, CLOCK_FILE)


@pytest.mark.parametrize(
    "text",
    [
        "def f(clock):\n    return clock.now()",
        "import time\nx = time.monotonic()",
        "from datetime import datetime\nx = datetime.fromisoformat('2026-03-02')",
        "now = 1\nx = now",
    ],
)
def test_a_clock_that_was_given_is_allowed(text: str) -> None:
    assert verdict(wall_clock, text) == []


def test_the_databases_clock_is_seen() -> None:
    assert verdict(sql_clock, "Q = 'SELECT 1 FROM deadlines WHERE due_at <= now()'")
    assert verdict(sql_clock, "async def f(c): await c.execute(f'UPDATE {t} SET at = CURRENT_TIMESTAMP')")
    assert [v.line for v in sql_text("x.sql", "CREATE TABLE t (\n  at timestamptz DEFAULT clock_timestamp()\n)")] == [2]
    assert verdict(sql_clock, "Q = 'SELECT 1 FROM deadlines WHERE due_at <= $1'") == []
    assert verdict(sql_clock, '"""Where now() is explained, to select nothing."""') == []


@pytest.mark.parametrize(
    "text", ["import uuid", "from random import choice", "def f():\n    import secrets", "import time"]
)
def test_dice_in_a_domain_are_seen(text: str) -> None:
    assert verdict(chance, text, "services/review/domain/steps/score.py")
    assert verdict(chance, text, "services/review/handlers.py") == []
