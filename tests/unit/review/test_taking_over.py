"""A case that was begun on paper is taken over: under which text, by whom, once; and every way in which it is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.awaiting import FilingAwaited
from services.review.domain.case import NONE, CaseOpened, StepEntered, evolve
from services.review.domain.events import FACTS
from services.review.domain.old_cases import CaseTakenOver, case_of_record
from services.review.domain.people import Person
from services.review.domain.progress import Facts
from services.review.domain.subject import Applicant, Case
from services.review.domain.taking_over import decide_take_over, text_of_old_case
from services.review.handlers import CASE, Handlers, Write
from shared.calendar import Calendar
from shared.envelope import Actor, Origin
from shared.programmes.catalogue import Catalogue
from shared.programmes.life import no_old_case_because
from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Programme
from shared.runtime.codec import FactCodec
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.programmes.library import DEFINITIONS, library
from tests.programmes.test_bad_definitions import GOOD
from tests.support.regulation import APPLICANT_USCC

NOW = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
TODAY = date(2026, 4, 27)
OLD = "js-tech-platform-2003"
BEGUN = date(2005, 9, 12)
RECORD = "苏科计档[2005]第17号"
OFFICER = Person("officer-1", "officer", "320000")
HOST = Applicant(APPLICANT_USCC, "Old Institute", "320100", "city")


def old() -> Programme:
    (programme,) = library().versions(OLD)
    return programme


def asked(
    procedure: str = "project",
    by: Person = OFFICER,
    host: Applicant = HOST,
    record: str = RECORD,
    reason: str = "the bureau moves to this system",
    begun_on: date = BEGUN,
) -> c.TakeOverCase:
    opening = c.OpenCase(case_of_record(OLD, record), "", "", host, procedure)
    return c.TakeOverCase(opening, begun_on, record, reason, by)


def taken(command: c.TakeOverCase, programme: Programme | None = None, case: Case = NONE) -> Facts:
    programme = programme or old()
    opening = replace(command.opening, programme=programme.ref)
    return decide_take_over(replace(command, opening=opening), case, programme, NOW, Calendar())


def folded(facts: Facts) -> Case:
    case = NONE
    for fact in facts:
        case = evolve(case, fact)
    return case


# ── it goes on here ──────────────────────────────────────────────────────────────────────────────────────────────


def test_it_begins_at_the_first_step_under_its_text_with_where_it_comes_from() -> None:
    facts = taken(asked())
    assert [type(fact) for fact in facts] == [CaseOpened, CaseTakenOver, StepEntered, FilingAwaited]
    case, banner = folded(facts), old().legal.banner
    assert (case.status, case.step, case.programme, case.opened_at) == ("open", "application", old().ref, NOW)
    assert case.entered_at == NOW
    paper = case.on_paper
    assert paper is not None
    assert banner is not None
    assert (paper.begun_on, paper.record, paper.by, paper.party) == (BEGUN, RECORD, "officer-1", "science_department")
    assert (paper.banner_zh, paper.banner_en) == (banner.zh, banner.en)


def test_the_fact_is_kept_as_it_was_said() -> None:
    codec = FactCodec(FACTS)
    (fact,) = [each for each in taken(asked()) if isinstance(each, CaseTakenOver)]
    origin = Origin(Actor("officer-1", "officer"), NOW, "command", trace_id="a" * 32)
    stored = codec.encode(CASE.name("1"), 2, fact, origin)
    again = codec.decode(CASE.name("1"), 2, stored.topic, stored.state, None)
    assert again.fact == fact


ENDED = GOOD.replace("{since: 2026-01-01}", "{since: 2026-01-01, until: 2026-03-31}", 1)
SECOND = GOOD.replace("version: '1'", "version: '2'", 1).replace("{since: 2026-01-01}", "{since: 2026-04-01}", 1)


@lru_cache
def text(source: str) -> Programme:
    return load(SourceFile("a.yaml", source), (), {})


def test_where_an_applicant_opens_and_acts_first_those_who_decide_take_it_over() -> None:
    firm = Applicant(APPLICANT_USCC, "Firm", "990101", "province")
    for role in ("officer", "approver"):
        case = folded(taken(asked("main", Person("p", role, "990000"), firm), text(ENDED)))
        assert (case.step, case.on_paper and case.on_paper.party) == ("apply", role)
    with pytest.raises(errors.WrongParty):
        taken(asked("main", Person("p", "reviewer", "990000"), firm), text(ENDED))


def test_a_text_without_a_banner_says_where_it_stands_in_its_life() -> None:
    firm = Applicant(APPLICANT_USCC, "Firm", "990101", "province")
    paper = folded(taken(asked("main", Person("p", "officer", "990000"), firm), text(ENDED))).on_paper
    assert paper is not None
    assert (paper.banner_zh, paper.banner_en) == ("不再适用于新案件", "closed to new cases")


# ── it does not ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (asked(procedure="recognition"), errors.ProcedureUnknown),
        (asked(host=replace(HOST, region="330200")), errors.SubjectInvalid),
        (asked(host=replace(HOST, region="320503")), errors.RegionNotInUse),
        (asked(host=replace(HOST, uscc="0" * 18)), errors.SubjectInvalid),
        (asked(host=replace(HOST, level="nation")), errors.SubjectInvalid),
        (asked(by=Person("r", "reviewer", "320100")), errors.WrongParty),
        (asked(by=Person("a", "applicant", "320100", APPLICANT_USCC)), errors.WrongParty),
        (asked(by=replace(OFFICER, region="320100")), errors.OutsideRegion),
        (asked(by=replace(OFFICER, region="330000")), errors.OutsideRegion),
        (asked(by=replace(OFFICER, organisation=APPLICANT_USCC)), errors.OwnOrganisation),
        (asked(reason="  "), errors.ReasonMissing),
        (asked(record=" \n "), errors.ReasonMissing),
        (asked(record="7" * 201), errors.TooMany),
    ],
)
def test_who_and_what_is_refused(command: c.TakeOverCase, refusal: type[errors.Refusal]) -> None:
    with pytest.raises(refusal):
        taken(command)


def test_the_same_file_a_second_time_is_refused_with_its_case() -> None:
    case = folded(taken(asked()))
    with pytest.raises(errors.RecordTakenOver) as refused:
        taken(asked(reason="once more"), case=case)
    assert case.case_id in refused.value.zh
    assert case.case_id in refused.value.en


def test_a_stranger_learns_nothing_of_a_file() -> None:
    case = folded(taken(asked()))
    with pytest.raises(errors.OutsideRegion):
        taken(asked(by=replace(OFFICER, region="330000")), case=case)


def test_a_number_is_the_same_however_it_is_written() -> None:
    same = {
        case_of_record(OLD, written) for written in (RECORD, "苏科计档〔2005〕第17号", " 苏科计档［２００５］第 17 号")
    }
    assert len(same) == 1
    others = {case_of_record(OLD, "苏科计档[2005]第18号"), case_of_record("another-programme", RECORD)}
    assert len(same | others) == 3
    assert all(len(each) == 32 for each in same | others)


# ── under which text ─────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_under_the_version_that_was_in_force_on_its_day() -> None:
    middle = GOOD.replace("{since: 2026-01-01}", "{since: 2025-01-01, until: 2025-12-31}", 1)
    versions = [text(middle.replace("version: '1'", "version: '0'", 1)), text(ENDED), text(SECOND)]
    for day, version in ((date(2025, 12, 31), "0"), (date(2026, 1, 1), "1"), (date(2026, 3, 31), "1")):
        for sandbox in (True, False):
            assert text_of_old_case(versions, day, TODAY, sandbox=sandbox).version == version
    with pytest.raises(errors.NoOldCases) as refused:
        text_of_old_case(versions, date(2026, 4, 1), TODAY, sandbox=True)
    assert "in force: apply under it" in refused.value.en


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 12, 31), "1 was in force from 2026-01-01 to 2026-03-31"),
        (date(2026, 4, 1), "1 was in force from 2026-01-01 to 2026-03-31"),
        (date(2026, 4, 28), "it lies in the future"),
    ],
)
def test_a_day_outside_of_its_time_is_refused(day: date, words: str) -> None:
    with pytest.raises(errors.BegunOnWrong, match=words):
        text_of_old_case([text(ENDED)], day, TODAY, sandbox=True)


def test_a_repealed_text_without_a_last_day_takes_any_day_from_its_first_on() -> None:
    assert text_of_old_case([old()], date(2003, 4, 23), TODAY, sandbox=True) is old()
    assert text_of_old_case([old()], TODAY, TODAY, sandbox=True) is old()
    with pytest.raises(errors.BegunOnWrong, match="2003-141 was in force from 2003-04-23"):
        text_of_old_case([old()], date(2003, 4, 22), TODAY, sandbox=True)


def test_a_text_that_does_not_say_since_when_it_was_in_force_has_no_day() -> None:
    undated = text(
        GOOD.replace("status: in_force", "status: repealed", 1).replace("{since: 2026-01-01}", "{since: unset}", 1)
    )
    with pytest.raises(errors.BegunOnWrong, match="does not say from when"):
        text_of_old_case([undated], BEGUN, TODAY, sandbox=True)


@pytest.mark.parametrize(
    ("legal", "day", "production", "sandbox"),
    [
        ("status: draft_for_comment", "2026-05-01", False, False),
        ("status: in_force", "2025-12-31", False, False),
        ("status: in_force", "2026-01-01", False, False),
        ("status: in_force UNTIL", "2026-03-31", False, False),
        ("status: in_force UNTIL", "2026-04-01", True, True),
        ("status: superseded", "2026-05-01", False, True),
        ("status: superseded UNTIL", "2026-05-01", False, True),
        ("status: repealed", "2026-05-01", False, True),
        ("status: repealed UNTIL", "2026-05-01", False, True),
        ("status: unset", "2026-05-01", False, False),
        ("status: non_authoritative", "2026-05-01", False, False),
    ],
)
def test_which_texts_have_old_cases(legal: str, day: str, production: bool, sandbox: bool) -> None:
    source = GOOD.replace("status: in_force", legal.removesuffix(" UNTIL"), 1)
    if legal.endswith("UNTIL"):
        source = source.replace("{since: 2026-01-01}", "{since: 2026-01-01, until: 2026-03-31}", 1)
    for way, takes in ((False, production), (True, sandbox)):
        why = no_old_case_because(text(source), date.fromisoformat(day), sandbox=way)
        assert (why is None) is takes
        assert why is None or (why.zh and why.en)


@pytest.mark.parametrize("programme", library().programmes(), ids=lambda programme: programme.id)
def test_of_the_shipped_texts_only_the_ended_ones_have_old_cases_and_only_in_a_sandbox(programme: Programme) -> None:
    ended = programme.legal.status in ("repealed", "superseded")
    assert (no_old_case_because(programme, TODAY, sandbox=True) is None) is ended
    assert no_old_case_because(programme, TODAY, sandbox=False) is not None


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────


def write(command: str) -> Write:
    return Write(Origin(Actor("officer-1", "officer"), NOW, command, trace_id="a" * 32))


def shelf(folder: Path, *texts: str) -> Catalogue:
    for number, source in enumerate(texts):
        (folder / f"{number}.yaml").write_text(source, "utf-8")
    return Catalogue.load(folder)


async def test_of_two_who_take_over_the_same_file_at_once_one_does(database: Database) -> None:
    store, handlers = FactStore(database.pool, FactCodec(FACTS)), Handlers(library(), sandbox=True)
    await store.start()
    try:
        ways = (RECORD, "苏科计档〔2005〕第17号", " 苏科计档［２００５］第 17 号", RECORD)
        done = await asyncio.gather(
            *(
                handlers.take_over(CommittingStreams(store), OLD, asked(record=way), write(str(number)))
                for number, way in enumerate(ways)
            ),
            return_exceptions=True,
        )
        assert sorted(type(each).__name__ for each in done) == ["Loaded", *["RecordTakenOver"] * 3]
        facts = await store.load(CASE.name(case_of_record(OLD, RECORD)))
        assert [type(each.fact) for each in facts].count(CaseTakenOver) == 1
    finally:
        await store.stop()


async def test_in_production_a_repealed_text_is_refused_and_one_whose_time_is_over_is_not(
    database: Database, tmp_path: Path
) -> None:
    store = FactStore(database.pool, FactCodec(FACTS))
    streams = CommittingStreams(store)
    await store.start()
    try:
        with pytest.raises(errors.NoOldCases, match="sandbox only"):
            await Handlers(library(), sandbox=False).take_over(streams, OLD, asked(), write("1"))
        with pytest.raises(errors.ProgrammeNotRunnable):
            await Handlers(library(), sandbox=True).take_over(streams, "no-such-programme", asked(), write("2"))
        later = Handlers(shelf(tmp_path, ENDED, SECOND), sandbox=False)
        firm, officer = Applicant(APPLICANT_USCC, "Firm", "990101", "province"), Person("o", "officer", "990000")
        command = asked("main", officer, firm, begun_on=date(2026, 2, 2))
        after = await later.take_over(streams, "test-programme", command, write("3"))
        assert (after.state.programme, after.state.step) == (text(ENDED).ref, "apply")
        with pytest.raises(errors.NoOldCases, match="apply under it"):
            today = asked("main", officer, firm, record="another", begun_on=date(2026, 4, 2))
            await later.take_over(streams, "test-programme", today, write("4"))
    finally:
        await store.stop()


async def test_what_a_text_leaves_open_is_asked_before_it_goes_on(database: Database, tmp_path: Path) -> None:
    """Taking over is no way round what activation asks."""
    store = FactStore(database.pool, FactCodec(FACTS))
    bare = Catalogue.load(DEFINITIONS, supplements="none")
    await store.start()
    try:
        with pytest.raises(errors.ProgrammeNotRunnable, match="fee"):
            await Handlers(bare, sandbox=True).take_over(CommittingStreams(store), OLD, asked(), write("1"))
    finally:
        await store.stop()
