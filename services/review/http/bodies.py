"""Understands what is sent along with each act in a step."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.runtime.http import Input

Sentence = Annotated[str, Field(max_length=4000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Ident = Annotated[str, Field(min_length=1, max_length=128)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
DecidedAmount = Annotated[
    str, Field(max_length=20, description="CNY, a decimal string, where the decision is about a sum.")
]
SourceId = Annotated[str, Field(max_length=64, description="Source of the budget; empty where it has only one.")]


class Reason(Input):
    reason: Sentence


class Opinion(Input):
    opinion: Sentence


class ItemBody(Input):
    subject: Annotated[str, Field(max_length=200, description="Which material or answer.")]
    fault: Annotated[str, Field(max_length=1000, description="What is wrong with it.")]


class PaperBody(Input):
    material: Ident
    name: Name
    media_type: Annotated[str, Field(max_length=100)]
    sha256: Sha256
    size: Annotated[int, Field(ge=1, le=500_000_000)]


class Filing(Input):
    answers: Annotated[dict[str, bool | str], Field(max_length=500)] = Field(default_factory=dict)
    papers: Annotated[tuple[PaperBody, ...], Field(max_length=200, description="Files by SHA-256.")] = ()


class Correction(Input):
    items: Annotated[tuple[ItemBody, ...], Field(max_length=100, description="Every item at once.")]


class Verdict(Input):
    condition: Ident
    verdict: Literal["met", "unmet", "relaxed", "not_applicable"]
    reason: Sentence = ""
    relaxation: Annotated[str, Field(max_length=64, description="The exception used, for relaxed.")] = ""
    accepted_value: Annotated[str, Field(max_length=500, description="What is accepted instead, for relaxed.")] = ""


class Endorsement(Input):
    agrees: bool
    reason: Sentence
    party: Annotated[str, Field(max_length=64, description="Party spoken for, where several are asked.")] = ""


class ExpertBody(Input):
    id: Ident
    name: Name
    organisation: Annotated[str, Field(max_length=18, description="USCC; empty for a person without one.")] = ""


class Experts(Input):
    experts: Annotated[
        tuple[ExpertBody, ...], Field(max_length=200, description="The panel, or the pool where it is drawn by lot.")
    ]


class AssessorBody(Input):
    party: Annotated[str, Field(min_length=1, max_length=64, description="Party of the step that the person is of.")]
    id: Ident
    name: Name
    organisation: Annotated[str, Field(max_length=18, description="USCC; empty for a person without one.")] = ""


class Assessors(Input):
    assessors: Annotated[tuple[AssessorBody, ...], Field(max_length=31)]


class Sheet(Input):
    points: Annotated[dict[str, str], Field(max_length=100, description="Head -> points, decimal strings.")]
    remark: Sentence = ""


class Visit(Input):
    visited_on: date
    visitors: Annotated[tuple[Name, ...], Field(max_length=50)]
    confirms: bool
    opinion: Sentence


class Listing(Input):
    listed: bool
    reason: Sentence = ""


class Address(Input):
    address: Annotated[str, Field(max_length=2000, description="Where it can be read.")] = ""


class Proposal(Input):
    approve: bool
    reason: Sentence
    ground: Annotated[str, Field(max_length=64, description="Ground of revocation, where a title is taken away.")] = ""
    no_excuse: Annotated[str, Field(max_length=4000, description="Why what the text lets excuse it fails.")] = ""
    amount: DecidedAmount = ""
    source: SourceId = ""


class Approval(Input):
    party: Annotated[str, Field(max_length=64, description="Party spoken for, where several must agree.")] = ""
    reason: Sentence = ""
    amount: DecidedAmount = ""
    source: SourceId = ""


class Disagreement(Input):
    reason: Sentence
    party: Annotated[str, Field(max_length=64)] = ""


class Inspection(Input):
    passes: bool
    opinion: Sentence
    findings: Annotated[tuple[Sentence, ...], Field(max_length=50, description="One for every topic.")] = ()
    points: Annotated[dict[str, str], Field(max_length=100)] = Field(default_factory=dict)
    verdicts: Annotated[dict[str, str], Field(max_length=200)] = Field(default_factory=dict)
    party: Annotated[str, Field(max_length=64)] = ""


class Rectification(Input):
    opinion: Sentence
    proof: Annotated[tuple[Sha256, ...], Field(max_length=50)] = ()


class Payment(Input):
    voucher: Annotated[str, Field(max_length=200)]
    amount: Annotated[
        str, Field(max_length=20, description="CNY, a decimal string; empty: all that is due of an approved sum.")
    ] = ""
    instalment: Annotated[str, Field(max_length=64, description="The next one where empty.")] = ""
    source: SourceId = ""


class Answer(Input):
    upheld: bool
    reason: Sentence


class Objection(Input):
    name: Annotated[str, Field(max_length=200, description="Real name, or name of the unit.")] = ""
    contact: Annotated[str, Field(max_length=200)] = ""
    grounds: Sentence
    evidence: Annotated[tuple[Sha256, ...], Field(max_length=50, description="Files by SHA-256.")] = ()
