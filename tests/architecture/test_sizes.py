"""Understands that the sizes that are printed are the sizes that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.sizes import Size, file_sizes, function_sizes, main, quantile, report


def test_files_and_functions_are_measured(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house/empty.py").write_text("")
    (tmp_path / "house/one.py").write_text(
        'def f():\n    """Says."""\n    return 1\n\n\nclass C:\n    async def g(self): ...\n'
    )
    assert file_sizes(tmp_path, ["house"]) == [Size(7, "house/one.py")]
    assert function_sizes(tmp_path, ["house"]) == [Size(3, "house/one.py:1 f"), Size(1, "house/one.py:7 g")]


def test_quantiles_are_of_what_is_there() -> None:
    sizes = [Size(n, str(n)) for n in (10, 20, 30, 40, 50, 60, 70, 80, 90, 1000)]
    assert (quantile(sizes, 0.5), quantile(sizes, 0.9), quantile(sizes, 1.0)) == (50, 90, 1000)
    assert quantile([], 0.5) == 0


def test_the_five_largest_are_named() -> None:
    lines = report("files", [Size(n, f"f{n}.py") for n in range(1, 9)]).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["f8.py", "f7.py", "f6.py", "f5.py", "f4.py"]


def test_the_house_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shared"]) == 0
    printed = capsys.readouterr().out
    assert "median" in printed
    assert "shared/" in printed
