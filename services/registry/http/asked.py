"""Understands what the registry's edge itself refuses: a mistyped number."""

from __future__ import annotations

from shared.runtime.refusals import Kind

MISTYPED = Kind(
    "title_number_mistyped", 400, "编号有误（校验位不符或格式不对）。",
    "This is no title number: its form or its check character is wrong.",
    "请对照证书逐字核对，形如 650000-2026-7K3MQ9XP4TCD-H。",
    "Compare it with the certificate; it looks like 650000-2026-7K3MQ9XP4TCD-H.",
)  # fmt: skip
