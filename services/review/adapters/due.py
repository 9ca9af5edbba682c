"""Understands which deadlines are open: a step's own, the end of a notice, the dates of a title, what a published year
counts again, what a case has to follow because its round says so, and money that came back or is free again (which a
closed case owes).

What is counted in days stands in ``counted`` too. Publishing a year makes one deadline, due at once, for each of them
that was still open then and may rest on the year, certain or not: a notice may take days of the December before, and a
later one may correct a year in the middle of it. So any replica carries the recount out, after a restart too, and
once. A day of grace covers whoever counted with the old calendar while the year was just being published.

A year may also come along with a newer calendar package. The package's last year is part of the view's definition, so
that the view is built anew then, and what waited for the year is counted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.review import money
from services.review.domain.awaiting import TYPES as HANDED_IN
from services.review.domain.awaiting import CorrectionDueMoved, FilingAwaited
from services.review.domain.budgets import BudgetReturned, BudgetSumSettled
from services.review.domain.case import (
    CaseOpened,
    CaseWithdrawn,
    StepConcluded,
    StepDueCounted,
    StepDueRecounted,
    StepEntered,
)
from services.review.domain.gathering import ListDrawnUp, NoticePostedTogether
from services.review.domain.holding import (
    ObligationMet,
    ObligationMissed,
    ProcedureBegun,
    ProcedureEnded,
    RectificationSettled,
    ReminderSpared,
    ReviewDayPassed,
    ReviewHeld,
    RevocationOrdered,
    TitleDated,
    TitleDateSet,
    TitleEntered,
    TitleLapsed,
    TitleReminded,
    ValidityPassed,
)
from services.review.domain.moves import CaseMoved
from services.review.domain.steps import close, pay
from services.review.domain.steps import notice_acts as notice
from services.review.domain.sums import SumReleased
from services.review.domain.time_up import FilingTimePassed, next_question
from services.review.domain.years import YearPublished
from shared.calendar.days import LAST_LISTED, TAKEN_FROM
from shared.runtime import deadlines
from shared.runtime.ports import AnyConnection, Recorded

SHANGHAI = ZoneInfo("Asia/Shanghai")
AFTER = timedelta(microseconds=1)
"""A deadline is the last instant in time; it has passed at the next one."""
HEARD = timedelta(minutes=1)
"""What is being filed elsewhere in the last instant is done with then: longer than a request takes, and than the clocks
of two machines may differ."""

STEP_DUE, NOTICE_OVER, RECOUNT, FOLLOW, RETURN = "step-due", "notice-over", "recount", "follow", "return"
OBLIGATION = "obligation"
TITLE = "title:"
"""Begins the case id of a deadline that is a title's own: it lives on when the case that conferred it is closed."""
REMIND = "remind"
"""Somebody is reminded of a date of a title: ``remind:<what>/<name>``."""
DATES = "dates"
"""A title was entered. One of earlier days has no dates yet: due at once, so that any replica gives them, once."""
OVERTAKEN = "title-follows"
"""A procedure on a title was opened or ended: due at once, so that any replica lets the title follow, once."""
SET_DEADLINE = """
INSERT INTO deadlines (deadline_id, case_id, kind, due_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (deadline_id) DO UPDATE SET due_at = excluded.due_at
"""
GONE = """
DELETE FROM deadlines
WHERE deadline_id = ANY($1::text[]) OR (case_id = ANY($2::text[]) AND NOT starts_with(kind, 'return:'))
"""
SET_COUNTED = """
INSERT INTO counted (case_id, step, what, since, until, provisional) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (case_id, step, what)
DO UPDATE SET since = excluded.since, until = excluded.until, provisional = excluded.provisional
"""
DROP_COUNTED = "DELETE FROM counted WHERE case_id = $1 AND step = $2 AND what = $3"
SET_YEAR = """
INSERT INTO years (year, published_at, begins) VALUES ($1, $2, $3)
ON CONFLICT (year) DO UPDATE SET published_at = excluded.published_at, begins = excluded.begins
"""
# $1: the cases that the batch is about, $2: the years that it publishes; either is null where all are meant
RECOUNTS = """
INSERT INTO deadlines (deadline_id, case_id, kind, due_at)
SELECT DISTINCT case_id || '/recount/' || step || '/' || year, case_id, 'recount:' || step, published_at
FROM counted CROSS JOIN years
WHERE ($1::text[] IS NULL OR case_id = ANY($1)) AND ($2::int[] IS NULL OR year = ANY($2))
  AND published_at >= since - interval '1 day'
  AND (provisional OR (until > published_at AND until > begins))
ON CONFLICT (deadline_id) DO UPDATE SET due_at = excluded.due_at
"""
# $1: the cases that the batch is about, $2: the first instant that the package's years leave open, $3: the last of them
CAME_ALONG = """
INSERT INTO deadlines (deadline_id, case_id, kind, due_at)
SELECT case_id || '/recount/' || step || '/package-' || $3::int, case_id, 'recount:' || step, max(since)
FROM counted WHERE case_id = ANY($1::text[]) AND provisional AND until < $2 GROUP BY case_id, step
ON CONFLICT (deadline_id) DO UPDATE SET due_at = excluded.due_at
"""
SETTLED = """
DELETE FROM deadlines d WHERE case_id = ANY($1::text[]) AND starts_with(kind, 'recount:')
  AND NOT EXISTS (SELECT 1 FROM counted c WHERE c.case_id = d.case_id AND d.kind = 'recount:' || c.step)
"""
COUNTED = frozenset({STEP_DUE, NOTICE_OVER, OBLIGATION})
"""What is counted in days; the other dates are fixed ones."""
OPEN_FROM = datetime.combine(date(LAST_LISTED, 12, TAKEN_FROM), time(), SHANGHAI)
DDL = (
    deadlines.DDL
    + f"""
CREATE INDEX ON deadlines (case_id);
COMMENT ON TABLE deadlines IS 'since titles remind: rebuilt, so that titles of earlier days are found as well';
CREATE TABLE counted (
    case_id text COLLATE "C" NOT NULL,
    step text COLLATE "C" NOT NULL,
    what text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    provisional boolean NOT NULL,
    PRIMARY KEY (case_id, step, what)
);
CREATE TABLE years (year int PRIMARY KEY, published_at timestamptz NOT NULL, begins timestamptz NOT NULL);
COMMENT ON TABLE years IS 'published after {LAST_LISTED}, which came with the calendar package';
"""
)


