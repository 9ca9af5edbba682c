"""Understands how a test reads a workbook: the cells as they stand in the file, with what kind each is."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from xml.etree import ElementTree
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True)
class Cell:
    """``kind`` is ``text`` or ``number``; ``quoted`` where editing it leaves it a text."""

    text: str
    kind: str
    quoted: bool


def cells(content: bytes) -> list[dict[str, Cell]]:
    """Every row by its columns' letters. Fails on a formula."""
    with ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
    quoted = [style.get("quotePrefix") == "1" for style in styles.findall(f"{MAIN}cellXfs/{MAIN}xf")]
    assert sheet.find(f".//{MAIN}f") is None, "a formula"
    return [
        {re.sub(r"[0-9]", "", cell.get("r", "")): _cell(cell, quoted) for cell in row.findall(f"{MAIN}c")}
        for row in sheet.iter(f"{MAIN}row")
    ]


def _cell(cell: ElementTree.Element, quoted: list[bool]) -> Cell:
    inline = cell.find(f"{MAIN}is/{MAIN}t")
    text = inline.text if inline is not None else cell.findtext(f"{MAIN}v")
    return Cell(text or "", "number" if inline is None else "text", quoted[int(cell.get("s", 0))])
