"""Understands how fast the regulations are: judging a full application on one core, loading the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import process_time

from shared.programmes.catalogue import Catalogue
from shared.programmes.rules import eligible, evaluate
from shared.programmes.verdicts import Judgement
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground
from tests.programmes.library import DEFINITIONS

ANSWERS = {
    "legal_person": True,
    "years_operating": "2",
    "total_assets": "1500000",
    "staff_count": "15",
    "qualified_staff_count": "9",
    "fixed_premises": True,
    "office_area": "200",
    "smes_served[last]": "60",
    "smes_served[last-1]": "59",
    "user_satisfaction": "0.80",
    "service_income": "400000",
    "turnover": "1000000",
    "management_documents": "management_rules,service_process,fee_schedule,quality_measures,development_plan,"
    "annual_goals,brand_plan",
}
ROUNDS = 20_000


def _best(repeat: int, once: Callable[[], object]) -> float:
    """Seconds on one core of the quickest of so many runs: the machine's other work is not what is measured."""
    times = []
    for _ in range(repeat):
        begin = process_time()
        once()
        times.append(process_time() - begin)
    return min(times)


async def judging(_: Ground) -> Sequence[Figure]:
    """A full application of the first programme, with every answer, paper and judgement, all conditions met."""
    (programme,) = Catalogue.load(DEFINITIONS).versions("xj-sme-demo-platform")
    papers = [document.id for material in programme.materials for document in material.documents]
    judged = {c.id: Judgement(True, "officer", "seen") for c in programme.conditions if c.decided == "judged"}

    def once() -> bool:
        return eligible(evaluate(programme, ANSWERS, papers, judged, region="650102", level="prefecture"))

    assert once(), "the application that is judged must be a full one"
    seconds = _best(3, lambda: [once() for _ in range(ROUNDS)])
    loading = _best(3, lambda: Catalogue.load(DEFINITIONS))
    return [
        Figure("judge a full application, one core", ROUNDS / seconds, "applications/s", aim=20_000),
        Figure("load and check all definitions", loading, "s", aim=1.0, higher=False),
    ]