@dataclass
class Changes:
    """What a batch comes to, the last word counting; None lifts."""

    rows: dict[str, tuple[str, str, datetime] | None] = field(default_factory=dict)
    counted: dict[tuple[str, str, str], tuple[datetime, datetime, bool] | None] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    years: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)

    def due(self, case_id: str, what: str, step: str, at: datetime, provisional: bool, since: datetime) -> None:
        """A deadline begins, or moves."""
        self.rows[f"{case_id}/{what}/{step}"] = (case_id, f"{what}:{step}", at)
        if what in COUNTED:
            self.counted[case_id, step, what] = (since, at, provisional)

    def settled(self, case_id: str, what: str, step: str) -> None:
        self.rows[f"{case_id}/{what}/{step}"] = None
        self.counted[case_id, step, what] = None

    def published(self, fact: YearPublished) -> None:
        begins = datetime.combine(fact.plan().first, time(), SHANGHAI).astimezone(UTC)
        self.years[fact.year] = (fact.published_at, begins)

    def end(self, case_id: str) -> None:
        self.ended.add(case_id)
        owed = f"{case_id}/{RETURN}/"
        self.rows = {n: row for n, row in self.rows.items() if not n.startswith(f"{case_id}/") or n.startswith(owed)}
        self.counted = {key: known for key, known in self.counted.items() if key[0] != case_id}


