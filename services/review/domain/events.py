"""Understands what can happen in review: the facts of cases with all their steps, of rounds and of titles.

The facts of a step stand beside its rules in ``steps``; here they are gathered, because the log knows them all.
"""

from __future__ import annotations

from services.review.domain import case, rounds, title

FACTS: tuple[type, ...] = (*case.FACTS, *rounds.FACTS, *title.FACTS)
