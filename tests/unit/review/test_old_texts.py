"""Cases under repealed, superseded and vanished texts, on a real database: decided, shown, rebuilt; no new ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.review.adapters.due import DeadlinesView
from services.review.adapters.lists import SqlLists
from services.review.adapters.views import CasesView
from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.events import FACTS
from services.review.domain.people import Person
from services.review.domain.progress import OpenCase, decide_open
from services.review.domain.subject import Applicant
from services.review.handlers import CASE, Handlers, Write
from services.review.views import CasesWanted
from shared.envelope import Actor, Origin
from shared.programmes.catalogue import Catalogue
from shared.programmes.model import Programme
from shared.runtime.codec import FactCodec
from shared.runtime.ports import Append
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.programmes.library import library
from tests.programmes.test_bad_definitions import GOOD
from tests.support.regulation import APPLICANT_USCC

LONG_AGO = datetime(2004, 3, 1, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
CASE_ID = "0" * 31 + "1"
OLD = "js-tech-platform-2003"


def origin(now: datetime, command: str) -> Origin:
    return Origin(Actor("officer-1", "officer"), now, command, trace_id="a" * 32)


class Office:
    """Review's log and its commands under some library."""

    def __init__(self, database: Database, texts: Catalogue, sandbox: bool = True) -> None:
        self.database = database
        self.store = FactStore(database.pool, FactCodec(FACTS))
        self.streams = CommittingStreams(self.store)
        self.handlers = Handlers(texts, sandbox=sandbox)

    async def history(self, programme: Programme, applicant: Applicant, begun: datetime) -> None:
        """What the log holds since the text was law: a case was opened under it."""
        opening = OpenCase(CASE_ID, programme.ref, "", applicant, programme.procedure().id)
        facts = decide_open(opening, CASE.initial, programme, begun)
        await self.store.append(Append(CASE.name(CASE_ID), 0, facts, origin(begun, "long ago")))

    async def step(self) -> str:
        return (await self.streams.load(CASE, CASE_ID)).state.step


def write(command: str) -> Write:
    return Write(origin(NOW, command))


async def test_a_case_under_a_repealed_text_is_decided_shown_and_rebuilt(database: Database) -> None:
    old = next(each.text for each in library().editions if each.text.id == OLD)
    office = Office(database, library())
    await office.store.start()
    try:
        await office.history(old, Applicant(APPLICANT_USCC, "Old Institute", "320100", "city"), LONG_AGO)
        officer = Person("officer-1", "officer", "320000")
        assert await office.step() == "establishment"
        await office.handlers.act(office.streams, CASE_ID, c.ConfirmComputed("establishment", officer), write("1"))
        verdict = c.RecordVerdict("establishment", officer, "Q2", "met", "it has the staff")
        await office.handlers.act(office.streams, CASE_ID, verdict, write("2"))
        conclusion = c.ConcludeAssessment("establishment", officer, "it is established")
        case = (await office.handlers.act(office.streams, CASE_ID, conclusion, write("3"))).state
        assert (case.status, case.result, case.programme) == ("closed", "completed", old.ref)
        await rebuilt(office, old.ref, "closed")
    finally:
        await office.store.stop()


async def rebuilt(office: Office, ref: str, status: str) -> None:
    """Its views are filled again from the first fact, which needs no definition at all."""
    for view in (CasesView(), DeadlinesView()):
        assert await Projector(office.database, office.store, view).rebuild() > 0
    (row,) = await SqlLists(office.database.pool).cases(CasesWanted(), None, 10)
    assert (row.programme, row.status) == (ref, status)


@pytest.mark.parametrize("sandbox", [True, False], ids=["sandbox", "production"])
async def test_a_new_case_under_it_is_refused_with_why_and_what_follows(database: Database, sandbox: bool) -> None:
    office = Office(database, library(), sandbox)
    officer = Person("officer-1", "officer", "320000")
    opening = OpenCase("case-2", "", "", Applicant(APPLICANT_USCC, "New", "320100", "city"), "project")
    with pytest.raises(errors.TextClosed) as refused:
        await office.handlers.open_directly(office.streams, OLD, opening, officer, write("1"))
    assert "repealed" in refused.value.en
    assert "已废止" in refused.value.zh
    assert "names none that follows it" in refused.value.en
    call = c.OpenRound("r-1", officer, "call", NOW, NOW + timedelta(days=10))
    with pytest.raises(errors.TextClosed):
        await office.handlers.open_round(office.streams, OLD, call, write("2"))


