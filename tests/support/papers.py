"""Understands how to make small true files of every kind, and how to spoil them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(*, trailer: bytes = b"", after: bytes = b"", version: bytes = b"1.7") -> bytes:
    """One empty page with a cross-reference table."""
    body = b"%PDF-" + version + b"\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, held in enumerate(
        (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
         b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"), start=1,
    ):  # fmt: skip
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<< /Size 4 /Root 1 0 R " + trailer + b">>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + table + end + after


def pdf_with_stream() -> bytes:
    """The newer form: a cross-reference stream instead of a table."""
    body = b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    data = zlib.compress(b"\x01\x00\x00\x09\x00")
    head = b"3 0 obj\n<< /Type /XRef /Size 4 /W [1 3 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>\n" % len(data)
    end = b"stream\n" + data + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + head + end


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 2, height: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    dots = zlib.compress(b"".join(b"\0" + b"\x80" * 2 for _ in range(2)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def jpeg(
    *, frame: bytes | None = None, scan: bytes = b"\xf5\xff\x00\x80\xff\xd0\x12", rest: bytes = b"\xff\xd9"
) -> bytes:
    head = b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0") + segment(0xDB, b"\0" + b"\x10" * 64)
    sof = segment(0xC0, b"\x08\0\x08\0\x08\x01\x01\x11\0") if frame is None else frame
    return head + sof + segment(0xC4, b"\0" + b"\0" * 16) + segment(0xDA, b"\x01\x01\0\0\x3f\0") + scan + rest


def parts(kind: str = "docx") -> dict[str, bytes]:
    """The parts of a smallest package."""
    main, media = ("word/document.xml", WORD) if kind == "docx" else ("xl/workbook.xml", SHEET)
    types = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="{media}"/></Types>'
    )
    return {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": relations(f"{_RELATION}/officeDocument", main),
        main: "<document>示范平台</document>".encode(),
    }


def relations(kind: str, target: str, mode: str = "") -> bytes:
    said = f' TargetMode="{mode}"' if mode else ""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="{target}"{said}/></Relationships>'
    ).encode()


def package(held: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed) as archive:
        for name, data in held.items():
            # a fixed day: two workers make the same bytes, whenever each of them makes them
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 9, 0, 0)), data, packed)
    return buffer.getvalue()


def office(kind: str = "docx", **more: bytes) -> bytes:
    """A package with more parts; ``__`` in a keyword stands for a slash, ``_dot_`` for a dot."""
    extra = {name.replace("__", "/").replace("_dot_", "."): data for name, data in more.items()}
    return package({**parts(kind), **extra})
