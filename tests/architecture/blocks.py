"""Understands the commands in a page: fenced shell blocks, and whether a reader's copy of them is also run by a test.

```` ```sh run ```` is run from the root of the checkout; ```` ```sh not-run: why ```` says why a test does not.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
SHELLS = {"sh", "bash", "shell", "console", "zsh"}
ITSELF = re.compile(r"make test|pytest(?! -q tests/architecture/test_words)|\.ci/run")


@dataclass(frozen=True)
class Block:
    """One shell block of a page."""

    page: str
    line: int
    mark: str
    body: str

    @property
    def run(self) -> bool:
        return self.mark == "run"

    @property
    def wrong(self) -> str:
        """Why its mark is no good; empty when it is."""
        where = f"{self.page}:{self.line}"
        if self.run:
            return f"{where}: would run the tests inside the tests" if ITSELF.search(self.body) else ""
        reason = self.mark.partition("not-run:")[2].strip()
        return "" if len(reason) >= 15 else f"{where}: mark the block `run`, or `not-run: <why>`"


def blocks(page: str, text: str) -> Iterator[Block]:
    """Every shell block of a page, in order."""
    for found in FENCE.finditer(text):
        language, _, mark = found["info"].strip().partition(" ")
        if language in SHELLS:
            yield Block(page, text.count("\n", 0, found.start()) + 1, mark.strip(), found["body"])


def execute(block: Block, folder: Path = ROOT, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Runs a block with the commands of this very environment; it stops at the first line that fails."""
    path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    command = ["bash", "-euo", "pipefail", "-c", block.body]
    surroundings = {**os.environ, "PATH": path}
    return subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=seconds, check=False
    )
