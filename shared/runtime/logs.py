"""Understands what a process writes about itself: one JSON object per line, with service and trace id, never a secret.

Every library's log record passes through the same processors; a value under a name that may hold a secret is masked
and long texts are cut, so that a careless line cannot carry a token or a body.
"""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

LONGEST = 2000
_SECRET = re.compile(r"token|secret|passw|authorization|cookie|credential|private|body|dsn", re.IGNORECASE)
_BEARER = re.compile(r"(?i)bearer\s+\S+|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")


def start_logging(service: str, *, level: str = "INFO", file: Path | None = None) -> logging.Handler:
    """Send every log line of this process to ``file`` (appended) or to standard output; answers the one handler."""
    stream: TextIO = file.open("a", encoding="utf-8", buffering=1) if file else sys.stdout
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(before))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    # uvicorn's access lines carry query strings; ours carry the route's pattern instead.
    logging.getLogger("uvicorn.access").disabled = True
    # httpx logs whole addresses at info.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return handler


def _formatter(before: list[Processor]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=lambda value: type(value).__name__),
        ],
    )


def _named(service: str) -> Processor:
    def name(_: Any, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return name


def mask(_: Any, __: str, event: EventDict) -> EventDict:
    """Hide what may be a secret by its name or its look, and cut what is long."""
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if _SECRET.search(key):
        return "***"
    if isinstance(value, str):
        return _BEARER.sub("***", value)[: 10 * LONGEST if key == "exception" else LONGEST]
    if isinstance(value, dict):
        return {str(inner): _masked(str(inner), held) for inner, held in list(value.items())[:50]}
    if isinstance(value, list | tuple):
        return [_masked("", held) for held in value[:50]]
    return value
