"""Understands whether authorities follow each other: no circle, no day on which two act or none does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from shared.programmes.model import Authority, Programme
from shared.programmes.reading.faults import Findings


def check_authorities(programme: Programme, findings: Findings) -> None:
    """Report successors that lead back, that come too early or too late, and that nothing ever leads to."""
    known = {authority.id: authority for authority in programme.authorities}
    for authority in programme.authorities:
        successor = known.get(authority.successor or "")
        where = f"authorities[{authority.id}]"
        if successor is None:
            continue
        if _leads_back(authority, known):
            findings.at(f"{where}.successor", "继任机关形成循环,请更正", "its successors lead back to it: correct them")
        elif authority.existed is None or authority.existed.until is None:
            findings.at(
                f"{where}.existed",
                f"有继任机关 {successor.id},请写最后一日 existed: {{until: …}}",
                f"it has a successor {successor.id}: write its last day, existed: {{until: …}}",
            )
        else:
            _joins(authority.existed.until, successor, where, findings)


def _leads_back(authority: Authority, known: Mapping[str, Authority]) -> bool:
    found = known.get(authority.successor or "")
    for _ in known:
        if found is None or found is authority:
            break
        found = known.get(found.successor or "")
    return found is authority


def _joins(until: date, successor: Authority, where: str, findings: Findings) -> None:
    since = successor.existed.since if successor.existed else None
    if not isinstance(since, date):
        return
    if since <= until:
        findings.at(
            f"{where}.existed",
            f"与继任机关 {successor.id} 的存续期间重叠",
            f"it overlaps with its successor {successor.id}: end it the day before",
        )
    elif since > until + timedelta(days=1):
        findings.at(
            f"{where}.existed",
            f"与继任机关 {successor.id} 之间有空档({until} 至 {since}),请衔接",
            f"nobody acts between its end on {until} and its successor {successor.id} on {since}: join them",
        )
