"""Understands where a text stands in its life on a day, whether it takes a new case then, and which text follows it.

draft -> published -> in force -> closed -> repealed; a text whose force nobody has verified is none of these. All of it
stands in ``legal`` and can be written there later: the end of a text's life does not move its address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from shared.programmes.model import Programme, Text, Unset

Life = Literal["draft", "published", "in_force", "closed", "repealed", "unverified"]
LIVES: Mapping[Life, Text] = {
    "draft": Text(zh="征求意见稿", en="draft"),
    "published": Text(zh="已公布,尚未施行", en="published, not yet in force"),
    "in_force": Text(zh="现行有效", en="in force"),
    "closed": Text(zh="不再适用于新案件", en="closed to new cases"),
    "repealed": Text(zh="已废止", en="repealed"),
    "unverified": Text(zh="效力未经核实", en="force not verified"),
}
NONE_NAMED = Text(zh="本办法未载明由何文本接替", en="the text names none that follows it")


def life_on(programme: Programme, day: date) -> Life:
    """Where the text stands on this day. ``closed``: superseded, or its last day in force is over."""
    legal = programme.legal
    if legal.status == "draft_for_comment":
        return "draft"
    if legal.status == "repealed":
        return "repealed"
    if legal.status == "superseded":
        return "closed"
    if legal.status != "in_force":
        return "unverified"
    if legal.in_force.until is not None and legal.in_force.until < day:
        return "closed"
    return "in_force" if legal.in_force.covers(day) else "published"


def closed_because(programme: Programme, day: date, *, sandbox: bool) -> Text | None:
    """Why the text takes no new case on this day; None where it takes one. A sandbox also takes drafts, texts that are
    not yet in force and, for trials, superseded ones; nobody takes a repealed one or one whose time is over."""
    life, legal = life_on(programme, day), programme.legal
    if life == "in_force" or (sandbox and life in ("draft", "published", "unverified")):
        return None
    if sandbox and legal.status == "superseded":
        return None
    until = legal.in_force.until
    if life == "closed" and until is not None:
        return Text(zh=f"其施行期至 {until} 止", en=f"it was in force until {until}")
    if life == "published" and isinstance(legal.in_force.since, date):
        since = legal.in_force.since
        return Text(zh=f"该办法自 {since} 起施行", en=f"it is in force from {since} only")
    return _SAID[life]


_SAID: Mapping[Life, Text] = {
    "draft": Text(zh="该办法为征求意见稿", en="it is a draft"),
    "published": Text(zh="该办法未载明施行日期", en="it does not say from when it is in force"),
    "closed": Text(zh="该办法已被取代,不再适用于新案件", en="it is superseded and closed to new cases"),
    "repealed": Text(zh="该办法已废止", en="it is repealed"),
    "unverified": Text(zh="该办法的效力未经核实", en="nobody has verified its force"),
}


def no_old_case_because(programme: Programme, day: date, *, sandbox: bool) -> Text | None:
    """Why no case that was begun outside of this system, on paper, is taken over under the text on this day; None where
    one is. Only what was law and takes no new case any more has such cases. Outside of a sandbox the end must be told
    by ``until``: a text that is repealed or superseded runs in a sandbox only."""
    life = life_on(programme, day)
    if life not in ("closed", "repealed"):
        return _NO_OLD_CASE[life]
    return _TRIAL_ONLY if programme.sandbox_only and not sandbox else None


_NO_OLD_CASE: Mapping[Life, Text] = {
    "draft": Text(zh="该办法为征求意见稿,从未施行", en="it is a draft and never was in force"),
    "published": Text(zh="该办法尚未施行", en="it is not in force yet"),
    "in_force": Text(zh="该办法现行有效,请按其规定正常申请", en="it is in force: apply under it in the ordinary way"),
    "unverified": Text(zh="该办法的效力未经核实", en="nobody has verified that it ever was in force"),
}
_TRIAL_ONLY = Text(
    zh="该办法已废止、被取代或含试行补充,仅供沙盒使用",
    en="it is repealed, superseded or supplemented for trials, and runs in a sandbox only",
)


def follows(old: Programme, new: Programme) -> bool:
    """Whether one text takes another's place: a later version of the same regulation, or the one that either names."""
    if old.ref == new.ref:
        return False
    if old.id == new.id:
        return not _before(new, old)
    return _names(old.legal.superseded_by, new) or _names(new.legal.succeeds, old)


def _before(one: Programme, two: Programme) -> bool:
    first, second = one.legal.in_force.since, two.legal.in_force.since
    return isinstance(first, date) and isinstance(second, date) and first < second


def _names(written: str | None, programme: Programme) -> bool:
    number = programme.legal.number
    known = {programme.id, f"{programme.id}@{programme.version}", programme.legal.title.zh}
    return written is not None and written in (known | ({number} if isinstance(number, str) else set()))


def follower(old: Programme, library: Iterable[Programme]) -> Text:
    """Which text follows, in words: one of the library, or what the old one says of it."""
    later = [each for each in library if follows(old, each) and each.legal.status != "repealed"]
    if later:
        newest = max(later, key=_since)
        title = newest.legal.title
        return Text(
            zh=f"接替文本为{title.zh}({newest.id} {newest.version})",
            en=f"{title.en} ({newest.id} {newest.version}) follows it",
        )
    if old.legal.superseded_by:
        return Text(zh=f"接替文本为{old.legal.superseded_by}", en=f"{old.legal.superseded_by} follows it")
    return NONE_NAMED


def _since(programme: Programme) -> date:
    since = programme.legal.in_force.since
    return date.min if isinstance(since, Unset) else since
