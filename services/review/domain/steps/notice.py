"""Understands notice (公示): posted, counted by the calendar, open to objections, over after its last day.

An open objection holds up this case only. The notice ends by its deadline; a case with an objection goes on when the
objection is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from services.review.domain import errors
from services.review.domain.again import Moved, Standing, again, end_of
from services.review.domain.days import last_day, notice_end
from services.review.domain.desks import desk_of
from services.review.domain.steps.notice_acts import (
    AnswerObjection,
    CloseNotice,
    Command,
    Fact,
    NoticeClosed,
    NoticePosted,
    NoticeRecounted,
    ObjectionAnswered,
    ObjectionReceived,
    Posted,
    PostNotice,
    ReceiveObjection,
    RecountNotice,
)
from services.review.domain.steps.shape import SHANGHAI, Decided, Parties, Situation, actor, stated
from shared.calendar import Calendar, Due
from shared.programmes.model import Notice, Noticing, Objections, Unset

TYPE = "notice"
MOST_OBJECTIONS = 200


@dataclass(frozen=True)
class State:
    """The posting, its last day and what moved that since, the objections and their answers, and whether the period is
    over."""

    posted: NoticePosted | None = None
    closes_on: date | None = None
    provisional: bool = False
    because: str = ""
    objections: Mapping[str, ObjectionReceived] = field(default_factory=dict)
    answers: Mapping[str, ObjectionAnswered] = field(default_factory=dict)
    closed: bool = False

    @property
    def waiting(self) -> tuple[str, ...]:
        """Objections without an answer."""
        return tuple(name for name in self.objections if name not in self.answers)


COMMANDS: tuple[type, ...] = (PostNotice, ReceiveObjection, AnswerObjection, RecountNotice, CloseNotice)
FACTS: tuple[type, ...] = (NoticePosted, NoticeRecounted, ObjectionReceived, ObjectionAnswered, NoticeClosed)
INITIAL = State()


def definition(situation: Situation) -> Notice:
    """The notice that this step posts."""
    parameters = situation.step.parameters
    assert isinstance(parameters, Noticing)
    return situation.programme.notice(parameters.notice)


def who(command: Command, situation: Situation) -> Parties:
    """The authority posts; anybody objects; the investigator answers; the clock is a machine's."""
    match command:
        case PostNotice():
            return actor(situation)
        case ReceiveObjection():
            return Parties(roles=("public", "applicant"))
        case AnswerObjection():
            return _investigator(situation)
        case RecountNotice() | CloseNotice():
            return Parties(actor(situation).parties, ("machine",))


def _investigator(situation: Situation) -> Parties:
    rules = _rules(situation)
    return Parties((rules.investigator,)) if isinstance(rules.investigator, str) else actor(situation)


def _rules(situation: Situation) -> Objections:
    rules = definition(situation).objections
    if isinstance(rules, Unset):
        raise errors.ParameterUnset(what=f"{definition(situation).id}.objections")
    return rules


