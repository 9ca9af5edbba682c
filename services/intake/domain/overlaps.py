"""Understands what may not be held or applied for at the same time, across programmes (重复申报、重复资助).

Each rule of a programme is asked against what the organisation has; all that stand in the way are told, each with the
programme, the title's number or the case, and until when. A draft is not an application; what was withdrawn is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from services.intake.domain import errors
from services.intake.domain import events as e
from services.intake.domain.application import Application
from services.intake.domain.lines import Followers, and_followers, line_of
from services.intake.domain.organisation import Funds, Organisation, Title, is_open, programme_id
from services.intake.domain.refusal import Refusal
from services.intake.domain.renewal import first_day_of_renewal, stays_until_reviewed
from services.intake.domain.rounds import SHANGHAI, Round
from shared.calendar import Calendar, Rule, end
from shared.programmes.model import Duration, Overlap, Programme, Text, Unset

CALENDAR = Calendar()


@dataclass(frozen=True)
class Known:
    """What was looked up for a decision: applications by case, rounds by id, texts by address, names by programme id,
    and which programmes follow which under another id.

    A case that nobody looked up is taken as open: better one application too late than two at once."""

    applications: Mapping[str, Application] = field(default_factory=dict)
    rounds: Mapping[str, Round] = field(default_factory=dict)
    texts: Mapping[str, Programme] = field(default_factory=dict)
    names: Mapping[str, Text] = field(default_factory=dict)
    followers: Followers = field(default_factory=dict)

    def application(self, claimed: e.PlaceClaimed) -> Application:
        return self.applications.get(claimed.case_id) or Application(
            claimed.case_id, "submitted", claimed.programme_id, claimed.round_id
        )

    def name(self, programme: str) -> Text:
        return self.names.get(programme) or Text(zh=programme, en=programme)


@dataclass(frozen=True)
class Asked:
    """One application before the rules of its programme, at one moment."""

    case_id: str
    round_id: str
    programme: Programme
    organisation: Organisation
    known: Known
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    def others(self, meant: tuple[str, ...]) -> Iterator[tuple[e.PlaceClaimed, Application]]:
        """Other applications of the organisation in these programmes."""
        for claimed in self.organisation.claims.values():
            if claimed.programme_id in meant and claimed.case_id != self.case_id:
                yield claimed, self.known.application(claimed)


def meant_by(overlap: Overlap, programme: Programme, followers: Followers) -> tuple[str, ...]:
    """Ids of the programmes that a rule is about, its own where it names none; with those that follow them. What must
    not be had twice counts under the ids that the programme itself had before, too; a title that is needed does not."""
    named = overlap.programmes or (programme.id,)
    own = line_of(programme.id, followers) if programme.id in named and overlap.kind != "needs_title_of" else ()
    return tuple(dict.fromkeys((*and_followers(named, followers), *own)))


def programmes_meant(programme: Programme, followers: Followers) -> frozenset[str]:
    """Every programme that one of the rules is about, and its own where only a holder applies."""
    own = frozenset({programme.id} if runs_on_title(programme) else ())
    return own | frozenset(each for rule in programme.overlaps for each in meant_by(rule, programme, followers))


def runs_on_title(programme: Programme) -> bool:
    """Whether what is applied for in a round is for holders of a title of this very programme: a higher grade of it."""
    main = programme.procedure()
    return main.needs_title or main.subject == "title"


def objections(asked: Asked) -> tuple[Refusal, ...]:
    """Every reason why this application may not be filed beside what the organisation has, in the programme's order;
    what the applicant can mend at once, by withdrawing, comes first."""
    return tuple(sorted(_objections(asked), key=lambda refusal: not isinstance(refusal, errors.PlaceTaken)))


def _objections(asked: Asked) -> Iterator[Refusal]:
    if runs_on_title(asked.programme):
        yield from _without_title(asked, (asked.programme.id,), None)
    for overlap in asked.programme.overlaps:
        meant = meant_by(overlap, asked.programme, asked.known.followers)
        match overlap.kind:
            case "no_application_while_valid":
                if asked.programme.id in meant:
                    yield from _beside_open(asked, line_of(asked.programme.id, asked.known.followers))
                yield from _beside_title(asked, meant, overlap.within)
            case "no_application_after_refusal":
                yield from _after_refusal(asked, meant, overlap.within)
            case "one_application_per_round":
                yield from _in_round(asked, meant, overlap.within)
            case "no_double_funding":
                yield from _beside_open(asked, meant, frozenset(asked.organisation.funds))
                yield from _beside_funds(asked, meant, overlap.within)
            case "needs_title_of":
                yield from _without_title(asked, meant, overlap.within)


# ── applications ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _beside_open(asked: Asked, meant: tuple[str, ...], paid: frozenset[str] = frozenset()) -> Iterator[Refusal]:
    """``paid`` are cases whose money speaks for them, however long they go on."""
    for claimed, other in asked.others(meant):
        if is_open(other, claimed, asked.now) and claimed.case_id not in paid:
            name = asked.known.name(claimed.programme_id)
            yield errors.PlaceTaken(zh=name.zh, en=name.en, case=claimed.case_id)


def _in_round(asked: Asked, meant: tuple[str, ...], within: Duration | None) -> Iterator[Refusal]:
    """A round of another programme is the same one where both are open at the same time; of this one it is another."""
    for claimed, other in asked.others(meant):
        filed = other.status not in ("none", "draft", "withdrawn") or is_open(other, claimed, asked.now)
        if not filed:
            continue
        own = claimed.programme_id == asked.programme.id
        until = None if own and other.round_id != asked.round_id else _last_day_of_round(asked, other.round_id)
        if within is not None and claimed.claimed_at is not None:
            looked_back = _last_day(claimed.claimed_at.astimezone(SHANGHAI).date(), within)
            until = looked_back if until is None else max(until, looked_back)
        if until is not None and asked.today <= until:
            name = asked.known.name(claimed.programme_id)
            yield errors.RoundUsed(zh=name.zh, en=name.en, case=claimed.case_id, **_until(until))


def _after_refusal(asked: Asked, meant: tuple[str, ...], within: Duration | None) -> Iterator[Refusal]:
    """An application that was refused bars the next for so long; one that was taken back was never refused."""
    for claimed, other in asked.others(meant):
        if other.refused_at is None or within is None:
            continue
        until = _last_day(other.refused_at.astimezone(SHANGHAI).date(), within)
        if asked.today <= until:
            name = asked.known.name(claimed.programme_id)
            yield errors.RefusedBefore(zh=name.zh, en=name.en, case=claimed.case_id, **_until(until))


def _last_day_of_round(asked: Asked, other: str) -> date | None:
    """The last day of a round that is one with this application's; None where it is another."""
    here, there = (asked.known.rounds.get(name, Round()).announced for name in (asked.round_id, other))
    if other != asked.round_id:
        if here is None or there is None:
            return None
        together = there.opens_at < here.closes_at and here.opens_at < there.closes_at
        return _day_before(max(here.closes_at, there.closes_at)) if together else None
    return asked.today if here is None else _day_before(here.closes_at)


