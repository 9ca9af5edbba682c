"""Understands an old case that is taken over (存量案件接续): it was begun on paper, and goes on here under its text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

from services.review.domain.subject import Applicant, OnPaper

BRACKETS = str.maketrans("〔〕【】「」(){}", "[][][][][]")


@dataclass(frozen=True)
class CaseTakenOver:
    """The case was begun on paper before it came here. What was done on paper is not repeated by this fact: it comes
    into the case by its steps."""

    NAME: ClassVar[str] = "review.case-taken-over.1"
    case_id: str
    programme: str
    applicant: Applicant
    paper: OnPaper
    taken_over_at: datetime


FACTS: tuple[type, ...] = (CaseTakenOver,)


def case_of_record(programme_id: str, record: str) -> str:
    """The case's id. One file of one programme is one case, whoever takes it over and however often; blanks, case, full
    or half width and the shape of brackets make no other number."""
    plain = "".join(unicodedata.normalize("NFKC", record).translate(BRACKETS).casefold().split())
    return sha256(f"{programme_id}\n{plain}".encode()).hexdigest()[:32]
