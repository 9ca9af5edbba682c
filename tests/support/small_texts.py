"""Small regulations as an author writes them, for tests that run from the YAML file to the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from shared.programmes.catalogue import Catalogue

SOURCE = {"clause": "1"}
COUNTY, ELSEWHERE, PROVINCE = "990101", "990201", "990000"


def named(words: str) -> dict[str, str]:
    return {"zh": f"{words}(中)", "en": words}


def _step(name: str, kind: str, actor: str, outcomes: Mapping[str, str], **parameters: Any) -> dict[str, Any]:
    step = {"id": name, "title": named(name), "type": kind, "actor": actor, "parameters": parameters, "source": SOURCE}
    return step | ({"outcomes": dict(outcomes)} if outcomes else {})


def _base(name: str, kind: str, steps: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "version": "1",
        "kind": kind,
        "region": PROVINCE,
        "legal": {
            "title": named(f"Measures {name}"),
            "status": "in_force",
            "issued_by": ["演示机关"],
            "number": "演示〔2025〕1号",
            "issued": date(2025, 1, 1),
            "in_force": {"since": date(2025, 2, 1)},
        },
        "levels": [
            {"id": "county", "title": named("county"), "region_digits": 6},
            {"id": "province", "title": named("province"), "region_digits": 2},
        ],
        "parties": [
            {"id": "applicant", "title": named("applicant"), "role": "applicant", "source": SOURCE},
            {"id": "office", "title": named("office"), "role": "officer", "level": "province", "source": SOURCE},
            {"id": "head", "title": named("head"), "role": "approver", "level": "province", "source": SOURCE},
            {"id": "treasury", "title": named("treasury"), "role": "finance", "level": "province", "source": SOURCE},
        ],
        "rounds": {"cadence": "called", "source": SOURCE},
        "procedures": [
            {
                "id": "main",
                "title": named("main"),
                "subject": "application",
                "opened_by": "applicant",
                "steps": steps,
            }
        ],
        "fee": {"charged": False, "source": SOURCE},
    } | more


def recognition(name: str, filing: Mapping[str, Any] | None = None, guard: str = "", **more: Any) -> dict[str, Any]:
    """Filed, assessed, decided, awarded for a year with a renewal that opens three months before its end."""
    assess = _step("assess", "assess", "office", {"sufficient": "decide", "insufficient": "refused"})
    steps = [
        _step("apply", "file", "applicant", {"filed": "assess"}, declaration=True, in_round=True, **(filing or {})),
        assess | ({"guard": guard} if guard else {}),
        _step("decide", "decide", "office", {"approved": "award", "refused": "refused"}, approver="head"),
        _step("award", "award", "office", {"awarded": "done"}, award="title"),
        _step("done", "close", "office", {}, result="awarded"),
        _step("refused", "close", "office", {}, result="refused"),
    ]
    validity = {
        "length": {"length": 1, "unit": "year"},
        "starts": "award",
        "ends": "day_before_anniversary",
        "at_end": "lapses",
        "renewal": True,
        "renewal_opens": {"length": 3, "unit": "month"},
    }
    award = {"id": "title", "title": named(f"Title {name}"), "certificate": True, "plaque": False, "source": SOURCE}
    return _base(name, "recognition", steps, awards=[award | {"validity": validity}], **more)


def funding(name: str, **more: Any) -> dict[str, Any]:
    """Filed, decided, paid at once."""
    steps = [
        _step("apply", "file", "applicant", {"filed": "decide"}, declaration=True, in_round=True),
        _step("decide", "decide", "office", {"approved": "pay", "refused": "refused"}, approver="head"),
        _step("pay", "pay", "treasury", {"paid": "done"}, budget="fund"),
        _step("done", "close", "office", {}, result="completed"),
        _step("refused", "close", "office", {}, result="refused"),
    ]
    for step in steps:
        if step["id"] == "pay":
            step["parameters"]["instalments"] = [{"id": "whole", "share": 1}]
    fund = {
        "id": "fund",
        "title": named("fund"),
        "sources": [{"id": "province", "title": named("province"), "amount": 1000000}],
        "rate": 1,
        "cap": 200000,
        "source": SOURCE,
    }
    return _base(name, "funding", steps, budgets=[fund], **more)


def overlap(kind: str, *programmes: str, **more: Any) -> dict[str, Any]:
    """One rule of overlap, named after its kind."""
    about = {"programmes": list(programmes)} if programmes else {}
    return {"id": kind, "title": named(kind), "kind": kind, "source": SOURCE} | about | more


class _Plain(yaml.SafeDumper):
    """Writes everything out: the language knows no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def written(folder: Path, *texts: Mapping[str, Any]) -> Catalogue:
    """The regulations as files, read as the services read theirs."""
    for text in texts:
        place = folder / str(text["id"])
        place.mkdir(parents=True)
        (place / f"{text['version']}.yaml").write_text(
            yaml.dump(dict(text), Dumper=_Plain, allow_unicode=True), "utf-8"
        )
    return Catalogue.load(folder)
