"""Understands that tests which share an installation run in one worker: else every worker would start its own."""

import subprocess
import sys
from pathlib import Path

TWO = """
import pytest

pytestmark = pytest.mark.xdist_group("shared")

@pytest.mark.parametrize("number", range(8))
def test_one_of_many(number, worker_id):
    print("ran in", worker_id)
"""


def test_a_group_runs_in_one_worker(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text(TWO)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        "/dev/null",
        "--rootdir",
        ".",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-rP",
    ]
    done = subprocess.run(
        [*command, "test_two.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    workers = {line for line in done.stdout.splitlines() if line.startswith("ran in")}
    assert len(workers) == 1, "pytest and pytest-xdist do not understand each other about groups"
