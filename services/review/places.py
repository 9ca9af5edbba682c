"""Understands that a scarce place is taken before the act that uses it: no place, no act.

No transaction spans two streams. What is refused anyway takes no place; who dies between taking and acting gives the
place back when somebody else wants it.
"""

from __future__ import annotations

from services.review.domain import errors, quotas
from services.review.domain.commands import GiveEndorsement
from services.review.domain.judging import scope
from services.review.domain.people import Person
from services.review.domain.progress import decide_in_step
from services.review.domain.quotas import Places, QuotaPlaceTaken, decide_place
from services.review.domain.steps.endorse import EndorsementGiven
from services.review.domain.steps.shape import StepCommand
from services.review.domain.subject import Case
from services.review.kinds import CASE, QUOTA, Write
from shared.calendar import Calendar
from shared.programmes.expressions import holds
from shared.programmes.model import Endorsing, Programme, Quota
from shared.runtime.ports import Streams
from shared.runtime.streams import change


async def take(
    streams: Streams, command: StepCommand, case_id: str, programme: Programme, days: Calendar, write: Write
) -> None:
    """Take what the command would use up. Refuses where nothing is left; does nothing for most commands."""
    quota = _named(command, programme)
    if quota is None:
        return
    loaded = await streams.load(CASE, case_id)
    if write.expected not in (None, loaded.version):
        return  # the command itself is about to be refused as stale
    facts = decide_in_step(command, loaded.state, programme, write.now, days)
    given = next(fact for fact in facts if isinstance(fact, EndorsementGiven))
    parameters = programme.step(given.step).parameters
    assert isinstance(parameters, Endorsing)
    if given.party == quota.party or quota.party not in parameters.by:
        await take_quota(streams, given, loaded.state, quota, programme, command.by, write)


def _named(command: StepCommand, programme: Programme) -> Quota | None:
    """The quota that a yes uses up, if it is one."""
    if not isinstance(command, GiveEndorsement) or not command.agrees:
        return None
    steps = (step for procedure in programme.procedures for step in procedure.steps if step.id == command.step)
    parameters = next((step.parameters for step in steps), None)
    if not isinstance(parameters, Endorsing) or parameters.quota is None:
        return None
    return quotas.quota_of(programme, parameters.quota)


async def take_quota(
    streams: Streams, given: EndorsementGiven, case: Case, quota: Quota, programme: Programme, by: Person, write: Write
) -> None:
    """A place for this case, once; a case that was begun on paper has its own there. Raises QuotaUsedUp."""
    if case.on_paper is not None:
        return  # its round was called, and its places were counted, on paper
    if not case.round_id:
        raise errors.ParameterUnset(what=f"rounds.quotas[{quota.id}]: round")
    places, extra = quotas.limits(quota)
    authority = quotas.authority_of(quota, by, case.applicant, programme)
    wanted = QuotaPlaceTaken(
        round_id=case.round_id,
        programme=programme.id,
        quota=quota.id,
        authority=authority,
        region=by.region,
        case_id=case.case_id,
        step=given.step,
        party=given.party,
        name=case.applicant.name,
        places=places,
        extra_places=extra,
        by=by.id,
        taken_at=write.now,
    )
    may = quota.extra_when is None or holds(quota.extra_when, scope(case, programme)) is True
    stream = quotas.stream_of(case.round_id, programme.id, quota.id, authority)
    try:
        await change(streams, QUOTA, stream, lambda known: decide_place(wanted, known, frozenset(), may), write.origin)
    except errors.QuotaUsedUp:
        unused = await _unused(streams, (await streams.load(QUOTA, stream)).state, wanted)
        await change(streams, QUOTA, stream, lambda known: decide_place(wanted, known, unused, may), write.origin)


async def _unused(streams: Streams, known: Places, wanted: QuotaPlaceTaken) -> frozenset[str]:
    """Holders that took their place a while ago and whose cases say that they never recommended."""
    found = set()
    for place in quotas.holding_without_use(known, wanted):
        case = (await streams.load(CASE, place.case_id)).state
        if (place.step, place.party) not in case.recommended:
            found.add(place.case_id)
    return frozenset(found)
