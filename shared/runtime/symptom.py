"""Understands what may be said of a fault to everybody: its type and where in the log it stands, never its text.

Readiness is public. An exception's text may quote what somebody filed, or name an inner address; it goes to the log,
which only operators read.
"""

from __future__ import annotations


def symptom(fault: BaseException | None) -> str:
    """``Unpublishable at case:1/3 (review.scored.1), by ZeroDivisionError``: types, and a stream with its version where
    the fault knows one (``where``)."""
    if fault is None:
        return "ended"
    where = getattr(fault, "where", "")
    cause = fault.__cause__
    behind = f", by {type(cause).__name__}" if cause is not None else ""
    return f"{type(fault).__name__}{f' at {where}' if where else ''}{behind}"
