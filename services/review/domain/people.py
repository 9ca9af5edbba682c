"""Understands who acts on a case and what each person has already done on it: the separation of duties.

These are invariants of the case, not of a route: whoever calls, from wherever, is held to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Duty = Literal[
    "check",
    "assess",
    "endorse",
    "organise",
    "score",
    "visit",
    "list",
    "post",
    "investigate",
    "propose",
    "approve",
    "award",
    "publish",
    "inspect",
    "rectify",
    "pay",
]
"""What a person did on a case. Every fact that is somebody's act carries one."""

REVIEWING: frozenset[Duty] = frozenset({"check", "assess", "endorse"})
"""Duties of the preliminary review."""

INCOMPATIBLE: frozenset[tuple[Duty, Duty]] = frozenset(
    [
        *(("score", duty) for duty in REVIEWING),
        *(("investigate", duty) for duty in (*REVIEWING, "score", "visit")),
        ("score", "organise"),
        ("approve", "propose"),
        *(("pay", duty) for duty in (*REVIEWING, "score")),
    ]
)
"""Pairs of duties that no one person may have on one case, whichever came first."""


@dataclass(frozen=True)
class Person:
    """Who acts: subject, role, region (GB/T 2260) and organisation (USCC) as the token says them."""

    id: str
    role: str
    region: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Act:
    """One thing that one person did in one step."""

    person: str
    duty: Duty
    step: str


def clash(person: str, duty: Duty, acts: Iterable[Act]) -> Act | None:
    """The earlier act of this person that forbids the duty, if there is one."""
    for act in acts:
        pair = (duty, act.duty)
        if act.person == person and (pair in INCOMPATIBLE or pair[::-1] in INCOMPATIBLE):
            return act
    return None


def same_group(person: str, step: str, others: Iterable[str], acts: Iterable[Act]) -> Act | None:
    """An earlier act of this person in one of the other steps that share a segregation group with this one."""
    sharing = frozenset(others) - {step}
    return next((act for act in acts if act.person == person and act.step in sharing), None)
