"""Understands how one cause is followed through processes: W3C Trace Context (traceparent, version 00).

The trace id stands in every log line, in every fact's origin and in every record's headers.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from structlog.contextvars import bound_contextvars

# W3C Trace Context section 3.2.2; a later version may append fields, version ff is forbidden.
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.{0,400})?", re.ASCII)


@dataclass(frozen=True)
class Trace:
    """One span of a trace: 32 and 16 lower-case hexadecimal digits, never all zero."""

    trace_id: str
    span_id: str
    flags: str = "01"

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("shifan_trace", default=None)


def parse(header: str | None) -> Trace | None:
    """What a traceparent header says, or None where it is absent or not well formed (it is then ignored, 3.2.2.5)."""
    match = _TRACEPARENT.fullmatch(header or "")
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == "ff" or (version == "00" and more) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return Trace(trace_id, span_id, flags)


def begin(parent: Trace | None) -> Trace:
    """A new span: of the parent's trace, or of a new one."""
    trace_id = parent.trace_id if parent else secrets.token_hex(16)
    return Trace(trace_id, secrets.token_hex(8), parent.flags if parent else "01")


@contextmanager
def tracing(traceparent: str | None = None) -> Iterator[Trace]:
    """Work inside one span; log lines written inside carry its ids."""
    span = begin(parse(traceparent))
    token = _current.set(span)
    try:
        with bound_contextvars(trace_id=span.trace_id, span_id=span.span_id):
            yield span
    finally:
        _current.reset(token)


def trace_id() -> str:
    """The present trace id, or empty outside of :func:`tracing`."""
    span = _current.get()
    return span.trace_id if span else ""


def traceparent() -> str:
    """The header to send along, or empty outside of :func:`tracing`."""
    span = _current.get()
    return str(span) if span else ""