class DeadlinesView:
    """The deadlines that are open. ``kind`` is ``<what>:<step>``, of a title ``<what>:<name>``."""

    name = "deadlines"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        changes = Changes()
        for recorded in batch:
            kind, _, identity = recorded.stream.partition(":")
            if kind == "case":
                _deadline(changes, identity, recorded.fact)
            elif kind == "title":
                _title(changes, TITLE + identity, recorded.fact)
            elif isinstance(recorded.fact, YearPublished):
                changes.published(recorded.fact)
            elif isinstance(recorded.fact, BudgetReturned | BudgetSumSettled):
                changes.settled(recorded.fact.case_id, RETURN, money.payment_name(*recorded.fact.key[1:]))
            elif isinstance(recorded.fact, ListDrawnUp | NoticePostedTogether):
                _follow(changes, recorded.fact)
        await _write(connection, changes)
        await _recounts(connection, changes)


async def _write(connection: AnyConnection, changes: Changes) -> None:
    lifted, ended = [name for name, row in changes.rows.items() if row is None], list(changes.ended)
    await connection.execute(GONE, lifted, ended)
    begun = [(name, *row) for name, row in changes.rows.items() if row is not None]
    await connection.executemany(SET_DEADLINE, begun)
    await connection.execute("DELETE FROM counted WHERE case_id = ANY($1::text[])", ended)
    await connection.executemany(DROP_COUNTED, [key for key, known in changes.counted.items() if known is None])
    standing = [(*key, *known) for key, known in changes.counted.items() if known is not None]
    await connection.executemany(SET_COUNTED, standing)
    await connection.executemany(SET_YEAR, [(year, *known) for year, known in changes.years.items()])


async def _recounts(connection: AnyConnection, changes: Changes) -> None:
    cases = list({case_id for case_id, _, _ in changes.counted})
    if changes.years:
        await connection.execute(RECOUNTS, None, list(changes.years))
    if any(changes.counted.values()):
        await connection.execute(RECOUNTS, cases, None)
        await connection.execute(CAME_ALONG, cases, OPEN_FROM, LAST_LISTED)
    if cases:
        await connection.execute(SETTLED, cases)


def _follow(changes: Changes, fact: ListDrawnUp | NoticePostedTogether) -> None:
    """Every case that is named follows at once."""
    at = fact.drawn_at if isinstance(fact, ListDrawnUp) else fact.posted_at
    for each in fact.entries if isinstance(fact, ListDrawnUp) else fact.cases:
        changes.due(each.case_id, FOLLOW, fact.step, at, False, at)