async def test_in_production_a_superseded_text_names_the_one_that_follows(database: Database) -> None:
    office = Office(database, library(), sandbox=False)
    call = c.OpenRound("r-1", Person("o", "officer", "000000"), "call", NOW, NOW + timedelta(days=10))
    with pytest.raises(errors.TextClosed) as refused:
        await office.handlers.open_round(office.streams, "cn-sme-demo-platform-2012", call, write("1"))
    assert "closed to new cases" in refused.value.en
    assert "工信部企业〔2017〕156号" in refused.value.zh


def shelf(folder: Path, *texts: str) -> Catalogue:
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text, "utf-8")
    return Catalogue.load(folder)


FIRST = GOOD
ENDED = GOOD.replace("{since: 2026-01-01}", "{since: 2026-01-01, until: 2026-03-31}", 1)
SECOND = GOOD.replace("version: '1'", "version: '2'", 1).replace("{since: 2026-01-01}", "{since: 2026-04-01}", 1)


async def test_a_case_under_an_older_version_stays_under_it(database: Database, tmp_path: Path) -> None:
    """When it began there was one text; then a second came, and the first one's file was given its last day."""
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    (first,) = shelf(tmp_path / "before", FIRST).programmes()
    later = shelf(tmp_path / "after", ENDED, SECOND)
    office = Office(database, later)
    await office.store.start()
    try:
        begun = datetime(2026, 2, 2, 2, 0, tzinfo=UTC)
        await office.history(first, Applicant(APPLICANT_USCC, "Firm", "990101", "province"), begun)
        filing = c.FileInStep(
            "apply", Person("p", "applicant", "990101", APPLICANT_USCC), {"staff_count": "15"}, filing="case-1"
        )
        await office.handlers.act(office.streams, CASE_ID, filing, write("1"))
        assert await office.step() == "decide"
        await rebuilt(office, first.ref, "open")
        call = c.OpenRound("r-1", Person("o", "officer", "990000"), "call", NOW, NOW + timedelta(days=10))
        opened = (await office.handlers.open_round(office.streams, "test-programme", call, write("2"))).state.opened
        assert opened is not None
        assert opened.programme == later.versions("test-programme")[-1].ref != first.ref
    finally:
        await office.store.stop()


async def test_a_vanished_text_is_named_and_can_be_put_back(database: Database, tmp_path: Path) -> None:
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    (first,) = shelf(tmp_path / "before", FIRST).programmes()
    rewritten = shelf(tmp_path / "after", FIRST.replace("staff_count >= 15", "staff_count >= 16", 1))
    office = Office(database, rewritten)
    await office.store.start()
    try:
        await office.history(first, Applicant(APPLICANT_USCC, "Firm", "990101", "province"), NOW)
        filing = c.FileInStep(
            "apply", Person("p", "applicant", "990101", APPLICANT_USCC), {"staff_count": "15"}, filing="case-1"
        )
        with pytest.raises(errors.TextMissing) as refused:
            await office.handlers.act(office.streams, CASE_ID, filing, write("1"))
        assert first.ref in refused.value.en
        assert first.ref in refused.value.zh
        assert "archive" in refused.value.en
        await rebuilt(office, first.ref, "open")
        archive = tmp_path / "after" / "archive"
        archive.mkdir()
        again = shelf(archive, FIRST) and Catalogue.load(tmp_path / "after")
        assert [each.ref for each in again.programmes()] == [each.ref for each in rewritten.programmes()]
        office.handlers = Handlers(again, sandbox=True)
        await office.handlers.act(office.streams, CASE_ID, filing, write("2"))
        assert await office.step() == "decide"
    finally:
        await office.store.stop()


def test_the_end_of_a_life_does_not_move_the_address(tmp_path: Path) -> None:
    def ref(text: str, name: str) -> str:
        (tmp_path / name).mkdir()
        return shelf(tmp_path / name, text).programmes()[0].ref

    law = ref(FIRST, "law")
    assert ref(ENDED, "ended") == law
    banner = "  banner: {zh: 已废止, en: repealed}\n"
    repealed = ENDED.replace("  status: in_force\n", f"  status: repealed\n{banner}", 1)
    superseded = ENDED.replace("  status: in_force\n", f"  status: superseded\n  superseded_by: 新办法\n{banner}", 1)
    assert ref(repealed, "repealed") == law
    assert ref(superseded, "superseded") == law
    assert ref(FIRST.replace("status: in_force", "status: draft_for_comment", 1), "draft") != law
    assert ref(FIRST.replace("since: 2026-01-01", "since: 2026-01-02", 1), "later") != law


