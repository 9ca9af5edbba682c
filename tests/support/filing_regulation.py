"""The small regulation with procedures besides the application: a renewal, a plan of the authority, a running case that
waits for a report and for something to be put right, and a self-evaluation; and the title that a renewal runs on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from services.review.domain.title import TitleEntered
from shared.programmes.model import (
    Checking,
    Closing,
    Deadline,
    Deciding,
    Duration,
    Filing,
    Form,
    FormField,
    Inspecting,
    Procedure,
    Programme,
    Rectifying,
    Step,
    StepType,
    Text,
)
from shared.programmes.model.acts import Parameters
from tests.support.regulation import APPLICANT_USCC, COUNTY, PROGRAMME


def _text(words: str) -> Text:
    return Text(zh=f"{words}（中）", en=words)


def _step(name: str, kind: StepType, actor: str, parameters: Parameters, **outcomes: str) -> Step:
    return Step(id=name, title=_text(name), type=kind, actor=actor, parameters=parameters, outcomes=outcomes)


FIVE_DAYS = Deadline(within=Duration(length=5, unit="working_day"))
CLIENTS = Form(
    id="clients",
    title=_text("clients"),
    fields=(
        FormField(id="name", title=_text("name"), type="text"),
        FormField(id="year", title=_text("y"), type="count"),
    ),
    rows_min=1,
    rows_max=3,
)
SEALED = Form(
    id="sealed", title=_text("sealed"), fields=(FormField(id="head", title=_text("h"), type="text"),), signed=True
)
RENEWAL = Procedure(
    id="renewal",
    title=_text("renewal"),
    subject="title",
    opened_by="applicant",
    steps=(
        _step(
            "renew",
            "file",
            "applicant",
            Filing(materials=("report", "opinions"), forms=("clients", "sealed"), declaration=True),
            filed="renewal-decision",
        ),
        _step(
            "renewal-decision",
            "decide",
            "commission",
            Deciding(approver="approver"),
            approved="follow-up",
            refused="renewal-refused",
        ),
        replace(
            _step("follow-up", "file", "applicant", Filing(materials=()), filed="renewed", late="renewal-refused"),
            deadline=FIVE_DAYS,
        ),
        _step("renewed", "close", "commission", Closing(result="completed")),
        _step("renewal-refused", "close", "commission", Closing(result="refused")),
    ),
)
PLAN = Procedure(
    id="plan",
    title=_text("plan"),
    subject="plan",
    opened_by="commission",
    steps=(
        _step("plan-draft", "file", "commission", Filing(materials=()), filed="plan-done"),
        _step("plan-done", "close", "commission", Closing(result="completed")),
    ),
)
REPAIR = Procedure(
    id="repair",
    title=_text("repair"),
    subject="platform",
    opened_by="commission",
    steps=(
        _step("look", "inspect", "commission", Inspecting(), passed="repair-done", failed="mend"),
        _step(
            "mend",
            "rectify",
            "applicant",
            Rectifying(within=FIVE_DAYS, proof=("report",)),
            rectified="repair-done",
            overdue="repair-late",
        ),
        _step("repair-done", "close", "commission", Closing(result="completed")),
        _step("repair-late", "close", "commission", Closing(result="refused")),
    ),
)
REPORT = Procedure(
    id="yearly_report",
    title=_text("report of the year"),
    subject="platform",
    opened_by="applicant",
    steps=(
        _step(
            "hand-in",
            "file",
            "applicant",
            Filing(materials=("report",), forms=("clients",), declaration=True),
            filed="look-over",
        ),
        _step(
            "look-over",
            "check",
            "commission",
            Checking(corrections=2, correct_within=FIVE_DAYS, silence="none"),
            complete="handed-in",
            to_correct="hand-in-again",
        ),
        _step(
            "hand-in-again",
            "file",
            "applicant",
            Filing(materials=("report",), forms=("clients",), declaration=True),
            filed="look-over",
            late="not-handed-in",
        ),
        _step("handed-in", "close", "commission", Closing(result="completed")),
        _step("not-handed-in", "close", "commission", Closing(result="refused")),
    ),
)
SELF = Procedure(
    id="self_evaluation",
    title=_text("self-evaluation"),
    subject="platform",
    opened_by="applicant",
    steps=(
        _step("look-inwards", "inspect", "applicant", Inspecting(), passed="looked", failed="looked"),
        _step("looked", "close", "commission", Closing(result="completed")),
    ),
)
FILED: Programme = replace(
    PROGRAMME,
    procedures=(*PROGRAMME.procedures, RENEWAL, PLAN, REPAIR, REPORT, SELF),
    forms=(CLIENTS, SEALED),
    digest="cd" * 32,
)
WITHOUT_ROUNDS: Programme = replace(FILED, rounds=None, digest="ef" * 32)
HELD = TitleEntered(
    case_id="a" * 32,
    programme=FILED.ref,
    number="T-1",
    holder_uscc=APPLICANT_USCC,
    holder_name="Example",
    holder_region=COUNTY,
    title_zh="示范平台",
    valid_from=date(2026, 1, 5),
    valid_to=date(2029, 1, 4),
    entered_at=datetime(2026, 1, 5, 2, 0, tzinfo=UTC),
)
"""A title of the applicant, on record before any test of filings begins."""
