"""Understands that what a page tells a reader to type works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.blocks import Block, blocks, execute
from tests.architecture.tree import ROOT

PAGES = [path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md") if path.is_file()]
PAGES += sorted((ROOT / "services").glob("*/README.md"))
BLOCKS = [block for page in PAGES for block in blocks(page.relative_to(ROOT).as_posix(), page.read_text("utf-8"))]
RUN = [block for block in BLOCKS if block.run]


def test_every_block_says_whether_it_is_run() -> None:
    assert [block.wrong for block in BLOCKS if block.wrong] == []


def test_some_block_is_run() -> None:
    assert len(RUN) >= 3


@pytest.mark.parametrize("block", RUN, ids=[f"{block.page}:{block.line}" for block in RUN])
def test_a_block_works(block: Block) -> None:
    done = execute(block)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_blocks_are_found_and_marks_are_judged() -> None:
    fences = ["sh run\ntrue", "python\nx", "bash\nls", "console not-run: starts a broker on this machine\nx"]
    text = "a\n" + "".join(f"```{fence}\n```\n" for fence in fences)
    found = list(blocks("p.md", text))
    assert [(block.line, block.run, bool(block.wrong)) for block in found] == [
        (2, True, False),
        (8, False, True),
        (11, False, False),
    ]
    assert Block("p.md", 1, "run", "make test\n").wrong
    assert Block("p.md", 1, "not-run:", "ls\n").wrong


def test_a_block_that_fails_is_seen(tmp_path: Path) -> None:
    assert execute(Block("p.md", 1, "run", "false\ntrue\n"), tmp_path).returncode != 0
    assert execute(Block("p.md", 1, "run", "no-such-command | cat\n"), tmp_path).returncode != 0
    assert execute(Block("p.md", 1, "run", "echo $undefined\n"), tmp_path).returncode != 0
    assert execute(Block("p.md", 1, "run", "touch here\n"), tmp_path).returncode == 0
    assert (tmp_path / "here").exists()


def test_links_inside_the_house_lead_somewhere() -> None:
    pages = [*PAGES, *sorted((ROOT / "infra").rglob("*.md")), *sorted((ROOT / "shared").rglob("*.md"))]
    assert [broken for page in pages for broken in dead_links(page)] == []


def dead_links(page: Path) -> list[str]:
    """Relative links of a page to files that are not there."""
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    return [f"{page.name}: {t}" for t in targets if "://" not in t and not (page.parent / t).exists()]


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "p.md"
    page.write_text("[a](p.md#x) [b](https://example.org/q) [c](gone.md) [d](#here)", "utf-8")
    assert dead_links(page) == ["p.md: gone.md"]


def targets(makefile: str) -> list[str]:
    """What ``make help`` lists."""
    return re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)


def test_make_help_stays_short() -> None:
    """Whoever comes new reads the whole list; a sixteenth target belongs into the ``shifan`` program."""
    found = targets((ROOT / "Makefile").read_text("utf-8"))
    assert {"help", "install", "lint", "schemas", "sizes"} <= set(found)
    assert len(found) == len(set(found)) <= 15


def test_targets_are_counted() -> None:
    assert targets("a: b ## Does a\n\tx\nb:\n\ty\nc-d: ## Does more\n") == ["a", "c-d"]
