"""Understands what an organisation may have when it files one more application: facts, other applications, rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.intake.domain import errors, organisation
from services.intake.domain import events as e
from services.intake.domain.application import Application, Status
from services.intake.domain.lines import Followers
from services.intake.domain.organisation import evolve
from services.intake.domain.overlaps import Asked, Known, objections
from services.intake.domain.rounds import Round
from shared.programmes.model import Duration, Overlap, Programme, Text
from tests.support.regulation import APPLICANT_USCC, PROGRAMME, REGION

NOW = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
TODAY = date(2026, 5, 1)
OWN, OTHER = PROGRAMME.id, "other-platform"
OTHER_REF = f"{OTHER}@sha256:{'cd' * 32}"
NAMES = {OWN: Text(zh="示范", en="Own"), OTHER: Text(zh="其他", en="Other")}
THREE_YEARS = Duration(length=3, unit="year")


def rule(kind: str, *programmes: str, within: Duration | None = None) -> Programme:
    overlap = Overlap(id="o", title=Text(zh="规则", en="rule"), kind=kind, programmes=programmes, within=within)  # type: ignore[arg-type]
    return replace(PROGRAMME, overlaps=(overlap,))


def held(
    number: str = "2026-001", ref: str = PROGRAMME.ref, since: date = date(2024, 1, 1), **more: Any
) -> e.TitleHeld:
    return e.TitleHeld(f"case-of-{number}", ref, number, PROGRAMME.awards[0].title.zh, since, more.get("to"))


def claimed(
    case_id: str, programme: str = OWN, age: timedelta = timedelta(days=1), round_id: str = "r1"
) -> e.PlaceClaimed:
    return e.PlaceClaimed(programme, APPLICANT_USCC, case_id, NOW - age, round_id)


def round_(name: str, opens: datetime, closes: datetime) -> Round:
    return Round(e.RoundAnnounced(name, PROGRAMME.ref, "call", opens, closes, REGION))


ROUNDS = {
    "r1": round_("r1", NOW - timedelta(days=9), NOW + timedelta(days=9)),
    "r0": round_("r0", NOW - timedelta(days=90), NOW - timedelta(days=9)),
    "r2": round_("r2", NOW + timedelta(days=8), NOW + timedelta(days=20)),
}


@dataclass
class Scene:
    """What an organisation has, and a second application of it: ``case-2`` in round r1."""

    programme: Programme
    facts: tuple[e.Fact, ...] = ()
    applications: Mapping[str, Application] = field(default_factory=dict)
    now: datetime = NOW
    followers: Followers = field(default_factory=dict)

    def said(self) -> list[errors.Refusal]:
        o = organisation.NONE
        for fact in self.facts:
            o = evolve(o, fact)
        known = Known(self.applications, ROUNDS, {PROGRAMME.ref: PROGRAMME}, NAMES, self.followers)
        return list(objections(Asked("case-2", "r1", self.programme, o, known, self.now)))

    def codes(self) -> list[str]:
        return [refusal.code for refusal in self.said()]


def application(status: Status, round_id: str = "r1", programme: str = OWN) -> Application:
    return Application("case-1", status, f"{programme}@sha256:{'cd' * 32}", round_id)