def _day_before(closes_at: datetime) -> date:
    return (closes_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date()


# ── titles ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _beside_title(asked: Asked, meant: tuple[str, ...], within: Duration | None) -> Iterator[Refusal]:
    for title in asked.organisation.titles.values():
        if title.programme_id not in meant:
            continue
        until = _until_of(title, within)
        renewal = _renewal_of(asked, title)
        renewing = renewal is not None and renewal <= asked.today and title.is_held(asked.today)
        if not renewing and (until is None or asked.today <= until):
            name = asked.known.name(title.programme_id)
            yield errors.TitleStands(
                zh=name.zh, en=name.en, number=title.held.number, **_until(until), **_again(title, renewal, asked.today)
            )


def _until_of(title: Title, within: Duration | None) -> date | None:
    """The last day on which a title bars: its own last one, or so long after it; None: as long as it stands."""
    last = title.last_day
    return last if last is None or within is None else _last_day(last, within)


def _renewal_of(asked: Asked, title: Title) -> date | None:
    """From which day on the holder may apply for its renewal, under the text that the title was conferred under."""
    own = line_of(asked.programme.id, asked.known.followers)
    if title.programme_id not in own or title.ended_on is not None:
        return None
    text = asked.known.texts.get(title.held.programme, asked.programme)
    return first_day_of_renewal(text, title.held)


def _again(title: Title, renewal: date | None, today: date) -> Mapping[str, str]:
    if renewal is not None and today < renewal:
        return {"again_zh": f"自{renewal}起申请续期", "again_en": f"Apply for its renewal from {renewal} on"}
    if title.last_day is None:
        return {"again_zh": "在称号失效后申报", "again_en": "Apply once the title has ended"}
    return {"again_zh": "在该日期之后申报", "again_en": "Apply after that day"}


def _without_title(asked: Asked, meant: tuple[str, ...], within: Duration | None) -> Iterator[Refusal]:
    """One title of one of the programmes is enough."""
    for title in asked.organisation.titles.values():
        if title.programme_id in meant and _serves(asked, title, within):
            return
    names = [asked.known.name(each) for each in meant]
    yield errors.TitleNeeded(zh="、".join(f"《{each.zh}》" for each in names), en="; ".join(each.en for each in names))


def _serves(asked: Asked, title: Title, within: Duration | None) -> bool:
    if title.held.valid_from > asked.today:
        return False
    if title.ended_on is None and stays_until_reviewed(asked.known.texts.get(title.held.programme), title.held):
        return True
    until = _until_of(title, within)
    return until is None or asked.today <= until


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _beside_funds(asked: Asked, meant: tuple[str, ...], within: Duration | None) -> Iterator[Refusal]:
    for funds in asked.organisation.funds.values():
        until = _funded_until(funds, within)
        counts = funds.net > 0 and funds.paid_on is not None and funds.case_id != asked.case_id
        if counts and programme_id(funds.programme) in meant and (until is None or asked.today <= until):
            name = asked.known.name(programme_id(funds.programme))
            yield errors.FundedAlready(zh=name.zh, en=name.en, case=funds.case_id, paid=funds.paid_on, **_until(until))


def _funded_until(funds: Funds, within: Duration | None) -> date | None:
    """None where the rule does not say how far it looks back: money once received counts for ever."""
    return None if within is None or funds.paid_on is None else _last_day(funds.paid_on, within)


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _last_day(since: date, within: Duration) -> date:
    """The last day from which a look back over so long a time still sees ``since``."""
    if isinstance(within.length, Unset):
        return date.max  # nobody said how far: a text that leaves it open is not run, and is never read as "not at all"
    if within.unit == "minute" or within.unit == "hour":
        return since
    return end(CALENDAR, Rule(since, within.length, within.unit)).day


def _until(last: date | None) -> Mapping[str, str]:
    if last is None or last == date.max:
        return {"until_zh": "在其存续期间", "until_en": "as long as that stands"}
    return {"until_zh": f"至{last}（含当日）", "until_en": f"until the end of {last}"}
