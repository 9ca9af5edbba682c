"""Understands which parties can do what a definition has them do beside a step's actor: open, sign, approve, assess.

The public objects to notices and an inspector reads; experts score, and assess where they are named. Whoever names
one of them for another act promises something that nobody could carry out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.programmes.model import Deciding, Endorsing, Inspecting, Programme, Step
from shared.programmes.reading.faults import Findings

ONLOOKERS = frozenset({"inspector", "public", "machine"})


@dataclass(frozen=True)
class Named:
    """One party at one place. ``cannot`` are the roles that are of no use there; what to write instead."""

    where: str
    party: str
    cannot: frozenset[str]
    zh: str
    en: str


def check_acting(programme: Programme, findings: Findings) -> None:
    """Report every party that is named for an act that its role never carries out."""
    roles = {party.id: party.role for party in programme.parties}
    for named in _named(programme):
        role = roles.get(named.party)
        if role in named.cannot:
            findings.at(
                named.where,
                f"{named.party} 的角色 {role} 不能办理此事;{named.zh}",
                f"{named.party} has the role {role}, which never does this: {named.en}",
            )


def _named(programme: Programme) -> Iterator[Named]:
    for procedure in programme.procedures:
        where = f"procedures[{procedure.id}]"
        yield Named(
            f"{where}.opened_by",
            procedure.opened_by,
            ONLOOKERS | {"expert"},
            "公众的举报、专家的意见由受理机关登记并启动:请写该机关",
            "what the public reports or experts propose is taken and begun by an authority: name that one",
        )
        for step in procedure.steps:
            yield from _in_step(step, f"{where}.steps[{step.id}].parameters")


def _in_step(step: Step, where: str) -> Iterator[Named]:
    match step.parameters:
        case Endorsing() as endorsing:
            for party in endorsing.by:
                yield _signing(f"{where}.by", party, ONLOOKERS | {"expert"})
        case Deciding() as deciding:
            for party in deciding.jointly:
                yield _signing(f"{where}.jointly", party, ONLOOKERS | {"expert", "applicant"})
            if isinstance(deciding.approver, str):
                yield _signing(f"{where}.approver", deciding.approver, ONLOOKERS | {"expert", "applicant"})
        case Inspecting() as inspecting:
            for party in inspecting.assessors:
                yield Named(
                    f"{where}.assessors",
                    party,
                    ONLOOKERS,
                    "请写机关、专家或申请人;公众的意见由机关登记为材料",
                    "name an authority, experts or applicants; an authority files what the public says",
                )
        case _:
            return


def _signing(where: str, party: str, cannot: frozenset[str]) -> Named:
    return Named(where, party, cannot, "请写有权签署的机关", "name the authority that signs")
