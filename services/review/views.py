"""Understands what can be asked of review's lists: cases, the work that waits for somebody, rounds, titles.

Questions and answers; how rows are folded, kept and found stands in ``adapters``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True)
class CasesWanted:
    """A selection; an empty field selects everything. ``stem`` is the beginning of a region's code."""

    stem: str = ""
    status: str = ""
    programme: str = ""
    round_id: str = ""
    step_type: str = ""
    uscc: str = ""


@dataclass(frozen=True)
class CaseRow:
    """One line of the list of cases."""

    case_id: str
    programme: str
    round_id: str
    uscc: str
    name: str
    region: str
    level: str
    status: str
    result: str
    revision: int
    step: str
    step_type: str
    step_zh: str
    step_en: str
    party: str
    waiting: bool
    due_at: datetime | None
    due_provisional: bool
    score: str
    notice_closes_on: date | None
    number: str
    opened_at: datetime
    moved_at: datetime


@dataclass(frozen=True, order=True)
class CaseMark:
    """Where a page ended: newest case first."""

    opened_at: datetime
    case_id: str


@dataclass(frozen=True)
class WorkWanted:
    """Whose work: role, region and person of the one who asks."""

    role: str
    region: str
    person: str


@dataclass(frozen=True)
class WorkRow:
    """One thing that waits for somebody: the case's present step, or an errand in it (approve, score, investigate)."""

    case_id: str
    errand: str
    name: str
    region: str
    programme: str
    step: str
    step_type: str
    step_zh: str
    step_en: str
    due_at: datetime | None
    since: datetime


@dataclass(frozen=True, order=True)
class WorkMark:
    """Where a page ended: what is due first comes first, then what waits longest."""

    due_at: datetime
    since: datetime
    case_id: str
    errand: str


@dataclass(frozen=True)
class TitleRow:
    """One title as review knows it."""

    case_id: str
    number: str
    programme: str
    holder_uscc: str
    holder_name: str
    holder_region: str
    status: str
    ground: str
    valid_from: date
    valid_to: date | None
    entered_at: datetime


@dataclass(frozen=True, order=True)
class TitleMark:
    """Where a page ended: newest entry first."""

    entered_at: datetime
    case_id: str


@dataclass(frozen=True)
class RoundRow:
    """One call for applications."""

    round_id: str
    programme: str
    title: str
    opens_at: datetime
    closes_at: datetime
    issuer_region: str
    opened_at: datetime


@dataclass(frozen=True, order=True)
class RoundMark:
    """Where a page ended: newest round first."""

    opened_at: datetime
    round_id: str


@dataclass(frozen=True)
class NoticeRow:
    """One public notice that stands: what everybody may know, and where to object."""

    case_id: str
    step: str
    name: str
    region: str
    programme: str
    channel: str
    address: str
    posted_on: date
    closes_on: date
    provisional: bool = False


@dataclass(frozen=True, order=True)
class NoticeMark:
    """Where a page ended: what ends first comes first."""

    closes_on: date
    case_id: str


@dataclass(frozen=True)
class YearRow:
    """One year of the calendar that was published as a fact."""

    year: int
    off: list[date]
    make_up: list[date]
    notice: str
    published_at: datetime


@dataclass(frozen=True)
class EntryRow:
    """What a list of a round says of one case, or that a notice over many names it; ``followed`` tells whether the case
    has followed yet."""

    kind: str
    number: int
    place: int
    case_id: str
    name: str
    region: str
    score: str
    max_score: str
    rank: int
    listed: bool
    reason: str
    at: datetime
    followed: bool


@dataclass(frozen=True, order=True)
class EntryMark:
    """Where a page ended: list by list, in the list's own order."""

    kind: str
    number: int
    place: int


@dataclass(frozen=True)
class QuotaRow:
    """How far one authority has used its quota of a round; ``holders`` are the first of those who have a place."""

    quota: str
    authority: str
    places: int
    extra_places: int
    taken: int
    extra_taken: int
    holders: list[str]


@dataclass(frozen=True, order=True)
class QuotaMark:
    """Where a page ended."""

    quota: str
    authority: str


class Gathered(Protocol):
    """What was gathered in a round, each a page at a time and for one region (``stem`` begins its codes)."""

    async def entries(
        self, round_id: str, step: str, stem: str, after: EntryMark | None, limit: int
    ) -> list[EntryRow]: ...

    async def quotas(self, round_id: str, stem: str, after: QuotaMark | None, limit: int) -> list[QuotaRow]: ...


@dataclass(frozen=True)
class PurseRow:
    """One source of a budget in one year, CNY as decimal strings: what the plan gives (empty where nobody said), what
    went out, what came back, what is left, and what is promised: approved and neither paid nor released."""

    programme: str
    budget: str
    source: str
    year: int
    plan: str
    out: str
    back: str
    left: str
    promised: str = "0"


@dataclass(frozen=True, order=True)
class PurseMark:
    """Where a page ended."""

    budget: str
    source: str
    year: int


class Money(Protocol):
    """What went out of budgets, a page at a time and for one region (``stem`` begins its code)."""

    async def purses(self, programme: str, stem: str, after: PurseMark | None, limit: int) -> list[PurseRow]: ...


class Lists(Protocol):
    """Everything that can be listed, each a page at a time."""

    async def cases(self, wanted: CasesWanted, after: CaseMark | None, limit: int) -> list[CaseRow]: ...

    async def work(self, wanted: WorkWanted, after: WorkMark | None, limit: int) -> list[WorkRow]: ...

    async def titles(self, stem: str, status: str, after: TitleMark | None, limit: int) -> list[TitleRow]: ...

    async def held(self, uscc: str, programme_id: str) -> list[str]:
        """Case ids of the titles that an organisation has or had under a programme, the newest first."""
        ...

    async def notices(self, on: date, after: NoticeMark | None, limit: int) -> list[NoticeRow]: ...

    async def rounds(self, after: RoundMark | None, limit: int) -> list[RoundRow]: ...

    async def years(self, limit: int) -> list[YearRow]: ...
