"""Files: the true ones open, and everything that only looks like one is refused with its reason."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runtime.file_kinds import EXTENSIONS, check_name, inspect
from shared.runtime.file_kinds.codes import FILE_KINDS
from shared.runtime.refusals import Refusal
from tests.support import papers

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RELS = "word/_rels/document.xml.rels"
TEMPLATE = papers.relations(
    "http://schemas.openxmlformats.org/relationships/attachedTemplate", "http://e/t", "External"
)
TYPES = "[Content_Types].xml"
MACROS = {**papers.parts(), TYPES: papers.parts()[TYPES].replace(b"document.main", b"macroEnabled.main")}
GOOD: dict[str, tuple[str, bytes]] = {
    "申报表.pdf": ("application/pdf", papers.pdf()),
    "a.PDF": ("application/pdf", papers.pdf_with_stream()),
    "a.png": ("image/png", papers.png()),
    "a.jpg": ("image/jpeg", papers.jpeg()),
    "a.jpeg": ("image/jpeg", papers.jpeg(scan=b"\xff\xff\x00" + b"x" * 200_000)),
    "a.docx": (WORD, papers.office("docx")),
    "a.xlsx": (SHEET, papers.office("xlsx")),
    "a.csv": ("text/csv; charset=utf-8", "企业,数量\n甲,1\n".encode()),
    "b.csv": ("text/csv; charset=gb18030", "企业,数量\n甲,1\n".encode("gb18030")),
    "c.csv": ("text/csv; charset=utf-8", b"\xef\xbb\xbf" + b'"a\nb",c'),
    "a.txt": ("text/plain; charset=utf-8", "说明\r\n\t一\f二".encode()),
}


@pytest.mark.parametrize("name", GOOD)
def test_true_files_open(name: str) -> None:
    media_type, content = GOOD[name]
    found = inspect(name, io.BytesIO(content))
    assert (found.media_type, found.size) == (media_type, len(content))


def refused(name: str, content: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        inspect(name, io.BytesIO(content))
    assert caught.value.zh
    return caught.value.code


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("name", [name for name in GOOD if not name.endswith(("txt", "csv"))])
def test_a_renamed_file_is_found_out(name: str, extension: str) -> None:
    _, content = GOOD[name]
    as_named = {"jpeg": "jpg"}.get(extension, extension)
    if {"jpeg": "jpg"}.get(name.lower().rpartition(".")[2], name.lower().rpartition(".")[2]) != as_named:
        assert refused(f"x.{extension}", content) in ("file_not_as_named", "file_damaged")


@pytest.mark.parametrize("name", [name for name in GOOD if not name.endswith(("txt", "csv"))])
def test_cut_short_anywhere_and_longer_by_anything(name: str) -> None:
    content = GOOD[name][1][:5000] if len(GOOD[name][1]) > 5000 else GOOD[name][1]
    assert refused(name, b"") == "file_empty"
    last = len(content) - (1 if content[-1:] == b"\n" else 0)
    for length in range(1, last, max(1, last // 150)):
        refused(name, content[:length])
    refused(name, GOOD[name][1] + b"MZ more")


@given(data=st.data(), name=st.sampled_from(["a.png", "a.docx", "a.xlsx"]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_changed_byte_never_makes_another_error_than_a_refusal(data: st.DataObject, name: str) -> None:
    content = bytearray(GOOD[name][1])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        inspect(name, io.BytesIO(bytes(content)))
    except Refusal as refusal:
        assert refusal.code in {kind.code for kind in FILE_KINDS}


@given(content=st.binary(max_size=300), name=st.sampled_from(sorted(EXTENSIONS)))
@settings(max_examples=300, deadline=None)
def test_rubbish_after_a_true_opening_is_only_ever_refused(content: bytes, name: str) -> None:
    opening = {"pdf": b"%PDF-1.7\n", "png": b"\x89PNG\r\n\x1a\n", "docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04"}
    try:
        inspect(f"a.{name}", io.BytesIO(opening.get(name, b"\xff\xd8\xff" if name[0] == "j" else b"") + content))
    except Refusal as refusal:
        assert refusal.code in {kind.code for kind in FILE_KINDS}


@pytest.mark.parametrize(
    "name",
    ["", ".pdf", " .pdf", "a/b.pdf", "..\\b.pdf", "a\0.pdf", "a\n.pdf", "a\u202egpj.pdf", "\u200ba.pdf", " a.pdf",
     "a.pdf ", "a\ud800.pdf", "x" * 197 + ".pdf", "中" * 66 + ".pdf"],
)  # fmt: skip
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(Refusal, match="file_name_invalid"):
        check_name(name)


@pytest.mark.parametrize(
    "name", ["a", "a.zip", "a.rar", "a.exe", "a.docm", "a.xls", "a.svg", "a.html", "a.pdf.exe", "a.pdf."]
)
def test_kinds_that_are_not_taken(name: str) -> None:
    with pytest.raises(Refusal, match="file_kind_not_taken"):
        check_name(name)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (papers.pdf(version=b"9.9"), "file_damaged"),
        (papers.pdf(trailer=b"/Encrypt 9 0 R "), "file_active_content"),
        (papers.pdf().replace(b"/Root", b"/Toor"), "file_damaged"),
        (papers.pdf().replace(b"0 4\n", b"0 9999999\n"), "file_damaged"),
        (papers.pdf().replace(b"0 4\n", b"0 x\n"), "file_damaged"),
        (papers.pdf(after=b"PK\x03\x04"), "file_damaged"),
        (b" " + papers.pdf(), "file_not_as_named"),
        (papers.pdf_with_stream().replace(b"/XRef", b"/Page"), "file_damaged"),
        (papers.pdf().replace(b"startxref\n", b"startxref\n9"), "file_damaged"),
    ],
)
def test_spoilt_pdfs(content: bytes, code: str) -> None:
    assert refused("a.pdf", content) == code


def test_spoilt_pictures() -> None:
    good = papers.png()
    assert refused("a.png", good[:20] + b"\xff" + good[21:]) == "file_damaged"
    in_the_picture = good.index(b"IDAT") + 6
    changed = bytes([good[in_the_picture] ^ 1])
    assert refused("a.png", good[:in_the_picture] + changed + good[in_the_picture + 1 :]) == "file_damaged"
    assert refused("a.png", papers.png(width=0)) == "file_damaged"
    assert refused("a.png", papers.png(20_000, 20_000)) == "file_damaged"
    assert refused("a.png", good[:8] + papers.chunk(b"IEND", b"")) == "file_damaged"
    assert refused("a.png", good[:33] + papers.chunk(b"IEND", b"")) == "file_damaged"
    assert refused("a.png", good[:8] + struct.pack(">I", 2**31) + b"IHDR") == "file_damaged"
    assert refused("a.jpg", papers.jpeg(frame=b"")) == "file_damaged"
    assert refused("a.jpg", papers.jpeg(frame=papers.segment(0xC0, b"\x08\0\0\0\0"))) == "file_damaged"
    assert refused("a.jpg", papers.jpeg(scan=b"x" * 100_000, rest=b"")) == "file_damaged"
    assert refused("a.jpg", papers.jpeg(scan=b"x" * (64 * 1024 - 1) + b"\xff", rest=b"")) == "file_damaged"
    assert refused("a.jpg", b"\xff\xd8" + b"\xff" * 1000) == "file_damaged"
    inspect("a.jpg", io.BytesIO(papers.jpeg(scan=b"x" * (64 * 1024 - 1))))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (papers.package({"a.txt": b"x"}), "file_not_as_named"),
        (papers.office("xlsx"), "file_not_as_named"),
        (papers.office(word__vbaProject_dot_bin=b"x"), "file_active_content"),
        (papers.package(MACROS), "file_active_content"),
        (papers.office(**{RELS: TEMPLATE}), "file_active_content"),
        (papers.office(**{RELS: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "file_damaged"),
        (papers.office(**{RELS: b"<a>"}), "file_damaged"),
        (papers.package({**papers.parts(), "word/document.xml": b"<a></b>"}), "file_damaged"),
        (papers.package({**papers.parts(), "../evil": b"x"}), "file_damaged"),
        (papers.package({**papers.parts(), "/etc/evil": b"x"}), "file_damaged"),
        (papers.package({**papers.parts(), "a\\..\\evil": b"x"}), "file_damaged"),
        (papers.package({**papers.parts(), "C:evil": b"x"}), "file_damaged"),
        (papers.package({**papers.parts(), "WORD/document.xml": b"<a/>"}), "file_damaged"),
        (papers.package({**papers.parts(), **{f"n{n}": b"" for n in range(2000)}}), "file_damaged"),
        (papers.office(bomb=b"\0" * 20_000_000), "file_damaged"),
        (papers.package(papers.parts(), zipfile.ZIP_LZMA), "file_damaged"),
        (papers.office() + papers.office(), "file_damaged"),
    ],
)  # fmt: skip
def test_spoilt_packages(content: bytes, code: str) -> None:
    assert refused("a.docx", content) == code


def test_links_to_click_are_allowed() -> None:
    link = papers.relations("http://schemas.openxmlformats.org/relationships/hyperlink", "https://e", "External")
    inspect("a.docx", io.BytesIO(papers.office(**{RELS: link})))


def test_a_directory_that_lies_about_a_size() -> None:
    good = papers.office(note=b"\0" * 3_000_000)
    size = struct.pack("<I", 3_000_000)
    assert refused("a.docx", good.replace(size, struct.pack("<I", 10))) == "file_damaged"


def test_entries_that_share_their_bytes() -> None:
    """Many directory lines over one packed block: small on disk, endless when unpacked."""
    good = papers.office(note=b"\0" * 900_000)
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        start, count = archive.start_dir, len(archive.infolist())
    directory, end = good[start:-22], good[-22:]
    at = directory.rindex(b"PK\x01\x02")
    lines = b"".join(directory[at:].replace(b"note", b"n%03d" % number) for number in range(90))
    head = good[:start] + directory + lines
    fields = struct.pack("<HHII", count + 90, count + 90, len(directory) + len(lines), start)
    assert refused("a.docx", head + end[:8] + fields + end[20:]) == "file_damaged"


def test_an_entry_inside_of_another() -> None:
    """Both have their own local header and their right check sum; only their places give them away."""
    inner = papers.package({"inner": b"x" * 100}, zipfile.ZIP_STORED)
    with zipfile.ZipFile(io.BytesIO(inner)) as archive:
        local, line = inner[: archive.start_dir], inner[archive.start_dir : -22]
    good = papers.package({**papers.parts(), "outer": local}, zipfile.ZIP_STORED)
    inspect("a.docx", io.BytesIO(good))
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        start, count = archive.start_dir, len(archive.infolist())
    moved = line[:42] + struct.pack("<I", good.index(local)) + line[46:]
    directory = good[start:-22] + moved
    fields = struct.pack("<HHII", count + 1, count + 1, len(directory), start)
    spoilt = good[:start] + directory + good[-22:-14] + fields + good[-2:]
    with zipfile.ZipFile(io.BytesIO(spoilt)) as archive:
        assert archive.read("inner") == b"x" * 100
    assert refused("a.docx", spoilt) == "file_damaged"


def test_a_password_is_refused() -> None:
    content = bytearray(papers.office())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refused("a.docx", bytes(content)) == "file_active_content"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b"a\0b", "file_not_as_named"),
        ("a.txt", b"\xff\xfea\0", "file_not_as_named"),
        ("a.txt", b"\x1b[31m", "file_not_as_named"),
        ("a.txt", b"\x80\xff\xff", "file_not_as_named"),
        ("a.txt", papers.pdf(), "file_not_as_named"),
        ("a.csv", zlib.compress(b"x" * 100), "file_not_as_named"),
        ("a.csv", b"\n\n", "file_damaged"),
        ("a.csv", b'"a', "file_damaged"),
        ("a.csv", b'"a"b,c\n', "file_damaged"),
        ("a.csv", b"x" * 200_000, "file_damaged"),
        ("a.txt", b"x" * 200_000, "file_damaged"),
    ],
)
def test_spoilt_texts(name: str, content: bytes, code: str) -> None:
    assert refused(name, content) == code