def enter(situation: Situation) -> Decided:
    """The case waits for the posting."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """Post, take objections, answer them, count again, close."""
    match command:
        case PostNotice():
            return _post(command, situation)
        case ReceiveObjection():
            return _object(command, situation)
        case AnswerObjection():
            return _answer(command, situation)
        case RecountNotice():
            return _recount(situation)
        case CloseNotice():
            return _close(command, situation)


def _post(command: PostNotice, situation: Situation) -> Decided:
    if situation.state.posted is not None:
        raise errors.NoticeStands()
    notice = definition(situation)
    days = _shared(command.together, notice, situation) or announced(notice, situation.today, situation.calendar)
    posted = NoticePosted(
        step=situation.step.id,
        by=command.by.id,
        notice=notice.id,
        programme=situation.case.programme,
        applicant_name=situation.case.applicant.name,
        posted_on=days.posted_on,
        closes_on=days.closes_on,
        provisional=days.provisional,
        channel=channel(notice),
        address=command.address.strip(),
        posted_at=situation.now,
        together=days.number,
    )
    return Decided((posted,))


def _shared(together: Posted | None, notice: Notice, situation: Situation) -> Posted | None:
    """The days of a notice over many. It was counted under the round's text: a case that has moved to another one stays
    in it as long as its own text wants, and never shorter than was posted."""
    if together is None or not situation.case.moves:
        return together
    own, provisional = last_day(notice.duration, together.posted_on, notice.id, situation.calendar)
    if own <= together.closes_on:
        return together
    return replace(together, closes_on=own, provisional=provisional)


def announced(notice: Notice, today: date, calendar: Calendar, number: int = 0) -> Posted:
    """The days of a notice that goes up today."""
    closes_on, provisional = last_day(notice.duration, today, notice.id, calendar)
    return Posted(number, today, closes_on, provisional)


def channel(notice: Notice) -> str:
    """Where it is published; refuses where the text leaves it open."""
    if isinstance(notice.channel, Unset):
        raise errors.ParameterUnset(what=f"{notice.id}.channel")
    return notice.channel.zh


def _object(command: ReceiveObjection, situation: Situation) -> Decided:
    state: State = situation.state
    rules = _rules(situation)
    closes_on = _closes(state)
    if command.objection in state.objections:
        return Decided(())
    over = state.closed or (situation.today > closes_on and not state.provisional)
    if over and rules.late != "accepted":
        raise errors.ObjectionLate()
    if len(state.objections) >= MOST_OBJECTIONS:
        raise errors.TooMany(most=MOST_OBJECTIONS)
    _ensure_stated(command, rules)
    received = ObjectionReceived(
        step=situation.step.id,
        objection=command.objection,
        objector=command.by.id,
        name=command.name.strip(),
        contact=command.contact.strip(),
        grounds=stated(command.grounds),
        evidence=command.evidence,
        received_at=situation.now,
        desk=desk_of(_investigator(situation).parties[0], situation.programme, situation.today),
    )
    return Decided((received,))


def _ensure_stated(command: ReceiveObjection, rules: Objections) -> None:
    wanted = (
        (rules.real_name is True, command.name.strip(), "真实姓名或单位 / real name"),
        (rules.contact is True, command.contact.strip(), "联系方式 / contact"),
        (rules.evidence is True, command.evidence, "佐证材料 / evidence"),
    )
    lacking = [words for needed, given, words in wanted if needed and not given]
    if lacking:
        raise errors.ObjectionIncomplete(what="; ".join(lacking))


def _answer(command: AnswerObjection, situation: Situation) -> Decided:
    state: State = situation.state
    if command.objection not in state.waiting:
        raise errors.ObjectionUnknown()
    reason = stated(command.reason)
    fact = ObjectionAnswered(situation.step.id, command.by.id, command.objection, command.upheld, reason, situation.now)
    return Decided((fact,), _outcome(evolve(state, fact), situation) if state.closed else "", reason)


def counted_under_text(situation: Situation, rule: str) -> tuple[NoticeRecounted, ...]:
    """The end of a running notice under the text that its case has moved to; never an earlier day."""
    fact = _counted_again(situation, rule)
    return () if fact is None else (fact,)


def _counted_again(situation: Situation, rule: str = "") -> NoticeRecounted | None:
    state: State = situation.state
    if state.posted is None or state.closed:
        return None
    found = _under_rule(situation, rule) if rule else _under_calendar(situation)
    if found is None:
        return None
    posted = state.posted
    return NoticeRecounted(
        step=situation.step.id,
        notice=posted.notice,
        programme=situation.case.programme,
        applicant_name=posted.applicant_name,
        posted_on=posted.posted_on,
        closes_on=found.day,
        provisional=found.provisional,
        channel=posted.channel,
        recounted_at=situation.now,
        because=found.because,
    )


def _under_rule(situation: Situation, rule: str) -> Moved | None:
    """Its end under the rules of another text. A right that was granted is never shortened."""
    state: State = situation.state
    counted = _end(situation, situation.calendar)
    closes_on = max(counted.day, _closes(state))
    if (closes_on, counted.provisional) == (state.closes_on, state.provisional):
        return None
    return Moved(closes_on, end_of(closes_on), counted.provisional, rule)


def _under_calendar(situation: Situation) -> Moved | None:
    state: State = situation.state
    assert state.posted is not None, "only what was posted has an end"
    posted = state.posted
    # Where one notice is over many cases its days were counted when it went up, and this case followed later.
    counted_at = datetime.combine(posted.posted_on, time(), SHANGHAI) if posted.together else posted.posted_at
    standing = Standing(end_of(_closes(state)), state.provisional, counted_at)
    return again(lambda known: _end(situation, known), standing, posted.posted_on, situation.calendar)


def _end(situation: Situation, calendar: Calendar) -> Due:
    state: State = situation.state
    assert state.posted is not None, "only what was posted has an end"
    notice = definition(situation)
    return notice_end(notice.duration, state.posted.posted_on, notice.id, calendar)


def _recount(situation: Situation) -> Decided:
    """Count again; a notice that waited for the year beyond its end ends with it."""
    fact = _counted_again(situation)
    if fact is None:
        return Decided(())
    state = evolve(situation.state, fact)
    if state.provisional or situation.today <= fact.closes_on:
        return Decided((fact,))
    return _over(state, (fact,), situation)


def _close(command: CloseNotice, situation: Situation) -> Decided:
    """Its last day is over. While nobody can know that, a person answers for closing it, with a reason."""
    state: State = situation.state
    closes_on = _closes(state)
    if state.closed:
        return Decided(())
    recounted = _recount(situation)
    if recounted.facts:
        return recounted
    if situation.today <= closes_on:
        raise errors.NoticeRunning(closes=closes_on.isoformat())
    if state.provisional and not command.reason.strip():
        raise errors.NoticeProvisional(closes=closes_on.isoformat())
    return _over(state, (), situation, command)


def _over(state: State, facts: tuple[Fact, ...], situation: Situation, command: CloseNotice | None = None) -> Decided:
    by, reason = (command.by.id, command.reason.strip()) if command else ("", "")
    closed = NoticeClosed(situation.step.id, len(state.waiting), situation.now, by, reason)
    return Decided((*facts, closed), _outcome(evolve(state, closed), situation))


def _outcome(state: State, situation: Situation) -> str:
    """upheld as soon as one objection was right; clear when none waits, or where objections block nothing."""
    if any(answer.upheld for answer in state.answers.values()):
        return "upheld"
    if not state.objections or not state.waiting:
        return "clear"
    return "clear" if _rules(situation).blocks == "nothing" else ""


def _closes(state: State) -> date:
    """The last day; refuses where nothing was posted."""
    if state.closes_on is None:
        raise errors.NoticeNotPosted()
    return state.closes_on


def evolve(state: State, fact: Fact) -> State:
    match fact:
        case NoticePosted():
            return State(fact, fact.closes_on, fact.provisional)
        case NoticeRecounted():
            return replace(state, closes_on=fact.closes_on, provisional=fact.provisional, because=fact.because)
        case ObjectionReceived():
            return replace(state, objections={**state.objections, fact.objection: fact})
        case ObjectionAnswered():
            return replace(state, answers={**state.answers, fact.objection: fact})
        case NoticeClosed():
            return replace(state, closed=True)
