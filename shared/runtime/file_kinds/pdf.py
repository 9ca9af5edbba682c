"""Understands whether a PDF opens (ISO 32000-2 sections 7.5.2 to 7.5.8): header, end, cross-reference, catalogue."""

from __future__ import annotations

import os
import re
from typing import BinaryIO

from shared.runtime.file_kinds import codes
from shared.runtime.file_kinds.codes import damaged

_HEADER = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n \t]")
_END = re.compile(rb"startxref[\r\n \t]+([0-9]{1,12})[\r\n \t]+%%EOF[\r\n \t\0]*\Z")
_OBJECT = re.compile(rb"[0-9]{1,10}[\r\n \t]+[0-9]{1,5}[\r\n \t]+obj\b")
_ROOT = re.compile(rb"/Root[\r\n \t]*[0-9]{1,10}[\r\n \t]+[0-9]{1,5}[\r\n \t]+R")
_TAIL = 2048
_MOST_ROWS = 1_000_000
_ROW = 20


def open_pdf(file: BinaryIO, size: int) -> str:
    if not _HEADER.match(file.read(16)):
        raise damaged("PDF 版本标记不正确。", "The PDF's version is not one that is known.")
    file.seek(max(0, size - _TAIL))
    end = _END.search(file.read(_TAIL))
    if end is None:
        raise damaged("PDF 结尾缺失或后面有多余内容。", "The PDF's end is missing, or something follows it.")
    offset = int(end[1])
    if not 0 < offset < size:
        raise damaged("PDF 交叉引用表的位置不正确。", "The PDF's cross-reference is not where it says.")
    trailer = _trailer(file, offset, size)
    if not _ROOT.search(trailer):
        raise damaged("PDF 没有目录对象。", "The PDF names no catalogue.")
    if b"/Encrypt" in trailer:
        raise codes.FILE_ACTIVE.refuse(zh="PDF 已加密。", en="The PDF is encrypted.")
    return ""


def _trailer(file: BinaryIO, offset: int, size: int) -> bytes:
    """The dictionary that closes the last cross-reference: after a table's rows, or of a cross-reference stream."""
    file.seek(offset)
    head = file.read(_TAIL)
    if head.startswith(b"xref"):
        return _after_table(file, offset, size)
    if not _OBJECT.match(head):
        raise damaged("PDF 交叉引用表无法读取。", "The PDF's cross-reference cannot be read.")
    dictionary = head.partition(b"stream")[0]
    if not re.search(rb"/Type[\r\n \t]*/XRef", dictionary):
        raise damaged("PDF 交叉引用表无法读取。", "The PDF's cross-reference cannot be read.")
    return dictionary


def _after_table(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    file.readline(_TAIL)
    rows = 0
    while True:
        line = file.readline(_TAIL).strip()
        if line.startswith(b"trailer"):
            return line + file.read(_TAIL)
        section = re.fullmatch(rb"[0-9]{1,10} ([0-9]{1,10})", line)
        if section is None or rows + int(section[1]) > _MOST_ROWS:
            raise damaged("PDF 交叉引用表无法读取。", "The PDF's cross-reference cannot be read.")
        rows += int(section[1])
        # Every row has exactly twenty bytes (section 7.5.4).
        if file.seek(int(section[1]) * _ROW, os.SEEK_CUR) >= size:
            raise damaged("PDF 交叉引用表不完整。", "The PDF's cross-reference is cut short.")
