"""A workbook holds what the list holds: texts as texts, days as days, nothing that is calculated, all or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.runtime.http import workbook as module
from shared.runtime.http.sheet import DANGEROUS, Cell
from shared.runtime.http.workbook import LONGEST, workbook
from shared.runtime.refusals import Refusal
from tests.support.workbooks import cells


async def pages(*rows: Sequence[Cell]) -> AsyncIterator[Iterable[Sequence[Cell]]]:
    for row in rows:
        yield [row]


async def made(*rows: Sequence[Cell]) -> bytes:
    answer = await workbook("list", ["一", "two"], pages(*rows))
    assert answer.headers["content-disposition"] == 'attachment; filename="list.xlsx"'
    assert answer.headers["shifan-rows"] == str(len(rows))
    content = b"".join([bytes(chunk) async for chunk in answer.body_iterator])  # type: ignore[arg-type]
    assert answer.headers["content-length"] == str(len(content))
    return content


async def test_codes_keep_their_zeros_and_days_are_days() -> None:
    head, row = cells(await made(["007", date(2026, 11, 23)]))
    assert [cell.text for cell in head.values()] == ["一", "two"]
    assert (row["A"].text, row["A"].kind) == ("007", "text")
    assert (row["B"].text, row["B"].kind) == ("46349", "number"), "days since 1899-12-30, as Excel counts"


async def test_instants_are_shown_in_the_house_s_zone() -> None:
    _, row = cells(await made([datetime(2026, 11, 22, 16, 0, tzinfo=UTC), 3]))
    assert (row["A"].text, row["B"].text) == ("46349", "3"), "midnight of the 23rd in Shanghai"


@pytest.mark.parametrize("lead", DANGEROUS)
async def test_no_cell_is_a_formula_even_when_somebody_edits_it(lead: str) -> None:
    text = f'{lead}HYPERLINK("http://x","y")'
    _, row = cells(await made([text, "http://example.org"]))
    assert (row["A"].kind, row["A"].quoted) == ("text", True)
    assert row["A"].text.endswith(text[1:])
    assert (row["B"].text, row["B"].kind, row["B"].quoted) == ("http://example.org", "text", False)


async def test_what_a_cell_cannot_hold() -> None:
    _, row = cells(await made(["x" * (LONGEST + 5), "a\x00\x07b"]))
    assert len(row["A"].text) == LONGEST
    assert row["B"].text.startswith("a") and row["B"].text.endswith("b")
    _, row = cells(await made([date(1850, 1, 1), None]))
    assert (row["A"].text, "B" in row) == ("1850-01-01", False)


async def test_too_many_rows_are_refused_and_leave_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "WORKBOOK_ROWS", 2)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert len(cells(await made(["a", 1], ["b", 2]))) == 3
    with pytest.raises(Refusal, match="workbook_too_large"):
        await workbook("list", ["一", "two"], pages(["a", 1], ["b", 2], ["c", 3]))
    assert list(tmp_path.iterdir()) == []


async def test_a_fault_on_the_way_is_an_error_and_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaking() -> AsyncIterator[Iterable[Sequence[Cell]]]:
        yield [["a", 1]]
        raise ConnectionResetError

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ConnectionResetError):
        await workbook("list", ["一", "two"], breaking())
    assert list(tmp_path.iterdir()) == []
