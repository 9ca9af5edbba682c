"""A small regulation for tests: every type of step once, one condition of each kind, one exception, two levels.

It is built from the model's dataclasses, so that a test of a service does not also test the reading of files.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from shared.programmes.model import (
    Assessing,
    Award,
    Awarding,
    Checking,
    Closing,
    Condition,
    Deadline,
    Deciding,
    Document,
    Duration,
    Endorsing,
    Fee,
    Filing,
    Head,
    InForce,
    Legal,
    Level,
    Listing,
    Material,
    Metric,
    Notice,
    Noticing,
    Objections,
    Overlap,
    Panel,
    Parameters,
    Party,
    Period,
    Procedure,
    Programme,
    Relaxation,
    Repeat,
    RevocationGround,
    RoundRules,
    Route,
    Rubric,
    Scoring,
    Source,
    Step,
    StepType,
    Text,
    Validity,
    Visiting,
    YearlyMoment,
)

REGION = "990000"
PREFECTURE = "990100"
OTHER_PREFECTURE = "990200"
COUNTY = "990101"
APPLICANT_USCC = "91350100M000100Y43"
OTHER_USCC = "91650100MA00000120"


WITHIN = Deadline(within=Duration(length=5, unit="working_day"))


def _text(words: str) -> Text:
    return Text(zh=f"{words}（中）", en=words)


def _ground(name: str, clause: str) -> RevocationGround:
    return RevocationGround(
        id=name,
        title=_text(name),
        officers=2,
        rectify_first=False,
        recall_plaque=True,
        source=Source(clause=clause),
    )


def _step(
    name: str, kind: StepType, actor: str, parameters: Parameters, outcomes: dict[str, str], **more: object
) -> Step:
    step = Step(id=name, title=_text(name), type=kind, actor=actor, parameters=parameters, outcomes=outcomes)
    return replace(step, **more)  # type: ignore[arg-type]


STEPS = (
    _step("apply", "file", "applicant", Filing(declaration=True, in_round=True), {"filed": "check"}),
    _step(
        "check",
        "check",
        "prefecture",
        Checking(corrections=1, correct_within=WITHIN, silence="none"),
        {"complete": "assess", "to_correct": "correct", "refused": "not-accepted"},
    ),
    _step("correct", "file", "applicant", Filing(), {"filed": "check"}, repeat=Repeat(at_most=1, then="not-accepted")),
    _step(
        "assess",
        "assess",
        "prefecture",
        Assessing(relaxations=("remote",)),
        {"sufficient": "recommend", "insufficient": "refused"},
        segregation=("first-instance",),
    ),
    _step(
        "recommend",
        "endorse",
        "prefecture-head",
        Endorsing(),
        {"endorsed": "score", "refused": "refused"},
        segregation=("first-instance",),
    ),
    _step("score", "score", "commission", Scoring(rubric="sheet"), {"passed": "visit", "failed": "refused"}),
    _step(
        "visit",
        "visit",
        "commission",
        Visiting(whom="sample", visitors=2),
        {"confirmed": "list", "not_confirmed": "refused", "waived": "list"},
    ),
    _step("list", "list", "commission", Listing(order="unranked"), {"listed": "notice", "not_listed": "refused"}),
    _step("notice", "notice", "commission", Noticing(notice="public"), {"clear": "decide", "upheld": "objected"}),
    _step("decide", "decide", "commission", Deciding(approver="approver"), {"approved": "award", "refused": "refused"}),
    _step("award", "award", "commission", Awarding(award="title"), {"awarded": "done"}),
    _step("done", "close", "commission", Closing(result="awarded"), {}),
    _step("refused", "close", "commission", Closing(result="refused"), {}),
    _step("not-accepted", "close", "prefecture", Closing(result="refused"), {}),
    _step("objected", "close", "commission", Closing(result="upheld_objection"), {}),
)

PROGRAMME = Programme(
    id="test-platform",
    version="1",
    kind="recognition",
    legal=Legal(title=_text("test"), status="in_force", issued_by=("the commission",), in_force=InForce()),
    region=REGION,
    levels=(
        Level(id="region", title=_text("region"), region_digits=2),
        Level(id="prefecture", title=_text("prefecture"), region_digits=4),
    ),
    parties=(
        Party(id="applicant", title=_text("applicant"), role="applicant"),
        Party(id="prefecture", title=_text("prefecture"), role="reviewer", level="prefecture"),
        Party(id="prefecture-head", title=_text("head"), role="reviewer", level="prefecture"),
        Party(id="commission", title=_text("commission"), role="officer", level="region"),
        Party(id="approver", title=_text("approver"), role="approver", level="region"),
    ),
    metrics=(
        Metric(id="staff", title=_text("staff"), type="count", unit="person"),
        Metric(id="served", title=_text("served"), type="count", unit="firm", as_of="each_year", years=2),
        Metric(id="rules-written", title=_text("rules"), type="boolean"),
    ),
    conditions=(
        Condition(
            id="enough-staff", title=_text("staff"), decided="computed", expression="staff >= 15", source=Source()
        ),
        Condition(id="grows", title=_text("grows"), decided="computed", expression="served[last] > served[last-1]"),
        Condition(id="legal-person", title=_text("legal person"), decided="attested", evidence=("licence",)),
        Condition(id="reputation", title=_text("reputation"), decided="judged"),
    ),
    relaxations=(
        Relaxation(
            id="remote",
            title=_text("remote"),
            relaxes=("enough-staff",),
            when=f"lies_in('{OTHER_PREFECTURE}')",
            party="prefecture",
        ),
    ),
    materials=(
        Material(id="report", title=_text("report"), documents=(Document(id="report", title=_text("report")),)),
        Material(id="licence", title=_text("licence"), documents=(Document(id="licence", title=_text("licence")),)),
        Material(
            id="premises",
            title=_text("premises"),
            rule="any_of",
            documents=(Document(id="deed", title=_text("deed")), Document(id="lease", title=_text("lease"))),
        ),
        Material(
            id="opinions",
            title=_text("opinions"),
            documents=(Document(id="opinion", title=_text("opinion"), at_least=2),),
        ),
        Material(
            id="honours",
            title=_text("honours"),
            rule="as_applicable",
            documents=(Document(id="honour", title=_text("honour")),),
        ),
    ),
    rubrics=(
        Rubric(
            id="sheet",
            title=_text("sheet"),
            heads=(
                Head(id="ability", title=_text("ability"), most=Decimal(50), weight=Decimal("0.5")),
                Head(id="results", title=_text("results"), most=Decimal(50), weight=Decimal("0.5")),
            ),
            total=Decimal(100),
            aggregation="mean",
            pass_mark=Decimal(60),
        ),
    ),
    panels=(Panel(id="panel", size=3, quorum=3, drawn="appointed", recusal=True),),
    notices=(
        Notice(
            id="public",
            title=_text("notice"),
            kind="pre_decision",
            duration=Period(length=7, unit="working_day", count_start_day=True),
            channel=_text("web site"),
            objections=Objections(
                real_name=True,
                contact=True,
                evidence=True,
                late="refused",
                investigator="commission",
                blocks="applicant",
            ),
        ),
    ),
    awards=(
        Award(
            id="title",
            title=_text("demonstration platform"),
            certificate=True,
            plaque=True,
            validity=Validity(
                length=Duration(length=3, unit="year"),
                starts="award",
                ends="day_before_anniversary",
                at_end="lapses",
                renewal=True,
            ),
        ),
    ),
    procedures=(
        Procedure(
            id="recognition",
            title=_text("recognition"),
            subject="application",
            opened_by="applicant",
            steps=STEPS,
            routes=(
                Route(
                    id="direct",
                    title=_text("direct"),
                    when="applicant.level == 'region'",
                    skip=("assess", "recommend"),
                ),
            ),
        ),
    ),
    revocation=(_ground("punished", "18 (1)"), _ground("silent", "18 (5)")),
    rounds=RoundRules(cadence="called", opens=YearlyMoment(month=1, day=1), closes=YearlyMoment(month=12, day="last")),
    fee=Fee(charged=False, amount=None),
    overlaps=(Overlap(id="once", title=_text("once"), kind="no_application_while_valid"),),
    digest="ab" * 32,
)


def with_step(name: str, **changes: object) -> Programme:
    """The same regulation with one step changed."""
    procedure = PROGRAMME.procedures[0]
    steps = tuple(replace(step, **changes) if step.id == name else step for step in procedure.steps)  # type: ignore[arg-type]
    return replace(PROGRAMME, procedures=(replace(procedure, steps=steps),))
