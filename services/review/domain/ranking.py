"""Understands who of a round's candidates is listed: by score as far as scores decide, else by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.review.domain import errors
from services.review.domain.gathering import Candidate, DrawUpList, Entry
from services.review.domain.steps.shape import stated

MOST_NAMED = 10


@dataclass(frozen=True)
class Ranked:
    """A candidate with its rank: one more than there are better ones; 0 where nothing is ranked."""

    candidate: Candidate
    rank: int


def rank(candidates: Sequence[Candidate], order: str) -> tuple[Ranked, ...]:
    """In the order in which they are shown: the best first, the unscored last, and equals by their ids. That last order
    is for the eye only and decides nothing."""
    if order != "by_score":
        return tuple(Ranked(each, 0) for each in sorted(candidates, key=lambda each: each.case_id))
    scored = sorted((each for each in candidates if each.score), key=lambda each: (-share(each), each.case_id))
    unscored = sorted((each for each in candidates if not each.score), key=lambda each: each.case_id)
    ranked: list[Ranked] = []
    for place, each in enumerate(scored, 1):
        equal = ranked and share(ranked[-1].candidate) == share(each)
        ranked.append(Ranked(each, ranked[-1].rank if equal else place))
    return (*ranked, *(Ranked(each, 0) for each in unscored))


def share(candidate: Candidate) -> Fraction:
    """The score as an exact share of the highest possible one."""
    return Fraction(candidate.score) / Fraction(candidate.max_score)


def tied_at_cut(ranked: Sequence[Ranked], places: int | None) -> tuple[tuple[Ranked, ...], int]:
    """Those who compete for the last places with one and the same score, and for how many; none where all fit."""
    scored = [each for each in ranked if each.rank]
    if places is None or len(scored) <= places or places < 1:
        return (), 0
    last = scored[places - 1].rank
    tied = tuple(each for each in scored if each.rank == last)
    free = places - sum(1 for each in scored if each.rank < last)
    return (tied, free) if len(tied) > free else ((), 0)


def entries(candidates: Sequence[Candidate], order: str, places: int | None, command: DrawUpList) -> tuple[Entry, ...]:
    """What the list says of every candidate. Code decides between different scores, and nothing else."""
    left_off = _left_off(candidates, command)
    ranked = rank([each for each in candidates if each.case_id not in left_off], order)
    listed = _listed(ranked, order, places, command)
    rest = (_entry(each, each.candidate.case_id in listed, places) for each in ranked)
    off = (each for each in rank(candidates, "unranked") if each.candidate.case_id in left_off)
    return (*rest, *(_entry(each, False, places, left_off[each.candidate.case_id]) for each in off))


def _left_off(candidates: Sequence[Candidate], command: DrawUpList) -> Mapping[str, str]:
    reasons = {each.case_id: stated(each.reason) for each in command.left_off}
    if len(reasons) != len(command.left_off) or reasons.keys() - {each.case_id for each in candidates}:
        raise errors.ListChoiceWrong()
    return reasons


def _listed(ranked: Sequence[Ranked], order: str, places: int | None, command: DrawUpList) -> frozenset[str]:
    """The ids of those who are listed."""
    chosen = frozenset(command.chosen)
    if places is None or len(ranked) <= places:
        if chosen:
            raise errors.ListChoiceWrong()
        return frozenset(each.candidate.case_id for each in ranked)
    if order != "by_score":
        raise errors.ListTooLong(cases=len(ranked), places=places)
    unscored = [each.candidate for each in ranked if not each.rank]
    if unscored:
        raise errors.ScoreMissing(names=_names(unscored))
    return _by_score(ranked, places, chosen, command)


def _by_score(ranked: Sequence[Ranked], places: int, chosen: frozenset[str], command: DrawUpList) -> frozenset[str]:
    tied, free = tied_at_cut(ranked, places)
    if not tied:
        if chosen:
            raise errors.ListChoiceWrong()
        return frozenset(each.candidate.case_id for each in ranked[:places])
    if not chosen:
        scores, names = tied[0].candidate.score, _names([each.candidate for each in tied])
        raise errors.TieAtCut(score=scores, places=free, names=names)
    if len(command.chosen) != free or chosen - {each.candidate.case_id for each in tied} or len(chosen) != free:
        raise errors.ListChoiceWrong()
    stated(command.reason)
    sure = (each.candidate.case_id for each in ranked if each.rank < tied[0].rank)
    return frozenset((*sure, *chosen))


def _names(candidates: Sequence[Candidate]) -> str:
    more = f" … (+{len(candidates) - MOST_NAMED})" if len(candidates) > MOST_NAMED else ""
    return "、".join(f"{each.name} ({each.case_id})" for each in candidates[:MOST_NAMED]) + more


def _entry(ranked: Ranked, listed: bool, places: int | None, left_off: str = "") -> Entry:
    each = ranked.candidate
    beyond = f"第 {ranked.rank} 名，名单 {places} 个位置 / ranked {ranked.rank}, {places} places"
    return Entry(
        case_id=each.case_id,
        visit=each.visit,
        name=each.name,
        region=each.region,
        score=each.score,
        max_score=each.max_score,
        rank=ranked.rank,
        listed=listed,
        reason=left_off or ("" if listed else beyond),
    )
