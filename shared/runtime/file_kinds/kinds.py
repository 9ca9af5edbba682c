"""Understands the closed list of kinds: an extension, a media type, an opening, and who opens the rest."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from shared.runtime.file_kinds import codes, office, pdf, pictures, texts

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_NAME = 200
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$", re.ASCII)


@dataclass(frozen=True)
class Found:
    """What a file was found to be."""

    media_type: str
    size: int


@dataclass(frozen=True)
class _Kind:
    media_type: str
    opening: bytes
    open: Callable[[BinaryIO, int], str]
    """Opens the file of this size from its beginning; answers what to append to the media type."""


_KINDS: Mapping[str, _Kind] = {
    "pdf": _Kind("application/pdf", b"%PDF-", pdf.open_pdf),
    "png": _Kind("image/png", b"\x89PNG\r\n\x1a\n", pictures.open_png),
    "jpg": _Kind("image/jpeg", b"\xff\xd8\xff", pictures.open_jpeg),
    "jpeg": _Kind("image/jpeg", b"\xff\xd8\xff", pictures.open_jpeg),
    "docx": _Kind(_WORD, b"PK\x03\x04", office.open_document),
    "xlsx": _Kind(_SHEET, b"PK\x03\x04", office.open_sheet),
    "csv": _Kind("text/csv", b"", texts.open_csv),
    "txt": _Kind("text/plain", b"", texts.open_text),
}
EXTENSIONS: tuple[str, ...] = tuple(_KINDS)


def check_name(name: str) -> str:
    """The extension, in lower case; raises ``file_name_invalid`` or ``file_kind_not_taken``."""
    # Cc and Cf hold controls and the direction marks that make "gpj.exe" read as "exe.jpg"; Cs are lone surrogates.
    odd = any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") or sign in "/\\" for sign in name)
    stem = name.rpartition(".")[0] or name
    if odd or not stem.strip() or name.startswith(".") or name != name.strip():
        raise codes.FILE_NAME.refuse()
    if len(name.encode()) > _LONGEST_NAME:
        raise codes.FILE_NAME.refuse()
    match = _EXTENSION.search(name)
    extension = match[1].lower() if match else ""
    if extension not in _KINDS:
        raise codes.FILE_KIND.refuse()
    return extension


def inspect(name: str, file: BinaryIO) -> Found:
    """Open a whole seekable file as the kind that its name says. Blocks: call it in a thread.

    Raises the refusals of :mod:`shared.runtime.file_kinds.codes`.
    """
    kind = _KINDS[check_name(name)]
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise codes.FILE_EMPTY.refuse()
    file.seek(0)
    if file.read(len(kind.opening)) != kind.opening:
        raise codes.FILE_NOT_AS_NAMED.refuse()
    file.seek(0)
    return Found(kind.media_type + kind.open(file, size), size)
