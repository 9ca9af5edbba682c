"""Understands how rows become a sheet that a spreadsheet program opens safely: UTF-8 CSV, no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime

from starlette.responses import StreamingResponse

from shared.runtime.refusals import Kind

ROWS_AT_MOST = 100_000
"""Rows in one export; a larger selection is refused, never cut."""

SECONDS_AT_MOST = 600.0
TOO_MANY_ROWS = Kind(
    "export_too_large", 422, f"所选内容超过{ROWS_AT_MOST}行，未导出。",
    f"The selection has more than {ROWS_AT_MOST} rows; nothing was exported.",
    "请缩小范围后分次导出。", "Narrow it and export it in parts.",
)  # fmt: skip
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MARK = "\ufeff"
"""Without it, spreadsheet programs take UTF-8 for a local encoding and show Chinese as noise."""

Cell = str | int | date | datetime | None


def cell(value: Cell) -> str:
    """A cell's text; what a spreadsheet would run as a formula is led by an apostrophe (OWASP, CSV injection)."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, date) else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(DANGEROUS) else text


def lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as RFC 4180 text."""
    held = io.StringIO()
    csv.writer(held).writerows([cell(value) for value in row] for row in rows)
    return held.getvalue()


def sheet(
    name: str, head: Sequence[str], pages: AsyncIterator[Iterable[Sequence[Cell]]], rows: int
) -> StreamingResponse:
    """A download that begins at once; ``Shifan-Rows`` says how many rows come, so that progress can be shown."""

    async def body() -> AsyncIterator[str]:
        yield MARK + lines([head])
        async for page in pages:
            yield lines(page)

    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Shifan-Rows": str(rows)}
    return StreamingResponse(body(), media_type="text/csv; charset=utf-8", headers=headers)
