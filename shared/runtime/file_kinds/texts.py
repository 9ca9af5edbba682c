"""Understands whether a text opens: UTF-8 or GB 18030, no control characters; a table has rows that end."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from shared.runtime.file_kinds import codes
from shared.runtime.file_kinds.codes import damaged

_BLOCK = 64 * 1024
_LINE = 100_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"%PDF-", b"MZ", b"\x7fELF")


def open_text(file: BinaryIO, size: int) -> str:
    charset = _charset(file)
    for _ in _lines(file, charset):
        pass
    return f"; charset={charset}"


def open_csv(file: BinaryIO, size: int) -> str:
    charset = _charset(file)
    rows = 0
    try:
        for row in csv.reader(_lines(file, charset), strict=True):
            rows += bool(row)
    except csv.Error:
        raise damaged(f"CSV 第{rows + 1}行无法读取。", f"Row {rows + 1} of the CSV cannot be read.") from None
    if not rows:
        raise damaged("CSV 没有数据行。", "The CSV has no row.")
    return f"; charset={charset}"


def _charset(file: BinaryIO) -> str:
    if file.read(8).startswith(_ARCHIVES):
        raise codes.FILE_NOT_AS_NAMED.refuse()
    for charset in ("utf-8", "gb18030"):
        file.seek(0)
        if _decodes(file, charset):
            return charset
    raise codes.FILE_NOT_AS_NAMED.refuse(
        zh="文本编码既不是 UTF-8 也不是 GB18030。", en="The text is neither UTF-8 nor GB 18030."
    )


def _decodes(file: BinaryIO, charset: str) -> bool:
    decoder = codecs.getincrementaldecoder(charset)()
    try:
        while block := file.read(_BLOCK):
            if _CONTROL.search(decoder.decode(block)):
                raise codes.FILE_NOT_AS_NAMED.refuse(zh="文本含有控制字符。", en="The text holds control characters.")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: BinaryIO, charset: str) -> Iterator[str]:
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8-sig" if charset == "utf-8" else charset, newline="")
    try:
        while line := text.readline(_LINE + 1):
            if len(line) > _LINE:
                raise damaged(f"有一行超过{_LINE}个字符。", f"A line is longer than {_LINE} characters.")
            yield line
    finally:
        # The file is the caller's; the wrapper would close it.
        text.detach()
