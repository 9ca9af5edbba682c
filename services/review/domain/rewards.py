"""Understands what a title brings and what the applicant pays, as the text says it: told to those concerned, done by
nobody here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.review.domain.judging import scope
from services.review.domain.steps import award
from services.review.domain.steps.results import results_of
from services.review.domain.subject import Case
from shared.programmes.expressions import holds, names, parse
from shared.programmes.model import Fee, Programme, Reward, Unset


@dataclass(frozen=True)
class DueReward:
    """One reward of the text. ``finding`` is due where its condition holds, unknown where figures are missing that tell
    whether it does; what does not hold is left out."""

    reward: str
    kind: str
    title_zh: str
    title_en: str
    clause: str
    finding: Literal["due", "unknown"]


@dataclass(frozen=True)
class Charge:
    """Whether the applicant pays, and how much (CNY); None where the text does not say."""

    charged: bool | None
    amount: str | None
    clause: str


def rewards_of(case: Case, programme: Programme) -> tuple[DueReward, ...]:
    """The rewards of the title that this case brought; none before. A case on a title (an evaluation) brings those that
    rest on what its own steps came to."""
    conferred = any(isinstance(state, award.State) and state.conferred for state in case.states.values())
    seen = scope(case, programme, results=results_of(case))
    found = []
    for reward in programme.rewards:
        if not conferred and not (case.title and _rests_on(reward, case, programme)):
            continue
        truth = True if reward.when is None else holds(reward.when, seen)
        if truth is not False:
            finding: Literal["due", "unknown"] = "due" if truth else "unknown"
            title, clause = reward.title, reward.source.clause
            found.append(DueReward(reward.id, reward.kind, title.zh, title.en, clause, finding))
    return tuple(found)


def _rests_on(reward: Reward, case: Case, programme: Programme) -> bool:
    """Whether the reward is for what a step of this case's procedure came to."""
    steps = {step.id for step in programme.procedure(case.procedure or None).steps}
    return reward.when is not None and any(name.id.rpartition(".")[0] in steps for name in names(parse(reward.when)))


def charge_of(fee: Fee) -> Charge:
    """The fee as the text says it."""
    charged = None if isinstance(fee.charged, Unset) else fee.charged
    known = fee.amount is not None and not isinstance(fee.amount, Unset)
    return Charge(charged, format(fee.amount, "f") if known else None, fee.source.clause)