def _deadline(changes: Changes, case_id: str, fact: Any) -> None:
    match fact:
        case StepEntered() if fact.due_at is not None:
            # A case that comes too late is overdue at once, each time that it comes.
            at = max(fact.due_at + (HEARD if fact.type in HANDED_IN else AFTER), fact.entered_at)
            changes.due(case_id, STEP_DUE, fact.step, at, fact.due_provisional, fact.entered_at)
        case StepDueCounted():
            changes.due(case_id, STEP_DUE, fact.step, fact.due_at + AFTER, fact.provisional, fact.counted_at)
        case StepDueRecounted():
            changes.due(case_id, STEP_DUE, fact.step, fact.due_at + AFTER, fact.provisional, fact.recounted_at)
        case CorrectionDueMoved() | FilingAwaited() if fact.due_at is not None:
            # It stands behind the fact that counted the deadline, which does not say that something is handed in.
            at = fact.moved_at if isinstance(fact, CorrectionDueMoved) else fact.awaited_at
            provisional = fact.provisional if isinstance(fact, CorrectionDueMoved) else fact.due_provisional
            changes.due(case_id, STEP_DUE, fact.step, max(fact.due_at + HEARD, at), provisional, at)
        case FilingTimePassed():
            changes.due(case_id, STEP_DUE, fact.step, next_question(fact), False, fact.passed_at)
        case notice.NoticePosted() | notice.NoticeRecounted():
            over = datetime.combine(fact.closes_on + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
            changes.settled(case_id, FOLLOW, fact.step)
            changes.due(case_id, NOTICE_OVER, fact.step, over, fact.provisional, _announced(fact))
        case notice.NoticeClosed():
            changes.settled(case_id, NOTICE_OVER, fact.step)
        case pay.InstalmentPaid() if fact.direction == "back" and fact.source:
            name = money.payment_name(fact.step, fact.visit, fact.instalment)
            changes.due(case_id, RETURN, name, fact.paid_at, False, fact.paid_at)
        case SumReleased() if fact.source:
            name = money.payment_name(fact.step, fact.visit, "")
            changes.due(case_id, RETURN, name, fact.released_at, False, fact.released_at)
        case StepConcluded():
            changes.settled(case_id, STEP_DUE, fact.step)
            changes.settled(case_id, NOTICE_OVER, fact.step)
            changes.settled(case_id, FOLLOW, fact.step)
        case CaseOpened() if fact.title:
            changes.due(case_id, OVERTAKEN, "opened", fact.opened_at, False, fact.opened_at)
        case close.CaseClosed() if fact.title:
            changes.end(case_id)
            changes.due(case_id, OVERTAKEN, "closed", fact.closed_at, False, fact.closed_at)
        case CaseMoved() if fact.anew:
            changes.settled(case_id, STEP_DUE, fact.left)
            changes.settled(case_id, NOTICE_OVER, fact.left)
            changes.settled(case_id, FOLLOW, fact.left)
        case CaseWithdrawn() | close.CaseClosed():
            changes.end(case_id)


def _announced(fact: notice.NoticePosted | notice.NoticeRecounted) -> datetime:
    """When the days of a notice were counted: one over many cases went up before each of them followed."""
    if isinstance(fact, notice.NoticeRecounted):
        return fact.recounted_at
    return datetime.combine(fact.posted_on, time(), SHANGHAI).astimezone(UTC) if fact.together else fact.posted_at


def _title(changes: Changes, title: str, fact: Any) -> None:
    """A title's own dates, by what they are about; its end lifts all of them."""
    match fact:
        case TitleDateSet():
            changes.settled(title, DATES, "")
            changes.due(title, fact.what, fact.name, fact.due_at + AFTER, fact.provisional, fact.set_at)
            _remind(changes, title, f"{fact.what}/{fact.name}", fact.remind_at, fact.set_at)
        case TitleReminded() | ReminderSpared():
            at = fact.reminded_at if isinstance(fact, TitleReminded) else fact.spared_at
            _remind(changes, title, f"{fact.what}/{fact.name}", fact.next_at, at)
        case ObligationMet() if not fact.late:
            _passed(changes, title, OBLIGATION, fact.event or fact.obligation)
        case ObligationMissed():
            _passed(changes, title, OBLIGATION, fact.event or fact.obligation)
        case RectificationSettled():
            _passed(changes, title, "rectification", fact.ground)
        case ReviewHeld() | ReviewDayPassed():
            _passed(changes, title, "review", fact.review)
        case ValidityPassed():
            _passed(changes, title, "end", "")
        case _:
            _title_itself(changes, title, fact)


def _remind(changes: Changes, title: str, date_: str, at: datetime | None, since: datetime) -> None:
    """The next reminder of a date; None where none comes any more."""
    if at is None:
        changes.settled(title, REMIND, date_)
    else:
        changes.due(title, REMIND, date_, at, False, since)


def _passed(changes: Changes, title: str, what: str, name: str) -> None:
    """The date is open no more, and nobody is reminded of it."""
    changes.settled(title, what, name)
    changes.settled(title, REMIND, f"{what}/{name}")


def _title_itself(changes: Changes, title: str, fact: Any) -> None:
    match fact:
        case TitleEntered():
            changes.due(title, DATES, "", fact.entered_at, False, fact.entered_at)
        case TitleDated():
            changes.settled(title, DATES, "")
        case ProcedureBegun():
            changes.settled(fact.case, OVERTAKEN, "opened")
        case ProcedureEnded():
            changes.settled(fact.case, OVERTAKEN, "opened")
            changes.settled(fact.case, OVERTAKEN, "closed")
        case TitleLapsed() | RevocationOrdered():
            changes.end(title)
