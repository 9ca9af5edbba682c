"""Understands what is conferred and what comes after: validity, review, duties, revocation, rewards, money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.times import Deadline, Duration, YearlyMoment
from shared.programmes.model.words import NOWHERE, UNSET, Count, Expression, Id, Number, Source, Text, Unset

Reminders = Annotated[tuple[Annotated[int, Meta(ge=1, le=1_000)], ...], Meta(max_length=10)]
"""Days before the last day; empty: nobody is reminded."""


@dataclass(frozen=True, kw_only=True)
class Validity:
    """How long it is valid, from which day, and what happens at the end."""

    length: Duration | Unset | None = UNSET
    starts: Annotated[
        Literal["award", "certificate_issue", "list_publication", "next_january"] | Unset,
        Meta(description="First day of validity."),
    ] = UNSET
    ends: Annotated[
        Literal["day_before_anniversary", "anniversary", "end_of_year"] | Unset,
        Meta(description="Last day of validity, included."),
    ] = UNSET
    at_end: Annotated[Literal["lapses", "stays_until_reviewed"] | Unset, Meta(description="Without renewal.")] = UNSET
    renewal: Annotated[bool | Unset, Meta(description="Whether renewal may be applied for.")] = UNSET
    renewal_opens: Annotated[Duration | Unset | None, Meta(description="So long before the end.")] = None
    renewed_by: Annotated[
        tuple[Id, ...],
        Meta(description="Procedures whose good end begins a new term; empty: those of the re-reviews."),
    ] = ()
    remind: Annotated[Reminders, Meta(description="So many days before the last day the holder is reminded.")] = (
        90,
        30,
    )
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Award:
    """What is conferred (a title, a contract, a grant), and on what it is written."""

    id: Id
    title: Text
    certificate: bool | Unset
    plaque: bool | Unset
    validity: Validity | Unset | None = UNSET
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class ReReview:
    """The periodic re-check of a title."""

    id: Id
    every_years: Annotated[int, Meta(ge=1, le=20)] | Unset
    procedure: Annotated[Id | Unset, Meta(description="The procedure that carries it out.")] = UNSET
    joined_with_round: Annotated[bool | Unset, Meta(description="Held together with the annual round.")] = UNSET
    on_no_application: Annotated[
        Literal["lapses", "revoked", "stays"] | Unset,
        Meta(description="What becomes of the title; stays: nothing, the authority opens the procedure itself."),
    ] = UNSET
    remind: Annotated[Reminders, Meta(description="So many days before its day the holder is reminded.")] = (90, 30)
    source: Source = NOWHERE


_MONTHS_APART = {"yearly": 12, "half_yearly": 6, "quarterly": 3, "monthly": 1}


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """What a holder or an authority owes again and again."""

    id: Id
    title: Text
    party: Id
    to: Annotated[Id | None, Meta(description="Party that receives it.")] = None
    due: YearlyMoment | Deadline | Unset | None = UNSET
    covers: Annotated[Literal["previous_calendar_year", "period", "event"] | Unset, Meta(description="Period.")] = UNSET
    form: Annotated[Id | None, Meta(description="Form or material to use.")] = None
    procedure: Annotated[Id | None, Meta(description="The procedure that carries it out.")] = None
    repeats: Annotated[
        Literal["yearly", "half_yearly", "quarterly", "monthly"],
        Meta(description="How often within a year a due day with month and day comes, counted on from that month."),
    ] = "yearly"
    remind: Annotated[Reminders, Meta(description="So many days before its day whoever owes it is reminded.")] = (30, 7)
    source: Source = NOWHERE

    @property
    def moments(self) -> tuple[YearlyMoment, ...]:
        """Every due moment of one year, in the year's order; none where it is not due by the calendar."""
        if not isinstance(self.due, YearlyMoment):
            return ()
        months = sorted((self.due.month - 1 + ahead) % 12 + 1 for ahead in range(0, 12, _MONTHS_APART[self.repeats]))
        return tuple(replace(self.due, month=month) for month in months)


@dataclass(frozen=True, kw_only=True)
class RevocationGround:
    """A reason for which a title is revoked. Two different officers are needed where ``officers`` says 2."""

    id: Id
    title: Text
    needs: Annotated[
        Literal["sanction", "omission", "complaints", "falsification", "failed_review", "other"],
        Meta(description="What has to be proved."),
    ] = "other"
    window: Annotated[Duration | Unset | None, Meta(description="Within which period it must have happened.")] = None
    count: Annotated[Count | Unset | None, Meta(description="How often, e.g. of verified complaints.")] = None
    obligations: Annotated[
        tuple[Id, ...],
        Meta(description="For omission: obligations of the holder that prove it when missed; empty: any of them."),
    ] = ()
    unless: Annotated[Text | None, Meta(description="What excuses it, e.g. a good reason.")] = None
    officers: Annotated[Literal[1, 2] | Unset, Meta(description="Persons that must agree.")] = UNSET
    rectify_first: Annotated[bool | Unset, Meta(description="Whether time to put it right must be given.")] = UNSET
    recall_plaque: bool | Unset = UNSET
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Reward:
    """What the title brings."""

    id: Id
    title: Text
    kind: Literal["fund_priority", "recommendation_priority", "publicity", "subsidy", "policy_support", "other"]
    when: Annotated[Expression | None, Meta(description="Expression that must hold.")] = None
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Fee:
    """Whether the applicant pays. ``charged: false`` is a promise that the certificate of every case repeats."""

    charged: bool | Unset = UNSET
    amount: Annotated[Number | Unset | None, Meta(description="CNY, where one is charged.")] = None
    source: Source = NOWHERE


FEE_UNKNOWN = Fee()
"""The text does not say whether anybody pays."""


@dataclass(frozen=True, kw_only=True)
class BudgetSource:
    """One origin of the money; approvals from it never exceed what the plan gave it."""

    id: Id
    title: Text
    amount: Annotated[Number | Unset, Meta(description="CNY of one year's plan.")] = UNSET


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Money with its sources and uses, rate and cap."""

    id: Id
    title: Text
    sources: tuple[BudgetSource, ...]
    uses: tuple[Id, ...] = ()
    rate: Annotated[Number | Unset | None, Meta(description="Share of the cost that is paid, at most.")] = UNSET
    cap: Annotated[Number | Unset | None, Meta(description="CNY per case, at most.")] = UNSET
    cost: Annotated[
        Id | None,
        Meta(description="Metric that the rate is a share of; absent: the payer applies the rate."),
    ] = None
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """What may not be held or applied for at the same time, across programmes and levels."""

    id: Id
    title: Text
    kind: Annotated[
        Literal[
            "no_application_while_valid",
            "no_application_after_refusal",
            "no_double_funding",
            "one_application_per_round",
            "needs_title_of",
        ],
        Meta(description="needs_title_of: the other title is required, not forbidden."),
    ]
    programmes: Annotated[
        tuple[Id, ...], Meta(description="Ids of the programmes meant, of other levels too; empty: this one.")
    ] = ()
    within: Annotated[
        Duration | None,
        Meta(description="Looking back so far: to titles that ended, money that was paid, applications, refusals."),
    ] = None
    source: Source = NOWHERE