@pytest.mark.parametrize(
    ("legal", "day", "life", "production", "sandbox"),
    [
        ("status: draft_for_comment", "2026-05-01", "draft", False, True),
        ("status: in_force", "2025-12-31", "published", False, True),
        ("status: in_force", "2026-01-01", "in_force", True, True),
        ("status: in_force UNTIL", "2026-03-31", "in_force", True, True),
        ("status: in_force UNTIL", "2026-04-01", "closed", False, False),
        ("status: superseded", "2026-05-01", "closed", False, True),
        ("status: superseded UNTIL", "2026-05-01", "closed", False, True),
        ("status: repealed", "2026-05-01", "repealed", False, False),
        ("status: unset", "2026-05-01", "unverified", False, True),
        ("status: non_authoritative", "2026-05-01", "unverified", False, True),
    ],
)
def test_a_life_from_draft_to_repeal(
    tmp_path: Path, legal: str, day: str, life: str, production: bool, sandbox: bool
) -> None:
    from shared.programmes.life import closed_because, follower, life_on

    text = GOOD.replace("status: in_force", legal.removesuffix(" UNTIL"), 1)
    if legal.endswith("UNTIL"):
        text = text.replace("{since: 2026-01-01}", "{since: 2026-01-01, until: 2026-03-31}", 1)
    texts = shelf(tmp_path, text)
    (programme,) = texts.programmes()
    on = date.fromisoformat(day)
    assert life_on(programme, on) == life
    for way, taken in ((False, production), (True, sandbox)):
        assert (texts.open_for_cases(programme.id, on, sandbox=way) is not None) is taken
        why = closed_because(programme, on, sandbox=way)
        assert (why is None) is taken
        if why is not None:
            assert why.zh
            assert why.en
    assert texts.get(programme.ref) is programme
    assert follower(programme, texts.programmes()).zh


def test_the_text_in_force_on_the_day_comes_before_one_that_is_only_published(tmp_path: Path) -> None:
    texts = shelf(tmp_path, SECOND, ENDED)
    for day, version in (("2026-03-31", "1"), ("2026-04-01", "2")):
        for sandbox in (True, False):
            found = texts.open_for_cases("test-programme", date.fromisoformat(day), sandbox=sandbox)
            assert found is not None
            assert found.version == version
    assert [each.version for each in texts.versions("test-programme")] == ["1", "2"]


class Overtaken(CommittingStreams):
    """Something else happens to the case between the first look at it and the decision."""

    def __init__(self, store: FactStore, happening: Callable[[], Awaitable[object]]) -> None:
        super().__init__(store)
        self._happening: Callable[[], Awaitable[object]] | None = happening

    async def save(self, append: Append) -> None:
        happening, self._happening = self._happening, None
        if happening is not None:
            await happening()
        await super().save(append)


async def test_who_is_overtaken_by_a_move_decides_anew_under_the_new_text(database: Database, tmp_path: Path) -> None:
    """Without If-Match (what the inbox and deadlines do) a conflict is decided again: under the text of then."""
    officer, approver = Person("o", "officer", "990000"), Person("a", "approver", "990000")
    later = SECOND.replace("    outcomes: {filed: decide}\n", "    outcomes: {filed: look}\n").replace(
        "      - {id: done,",
        "      - {id: look, title: {zh: 看, en: look}, type: visit, actor: officer,"
        " parameters: {whom: all, visitors: 2},"
        " outcomes: {confirmed: decide, not_confirmed: done}, source: {clause: 七}}\n      - {id: done,",
    )
    texts = shelf(tmp_path, ENDED, later)
    first, second = texts.versions("test-programme")
    office = Office(database, texts)
    await office.store.start()
    try:
        await office.history(first, Applicant(APPLICANT_USCC, "Firm", "990101", "province"), NOW - timedelta(days=60))
        proposal = c.ProposeMove(officer, second.ref, "article 20", "better for the firm")
        await office.handlers.propose_move(office.streams, CASE_ID, proposal, write("1"))

        async def moving() -> None:
            await office.handlers.confirm_move(office.streams, CASE_ID, c.ConfirmMove(approver), write("2"))

        filing = c.FileInStep(
            "apply", Person("p", "applicant", "990101", APPLICANT_USCC), {"staff_count": "15"}, filing="case-1"
        )
        await office.handlers.act(Overtaken(office.store, moving), CASE_ID, filing, write("3"))
        assert (await office.streams.load(CASE, CASE_ID)).state.programme == second.ref
        assert await office.step() == "look"
    finally:
        await office.store.stop()
