"""Understands which programmes continue one another under another id: a text that takes the place of another one's.

What an organisation holds or applied for keeps the id of its time. Where a regulation came back under a new id, a rule
about the one is a rule about both: else the same title could be held twice, once by each name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.programmes.life import follows
from shared.programmes.model import Programme

Followers = Mapping[str, frozenset[str]]
"""Programme id -> ids of the programmes that follow it, however far; none for most."""


def followers_of(library: Iterable[Programme]) -> Followers:
    """All of a library. Versions of one programme share an id and need no line."""
    texts = tuple(library)
    # Across ids a text follows another only where one of the two says so: everything else is not compared.
    saying = [text for text in texts if text.legal.superseded_by or text.legal.succeeds]
    pairs = [pair for one in saying for other in texts for pair in ((one, other), (other, one))]
    straight: dict[str, set[str]] = {}
    for old, new in pairs:
        if old.id != new.id and follows(old, new):
            straight.setdefault(old.id, set()).add(new.id)
    return {old: frozenset(_reached(old, straight)) for old in straight}


def _reached(old: str, straight: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [old]
    while waiting:
        for new in straight.get(waiting.pop(), set()) - found:
            found.add(new)
            waiting.append(new)
    return found - {old}


def line_of(programme_id: str, followers: Followers) -> tuple[str, ...]:
    """The programme, those that follow it and those that it follows, itself first."""
    before = {old for old, later in followers.items() if programme_id in later}
    return (programme_id, *sorted((followers.get(programme_id, frozenset()) | before) - {programme_id}))


def and_followers(programmes: Iterable[str], followers: Followers) -> tuple[str, ...]:
    """Each programme and those that follow it."""
    named = tuple(programmes)
    later = (new for name in named for new in sorted(followers.get(name, frozenset())))
    return tuple(dict.fromkeys((*named, *later)))
