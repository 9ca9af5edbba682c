"""Understands what the registry's edge itself refuses: a mistyped number, a selection too large to export."""

from __future__ import annotations

from services.registry.http.sheet import ROWS_AT_MOST
from shared.runtime.refusals import Kind

MISTYPED = Kind(
    "title_number_mistyped", 400, "编号有误（校验位不符或格式不对）。",
    "This is no title number: its form or its check character is wrong.",
    "请对照证书逐字核对，形如 650000-2026-7K3MQ9XP4TCD-H。",
    "Compare it with the certificate; it looks like 650000-2026-7K3MQ9XP4TCD-H.",
)  # fmt: skip
TOO_MANY_ROWS = Kind(
    "export_too_large", 422, f"所选内容超过{ROWS_AT_MOST}行，未导出。",
    f"The selection has more than {ROWS_AT_MOST} rows; nothing was exported.",
    "请缩小范围（时间、服务、案件）后分次导出。", "Narrow it (time, service, case) and export it in parts.",
)  # fmt: skip
