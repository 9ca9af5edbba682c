"""Understands whether an office file opens (ECMA-376 parts 1 and 2): a package that is small, honest and passive.

Every entry is unpacked to its end, because a directory may lie; a package with a relationship to something outside
(other than a link to click), or with a macro, is refused, because a reviewer opens it on an office's machine.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import BinaryIO
from xml.parsers import expat

from shared.runtime.file_kinds import codes
from shared.runtime.file_kinds.codes import damaged
from shared.runtime.refusals import Refusal

MOST_ENTRIES = 2000
MOST_BYTES = 100 * 1024 * 1024
MOST_RATIO = 150
_FREE_BYTES = 1024 * 1024
_BLOCK = 64 * 1024
# The end of the central directory without a comment (APPNOTE 4.3.16): the last thing in the file.
_LAST = 22
_SMALL_XML = 4 * 1024 * 1024
_TYPES = "[Content_Types].xml"
_MAIN = "application/vnd.openxmlformats-officedocument."
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    OverflowError,
)


def open_document(file: BinaryIO, size: int) -> str:
    _open(file, size, "word/document.xml", _MAIN + "wordprocessingml.document.main+xml")
    return ""


def open_sheet(file: BinaryIO, size: int) -> str:
    _open(file, size, "xl/workbook.xml", _MAIN + "spreadsheetml.sheet.main+xml")
    return ""


def _open(file: BinaryIO, size: int, main: str, media_type: str) -> None:
    if size < _LAST:
        raise damaged("文件不完整。", "The file is cut short.")
    file.seek(-_LAST, os.SEEK_END)
    if not file.read(_LAST).startswith(b"PK\x05\x06"):
        raise damaged("文件不完整，或结尾之后有多余内容。", "It is cut short, or something follows its end.")
    try:
        with zipfile.ZipFile(file) as package:
            entries = package.infolist()
            _check_directory(entries)
            _check_layout(entries, package.start_dir)
            _check_entries(package, entries)
            _check_parts(package, main, media_type)
    except _UNREADABLE:
        raise damaged("文件的压缩结构无法读取。", "The file's packed structure cannot be read.") from None


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower() for entry in entries]
    if len(entries) > MOST_ENTRIES or len(set(names)) != len(names):
        raise damaged("文件内条目过多或重名。", "It holds too many entries, or two of one name.")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise codes.FILE_ACTIVE.refuse(zh="文件已加密。", en="The file is encrypted.")
    for entry in entries:
        # zipfile cuts a name at NUL and turns backslashes; the name as stored is what other programs see.
        stored = entry.orig_filename
        if stored.startswith("/") or "\\" in stored or "\0" in stored or ":" in stored or ".." in stored.split("/"):
            raise damaged("文件内条目的路径不合要求。", "An entry's path is not acceptable.")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged("文件使用了不支持的压缩方式。", "It is packed in a way that is not known.")
        if entry.file_size > _FREE_BYTES and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise _too_much()
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _too_much()


def _check_layout(entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Nothing stands before the first entry, and no two overlap: else one file is two, or a few bytes are a bomb."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end or (end == 0 and entry.header_offset != 0):
            raise damaged("文件内条目相互重叠。", "Entries overlap, or something stands before them.")
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size
    if end > directory:
        raise damaged("文件内条目相互重叠。", "Entries overlap the directory.")


def _check_entries(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        if entry.filename.lower().endswith(("vbaproject.bin", "vbadata.xml")):
            raise codes.FILE_ACTIVE.refuse(zh="文件含有宏。", en="The file holds macros.")
        with package.open(entry) as part:
            # To its end: only then zipfile compares the check sum, and it stops at the size that was added up above.
            while part.read(_BLOCK):
                pass


def _check_parts(package: zipfile.ZipFile, main: str, media_type: str) -> None:
    names = set(package.namelist())
    if _TYPES not in names or main not in names:
        raise codes.FILE_NOT_AS_NAMED.refuse()
    declared: list[Mapping[str, str]] = []
    _read_xml(package, _TYPES, declared)
    types = {one.get("PartName", ""): one.get("ContentType", "") for one in declared}
    if any("macroEnabled" in kind for kind in types.values()):
        raise codes.FILE_ACTIVE.refuse(zh="文件含有宏。", en="The file holds macros.")
    if types.get(f"/{main}") != media_type:
        raise codes.FILE_NOT_AS_NAMED.refuse()
    for name in names:
        if name.endswith(".rels"):
            _check_relations(package, name)
    _read_xml(package, main, None)


def _check_relations(package: zipfile.ZipFile, name: str) -> None:
    found: list[Mapping[str, str]] = []
    _read_xml(package, name, found)
    for one in found:
        if one.get("TargetMode") == "External" and not one.get("Type", "").endswith("/hyperlink"):
            raise codes.FILE_ACTIVE.refuse(zh="文件引用了外部内容。", en="The file pulls in content from outside.")


def _read_xml(package: zipfile.ZipFile, name: str, attributes: list[Mapping[str, str]] | None) -> None:
    """Parse one part; gathers every element's attributes where asked. No document type is taken."""
    if attributes is not None and package.getinfo(name).file_size > _SMALL_XML:
        raise _too_much()

    def started(_: str, held: dict[str, str]) -> None:
        if attributes is not None:
            attributes.append(held)

    def declared(*_: object) -> None:
        raise damaged("文件内的 XML 含有文档类型声明。", "XML in the file declares a document type.")

    parser = expat.ParserCreate()
    parser.StartElementHandler = started
    parser.StartDoctypeDeclHandler = declared
    try:
        with package.open(name) as part:
            while block := part.read(_BLOCK):
                parser.Parse(block)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise damaged("文件内的 XML 无法读取。", "XML in the file cannot be read.") from None


def _too_much() -> Refusal:
    return damaged("文件展开后过大。", "Unpacked, the file is too large.")
