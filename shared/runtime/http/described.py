"""Understands what the OpenAPI description says of a route: who may call, which headers, what a refusal looks like."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from shared.runtime.http.access import Allow, Public

_TEXT: dict[str, Any] = {"type": "string"}
_ERRORS: dict[str, Any] = {
    "type": "array",
    "description": "Every fault of the input: where it is, and what is wanted there.",
    "items": {
        "type": "object",
        "properties": {
            "in": {"enum": ["body", "query", "path", "header", "cookie"]},
            "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901)."},
            "detail_zh": _TEXT,
            "detail_en": _TEXT,
        },
    },
}
PROBLEM: dict[str, Any] = {
    "description": "A refusal or a fault (RFC 9457), in Chinese and in English.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail", "detail_zh", "detail_en", "code", "trace_id"],
                "properties": {
                    "type": {"type": "string", "description": "/problems/<code>"},
                    "title": _TEXT,
                    "status": {"type": "integer"},
                    "detail": {"type": "string", "description": "In the language of Accept-Language; else Chinese."},
                    "detail_zh": _TEXT,
                    "detail_en": _TEXT,
                    "code": {"type": "string", "description": "Stable; programs decide by it."},
                    "trace_id": _TEXT,
                    "errors": _ERRORS,
                },
            }
        }
    },
}
SECURITY_SCHEMES: dict[str, Any] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
_HEADERS: dict[str, str] = {
    "Idempotency-Key": "A new random value per operation, 1 to 128 visible ASCII characters; the same one to retry.",
    "If-Match": "The ETag that was received when the resource was read.",
}


def extra(access: Allow | Public, headers: Collection[str]) -> dict[str, Any]:
    """What to add to a route's description: its access, and the required headers among those that we know."""
    said: dict[str, Any] = {"x-access": vars(access)}
    if isinstance(access, Allow):
        said["security"] = [{"bearer": []}]
    if headers:
        said["parameters"] = [
            {"name": name, "in": "header", "required": True, "schema": _TEXT, "description": _HEADERS[name]}
            for name in headers
        ]
    return said
