"""Understands decide: one person proposes, another approves, with further authorities where the text says so.

That it is another person is no rule of this step: proposing and approving exclude each other on the whole case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.desks import Desk, desk_of
from services.review.domain.people import Duty, Person
from services.review.domain.steps import amounts
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated
from shared.programmes.model import Deciding

TYPE = "decide"


@dataclass(frozen=True)
class ProposeDecision:
    """Propose to approve or to refuse. Where a title is taken away, ``ground`` is one of those that the step names, and
    ``no_excuse`` says why what the text lets excuse it does not hold. Where the step approves or reclaims a sum,
    ``amount`` says it (CNY, a decimal string), ``source`` from which source, where the budget has several."""

    step: str
    by: Person
    approve: bool
    reason: str
    ground: str = ""
    no_excuse: str = ""
    amount: str = ""
    source: str = ""


@dataclass(frozen=True)
class ApproveDecision:
    """Agree with the proposal, as the approver or for one of the joint authorities; where it states a sum, with the
    same sum."""

    step: str
    by: Person
    party: str = ""
    reason: str = ""
    amount: str = ""
    source: str = ""


@dataclass(frozen=True)
class ReturnProposal:
    """Disagree with the proposal: it is void, and somebody proposes again."""

    step: str
    by: Person
    reason: str
    party: str = ""


@dataclass(frozen=True)
class DecisionProposed:
    """A proposal waits for another person."""

    NAME: ClassVar[str] = "review.decision-proposed.1"
    DUTY: ClassVar[Duty] = "propose"
    step: str
    by: str
    approve: bool
    reason: str
    proposed_at: datetime
    desks: tuple[Desk, ...]
    ground: str = ""
    no_excuse: str = ""
    amount: str = ""
    source: str = ""


@dataclass(frozen=True)
class DecisionApproved:
    """One of those who must agree did."""

    NAME: ClassVar[str] = "review.decision-approved.1"
    DUTY: ClassVar[Duty] = "approve"
    step: str
    by: str
    party: str
    reason: str
    approved_at: datetime
    amount: str = ""


@dataclass(frozen=True)
class ProposalReturned:
    """The proposal fell."""

    NAME: ClassVar[str] = "review.proposal-returned.1"
    DUTY: ClassVar[Duty] = "approve"
    step: str
    by: str
    reason: str
    returned_at: datetime


Command = ProposeDecision | ApproveDecision | ReturnProposal
Fact = DecisionProposed | DecisionApproved | ProposalReturned


@dataclass(frozen=True)
class State:
    """The proposal that stands, and which parties agreed with it."""

    proposal: DecisionProposed | None = None
    agreed: tuple[str, ...] = ()


COMMANDS: tuple[type, ...] = (ProposeDecision, ApproveDecision, ReturnProposal)
FACTS: tuple[type, ...] = (DecisionProposed, DecisionApproved, ProposalReturned)
INITIAL = State()


def _approvers(situation: Situation) -> tuple[str, ...]:
    parameters = situation.step.parameters
    assert isinstance(parameters, Deciding)
    if not isinstance(parameters.approver, str):
        raise errors.ParameterUnset(what=f"{situation.step.id}.approver")
    return (parameters.approver, *parameters.jointly)


def who(command: Command, situation: Situation) -> Parties:
    """The step's authority proposes; the approver and the joint authorities agree."""
    if isinstance(command, ProposeDecision):
        return actor(situation)
    approvers = _approvers(situation)
    return Parties((command.party,) if command.party in approvers else approvers)


def enter(situation: Situation) -> Decided:
    """The case waits for a proposal."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """Propose, agree or disagree; decided when all who must agree did."""
    if isinstance(command, ProposeDecision):
        return _propose(command, situation)
    proposal: DecisionProposed | None = situation.state.proposal
    if proposal is None:
        raise errors.NoProposal()
    if isinstance(command, ReturnProposal):
        reason = stated(command.reason)
        return Decided((ProposalReturned(situation.step.id, command.by.id, reason, situation.now),))
    return _agree(command, proposal, situation)


def _propose(command: ProposeDecision, situation: Situation) -> Decided:
    if situation.state.proposal is not None:
        raise errors.ProposalStands()
    reason, today = stated(command.reason), situation.today
    ground = _ground(command, situation)
    amount, source = amounts.proposed(command.amount, command.source, command.approve, situation)
    return Decided(
        (
            DecisionProposed(
                situation.step.id,
                command.by.id,
                command.approve,
                reason,
                situation.now,
                tuple(desk_of(party, situation.programme, today) for party in _approvers(situation)),
                ground,
                command.no_excuse.strip(),
                amount,
                source,
            ),
        )
    )


def _ground(command: ProposeDecision, situation: Situation) -> str:
    """What a title is taken away for: one of the grounds that the step may rest on."""
    parameters = situation.step.parameters
    assert isinstance(parameters, Deciding)
    if not (situation.case.title and parameters.basis and command.approve):
        return ""
    if command.ground not in parameters.basis:
        raise errors.GroundUnknown(grounds=", ".join(parameters.basis))
    return command.ground


def _agree(command: ApproveDecision, proposal: DecisionProposed, situation: Situation) -> Decided:
    approvers, agreed = _approvers(situation), situation.state.agreed
    party = command.party or approvers[0]
    if party not in approvers or party in agreed:
        raise errors.AlreadySigned()
    amounts.ensure_confirmed(command.amount, command.source, (proposal.amount, proposal.source), situation)
    said = (command.reason.strip(), situation.now, proposal.amount)
    fact = DecisionApproved(situation.step.id, command.by.id, party, *said)
    if len(agreed) + 1 < len(approvers):
        return Decided((fact,))
    facts = (fact, *amounts.decided(proposal.amount, proposal.source, command.by.id, situation))
    return Decided(facts, "approved" if proposal.approve else "refused", proposal.reason)


def evolve(state: State, fact: Fact) -> State:
    match fact:
        case DecisionProposed():
            return State(fact)
        case DecisionApproved():
            return replace(state, agreed=(*state.agreed, fact.party))
        case ProposalReturned():
            return State()
