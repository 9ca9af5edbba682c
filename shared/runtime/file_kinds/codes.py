"""Understands every way in which a file is refused, and what the sender does then."""

from __future__ import annotations

from shared.runtime.refusals import Kind, Refusal

FILE_NAME = Kind(
    "file_name_invalid", 422, "文件名不合要求。", "The file's name is not acceptable.",
    "文件名不超过200字节，不含路径、控制字符或换向字符，不以点开头。",
    "Use at most 200 bytes, without a path, control or direction characters, not beginning with a dot.",
)  # fmt: skip
FILE_KIND = Kind(
    "file_kind_not_taken", 415, "不接受此类文件。", "Files of this kind are not taken.",
    "请提交 pdf、png、jpg、docx、xlsx、csv 或 txt 文件；压缩包请解压后逐个提交。",
    "Send pdf, png, jpg, docx, xlsx, csv or txt; unpack an archive and send its files.",
)  # fmt: skip
FILE_TOO_LARGE = Kind(
    "file_too_large", 413, "文件过大。", "The file is too large.",
    "请压缩图片或拆分后提交。", "Reduce its pictures or split it.",
)  # fmt: skip
FILE_EMPTY = Kind(
    "file_empty", 422, "文件是空的。", "The file is empty.",
    "请选择正确的文件重新提交。", "Choose the right file and send it again.",
)  # fmt: skip
FILE_NOT_AS_NAMED = Kind(
    "file_not_as_named", 422, "文件内容与扩展名不符。", "The file is not what its extension says.",
    "请用原软件另存为正确的格式，不要直接改扩展名。", "Save it in the right format with its program; do not rename it.",
)  # fmt: skip
FILE_DAMAGED = Kind(
    "file_damaged", 422, "文件无法完整打开。", "The file does not open completely.",
    "请用原软件打开确认无误，另存后重新提交。", "Open it with its program, save it again and send that.",
)  # fmt: skip
FILE_ACTIVE = Kind(
    "file_active_content", 422, "文件含有宏、加密或引用外部内容。",
    "The file holds macros, is encrypted, or pulls in content from outside.",
    "请去除宏、密码和外部引用，另存后重新提交。", "Remove macros, password and outside references, save and send it.",
)  # fmt: skip
FILE_NOT_FOUND = Kind(
    "file_not_found", 404, "没有此文件，或您无权查看。", "There is no such file, or you may not see it.",
    "请核对文件编号。", "Check its identifier.",
)  # fmt: skip
FILE_ALTERED = Kind(
    "file_altered", 500, "存储的文件与登记的摘要不一致，已停止下载。",
    "The stored file does not match its recorded digest and is not handed out.",
    "请把 trace_id 告知管理员，从备份恢复。", "Give the trace_id to the operator, who restores it from a backup.",
)  # fmt: skip

FILE_KINDS: tuple[Kind, ...] = (
    FILE_NAME, FILE_KIND, FILE_TOO_LARGE, FILE_EMPTY, FILE_NOT_AS_NAMED, FILE_DAMAGED, FILE_ACTIVE, FILE_NOT_FOUND,
    FILE_ALTERED,
)  # fmt: skip


def damaged(zh: str, en: str) -> Refusal:
    """The file does not open, and where."""
    return FILE_DAMAGED.refuse(zh=zh, en=en)
