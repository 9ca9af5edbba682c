"""Understands whether a picture opens: every PNG chunk with its check sum, every JPEG segment, to the very end."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from shared.runtime.file_kinds.codes import damaged
from shared.runtime.refusals import Refusal

_BLOCK = 64 * 1024
_SIDE = 20_000
_DOTS = 100_000_000
_SEGMENTS = 100_000

# JPEG markers, ITU-T T.81 table B.1.
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


def open_png(file: BinaryIO, size: int) -> str:
    """PNG third edition, sections 5.2 to 5.6."""
    file.seek(8)
    names: list[bytes] = []
    while names[-1:] != [b"IEND"]:
        length, name = struct.unpack(">I4s", _exactly(file, 8))
        if length > size or len(names) > _SEGMENTS:
            raise _cut()
        data = _chunk(file, length, name)
        if not names and (name != b"IHDR" or length != 13):
            raise damaged("PNG 文件头不正确。", "The PNG's header is not right.")
        if name == b"IHDR":
            _check_sides(*struct.unpack(">II", data[:8]))
        names.append(name)
    if b"IDAT" not in names:
        raise damaged("PNG 没有图像数据。", "The PNG holds no picture.")
    _check_end(file)
    return ""


def _chunk(file: BinaryIO, length: int, name: bytes) -> bytes:
    """Read a chunk's data and judge its check sum; answers its first bytes."""
    total, first, left = zlib.crc32(name), b"", length
    while left:
        block = _exactly(file, min(left, _BLOCK))
        first = first or block[:64]
        total = zlib.crc32(block, total)
        left -= len(block)
    if struct.unpack(">I", _exactly(file, 4))[0] != total:
        raise damaged("PNG 数据校验失败。", "A check sum in the PNG is wrong.")
    return first


def open_jpeg(file: BinaryIO, size: int) -> str:
    """ITU-T T.81 annex B: start, segments, frame, scans, end."""
    file.seek(2)
    frames = scans = 0
    for _ in range(_SEGMENTS):
        marker = _marker(file)
        if marker == _END_OF_IMAGE:
            break
        if marker in _ALONE:
            continue
        body = _segment(file)
        if marker in _FRAMES:
            frames += 1
            _check_sides(*struct.unpack(">HH", body[1:5]))
        elif marker == _START_OF_SCAN:
            scans += 1
            _skip_scan(file)
    else:
        raise _cut()
    if frames != 1 or not scans:
        raise damaged("JPEG 没有图像数据。", "The JPEG holds no picture.")
    _check_end(file)
    return ""


def _marker(file: BinaryIO) -> int:
    if _exactly(file, 1) != b"\xff":
        raise damaged("JPEG 数据段不正确。", "A segment of the JPEG is not right.")
    mark = _exactly(file, 1)
    while mark == b"\xff":
        mark = _exactly(file, 1)
    return mark[0]


def _segment(file: BinaryIO) -> bytes:
    length = struct.unpack(">H", _exactly(file, 2))[0]
    if length < 2:
        raise _cut()
    return _exactly(file, length - 2).ljust(8, b"\0")


def _skip_scan(file: BinaryIO) -> None:
    """Pass over entropy-coded data: it ends at the first marker that is neither stuffing nor a restart."""
    while True:
        start = file.tell()
        block = file.read(_BLOCK)
        at = block.find(b"\xff")
        while 0 <= at < len(block) - 1:
            if block[at + 1] not in (0x00, 0xFF, *range(0xD0, 0xD8)):
                file.seek(start + at)
                return
            at = block.find(b"\xff", at + 1)
        if len(block) < 2:
            raise _cut()
        if at == len(block) - 1:
            file.seek(start + at)
            if at == 0:
                raise _cut()


def _check_sides(width: int, height: int) -> None:
    if not (0 < width <= _SIDE and 0 < height <= _SIDE and width * height <= _DOTS):
        raise damaged(
            f"图片尺寸不合理（每边至多{_SIDE}像素）。",
            f"The picture's size is not reasonable (at most {_SIDE} dots a side, {_DOTS} in all).",
        )


def _check_end(file: BinaryIO) -> None:
    if file.read(1):
        raise damaged("图片结尾之后有多余内容。", "Something follows the end of the picture.")


def _exactly(file: BinaryIO, count: int) -> bytes:
    block = file.read(count)
    if len(block) != count:
        raise _cut()
    return block


def _cut() -> Refusal:
    return damaged("图片不完整。", "The picture is cut short.")
