"""Understands how a refusal or a fault is told: RFC 9457 problem details, in both languages, with the trace."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.runtime.refusals import Refusal, Refused
from shared.runtime.trace import trace_id

MEDIA_TYPE = "application/problem+json"


def problem(refusal: Refused, accept_language: str = "") -> Response:
    """The answer for a refusal; ``title`` and ``detail`` are in the language that was asked for, Chinese by default."""
    language = preferred(accept_language)
    title_zh, title_en = _titles(refusal)
    document: dict[str, object] = {
        "type": f"/problems/{refusal.code}",
        "title": title_zh if language == "zh" else title_en,
        "status": refusal.status,
        "detail": refusal.zh if language == "zh" else refusal.en,
        "detail_zh": refusal.zh,
        "detail_en": refusal.en,
        "code": refusal.code,
        "trace_id": trace_id(),
    }
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if isinstance(refusal, Refusal):
        headers |= refusal.headers
        if refusal.flaws:
            document["errors"] = [
                {"in": flaw.part, "pointer": flaw.pointer, "detail_zh": flaw.zh, "detail_en": flaw.en}
                for flaw in refusal.flaws
            ]
    return Response(orjson.dumps(document), refusal.status, headers, MEDIA_TYPE)


async def send_problem(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer from a middleware, where no request object stands yet."""
    await problem(refusal, Headers(scope=scope).get("accept-language", ""))(scope, receive, send)


def preferred(accept_language: str) -> str:
    """``zh`` or ``en``, by the weights of Accept-Language (RFC 9110 section 12.5.4); ``zh`` where nothing decides."""
    weights = {"zh": -1.0, "en": -1.0}
    for part in accept_language[:1000].split(","):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], _weight(parameter))
    return "en" if weights["en"] > max(weights["zh"], 0.0) else "zh"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(float(value), 1.0) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0


def _titles(refusal: Refused) -> tuple[str, str]:
    if isinstance(refusal, Refusal) and refusal.title_zh:
        return refusal.title_zh, refusal.title_en
    return "不能办理", HTTPStatus(refusal.status).phrase
