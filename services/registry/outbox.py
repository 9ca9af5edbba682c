"""Understands which public word each private fact of the registry becomes, and whose case it is about.

All words go to ``registry.events.v1`` and to ``certifications.v1``: they name organisations, never persons.
"""

from __future__ import annotations

from typing import Any, assert_never

from services.registry.domain.entry import Fact
from services.registry.domain.events import OldCaseNoted, TitleEntered, TitleLapsed, TitleRenewed, TitleRevoked
from shared.envelope import CaseId
from shared.events import Certified, Lapsed, Renewed, Revoked
from shared.runtime.ports import Recorded


def case_of(recorded: Recorded) -> CaseId:
    """The case that a fact is about: the key of every record about it."""
    fact: Fact = recorded.fact
    return CaseId(fact.case_id)


def to_public(recorded: Recorded) -> Certified | Revoked | Lapsed | Renewed | None:
    """The published word for a fact; None for where a case came from, which review has said."""
    fact: Fact = recorded.fact
    match fact:
        case OldCaseNoted():
            return None
        case TitleEntered():
            return _certified(fact)
        case TitleRevoked():
            return _revoked(fact)
        case TitleLapsed():
            return Lapsed(**_holder(fact), reason=fact.reason, lapsed_on=fact.lapsed_on, lapsed_at=fact.lapsed_at)
        case TitleRenewed():
            return Renewed(
                **_holder(fact), valid_from=fact.valid_from, valid_to=fact.valid_to, renewed_at=fact.renewed_at
            )
        case _:
            assert_never(fact)


to_partners = to_public
"""What other regions are told: the same words."""


def _holder(fact: TitleLapsed | TitleRenewed) -> dict[str, Any]:
    names = ("case_id", "programme", "number", "holder_uscc", "holder_name", "holder_region")
    return {name: getattr(fact, name) for name in names}


def _certified(fact: TitleEntered) -> Certified:
    return Certified(
        case_id=fact.case_id,
        programme=fact.programme,
        number=fact.number,
        holder_uscc=fact.holder_uscc,
        holder_name=fact.holder_name,
        holder_region=fact.holder_region,
        title_zh=fact.title_zh,
        title_en=fact.title_en,
        issuer_region=fact.issuer_region,
        issuer_name=fact.issuer_name,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        certified_at=fact.entered_at,
    )


def _revoked(fact: TitleRevoked) -> Revoked:
    return Revoked(
        case_id=fact.case_id,
        programme=fact.programme,
        number=fact.number,
        holder_uscc=fact.holder_uscc,
        holder_name=fact.holder_name,
        holder_region=fact.holder_region,
        ground=fact.ground,
        clause=fact.clause,
        reason=fact.reason,
        revoked_at=fact.revoked_at,
    )
