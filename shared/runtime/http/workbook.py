"""Understands how rows become an Excel workbook: texts stay texts, days are days, and no cell is a formula.

Rows are written through to a file while they are read from the database; the workbook itself is a file without a name,
which goes away with the answer. Neither the list nor the workbook is ever whole in memory.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from starlette.responses import StreamingResponse

from shared.runtime.clock import SHANGHAI
from shared.runtime.http.sheet import DANGEROUS, Cell
from shared.runtime.refusals import Kind

WORKBOOK_ROWS = 20_000
"""Rows in one workbook; a larger selection is refused, never cut. As CSV there may be more."""

TOO_MANY_FOR_A_WORKBOOK = Kind(
    "workbook_too_large", 422, f"所选内容超过{WORKBOOK_ROWS}行，未导出。",
    f"The selection has more than {WORKBOOK_ROWS} rows; nothing was exported.",
    "请缩小范围，或改用 .csv 导出。", "Narrow it, or export it as .csv.",
)  # fmt: skip
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767
"""Characters that Excel takes in a cell."""

CHUNK = 64 * 1024
EARLIEST = date(1900, 3, 1)
"""Before it Excel's calendar has a day that never was."""


async def workbook(name: str, head: Sequence[str], pages: AsyncIterator[Iterable[Sequence[Cell]]]) -> StreamingResponse:
    """A download that begins when the workbook is written: what fails on the way, or is too much, is an answer of
    its own and never half a file."""
    made = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the answer
    try:
        rows = await _written(made, head, pages)
        size = made.tell()
        made.seek(0)
    except BaseException:
        made.close()
        raise

    async def body() -> AsyncIterator[bytes]:
        with made:
            while chunk := await asyncio.to_thread(made.read, CHUNK):
                yield chunk

    headers = {
        "Content-Disposition": f'attachment; filename="{name}.xlsx"',
        "Content-Length": str(size),
        "Shifan-Rows": str(rows),
    }
    return StreamingResponse(body(), media_type=MEDIA_TYPE, headers=headers)


async def _written(target: IO[bytes], head: Sequence[str], pages: AsyncIterator[Iterable[Sequence[Cell]]]) -> int:
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        book = _Book(target, folder, head)
        try:
            async for page in pages:
                await asyncio.to_thread(book.add, page)
                if book.rows > WORKBOOK_ROWS:
                    raise TOO_MANY_FOR_A_WORKBOOK.refuse()
        finally:
            await asyncio.to_thread(book.close)
    return book.rows


class _Book:
    """One sheet with a head that stays in sight and a filter."""

    def __init__(self, target: IO[bytes], folder: str, head: Sequence[str]) -> None:
        self.rows = 0
        self._columns = len(head)
        self._book = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        # Whoever edits the cell still has a text in it: what the apostrophe is in CSV.
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._sheet = self._book.add_worksheet()
        self._sheet.set_column(0, self._columns - 1, 20)
        self._sheet.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for column, text in enumerate(head):
            self._sheet.write_string(0, column, text, bold)

    def add(self, page: Iterable[Sequence[Cell]]) -> None:
        for row in page:
            self.rows += 1
            for column, value in enumerate(row):
                self._write(column, value)

    def close(self) -> None:
        self._sheet.autofilter(0, 0, max(self.rows, 1), self._columns - 1)
        self._book.close()

    def _write(self, column: int, value: Cell) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool | int):
            self._sheet.write_number(self.rows, column, int(value))
        elif isinstance(value, datetime) and value.date() >= EARLIEST:
            here = value.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)
            self._sheet.write_datetime(self.rows, column, here, self._instant)
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= EARLIEST:
            self._sheet.write_datetime(self.rows, column, value, self._day)
        else:
            self._text(column, value.isoformat() if isinstance(value, date) else value)

    def _text(self, column: int, text: str) -> None:
        """Always as a text: a code keeps its zeros, and nothing is ever calculated."""
        style: Any = self._quoted if text.startswith(DANGEROUS) else None
        self._sheet.write_string(self.rows, column, text[:LONGEST], style)
