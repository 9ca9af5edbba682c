"""Understands that nobody swallows what he does not know."""

from __future__ import annotations

import pytest

from tests.architecture.excepts import swallowed, swallowers
from tests.architecture.tree import Source, sources, verdict

ALLOWED: dict[str, str] = {
    "shared/runtime/deadlines.py::DeadlineWorker._settle": "a deadline is tried again for ever, ever more seldom;"
    " its fault is stored, logged and told by health",
    "shared/runtime/deadlines.py::DeadlineWorker._run": "a defect must not end the worker until the next restart;"
    " it is logged and told by health, and the next look tries again",
    "shared/runtime/kafka_reader.py::KafkaReader._run": "a defect must not end reading until the next restart;"
    " it is logged and told by health, and reading begins anew where the database says",
    "shared/runtime/projector.py::Projector._run": "a view that stands still must not take the others down;"
    " its fault is logged and told by health, and it is tried again",
    "shared/runtime/group_commit.py::GroupCommit._settle": "the fault is handed to every caller of the batch;"
    " the writer goes on with the next batch, and an end of the task itself is raised",
    "shared/runtime/group_load.py::GroupLoad._read_all": "the fault is handed to every caller that waits for the batch",
}
"""``path::function`` -> why catching everything and going on is right there. An entry whose place is gone fails."""


def everywhere() -> list[Source]:
    return sources("services", "shared", "infra")


def unexplained(found: list[Source], allowed: dict[str, str]) -> list[str]:
    """Swallowers without a reason, and reasons without a swallower."""
    places = {key: line for source in found for key, line in swallowers(source)}
    missing = [f"{key} (line {line}) has no reason" for key, line in places.items() if len(allowed.get(key, "")) < 30]
    return missing + [f"{key} is allowed but swallows nothing any more" for key in allowed if key not in places]


def test_nothing_is_swallowed() -> None:
    assert unexplained(everywhere(), ALLOWED) == []


def test_the_allow_list_wants_a_reason_and_a_place() -> None:
    source = Source("services/x.py", "def f():\n    try:\n        g()\n    except Exception:\n        pass\n")
    assert unexplained([source], {}) == ["services/x.py::f (line 4) has no reason"]
    assert unexplained([source], {"services/x.py::f": "because"}) != []
    assert unexplained([source], {"services/x.py::f": "the caller's fault is reported to the waiting future"}) == []
    assert unexplained([], {"services/x.py::f": "the caller's fault is reported to the waiting future"}) != []


@pytest.mark.parametrize(
    "handler",
    [
        "except:\n    pass",
        "except Exception:\n    log()",
        "except BaseException as fault:\n    print(fault)",
        "except (ValueError, Exception):\n    pass",
        "except builtins.Exception:\n    pass",
        "except Exception:\n    if late:\n        raise\n    log()",
        "except Exception:\n    def later():\n        raise",
    ],
)
def test_a_swallower_is_seen(handler: str) -> None:
    assert verdict(swallowed, f"try:\n    f()\n{handler}")


def test_suppress_is_a_swallower_too() -> None:
    assert verdict(swallowed, "import contextlib\nwith contextlib.suppress(Exception):\n    f()")
    assert verdict(swallowed, "from contextlib import suppress\nwith suppress(OSError, BaseException):\n    f()")
    assert verdict(swallowed, "from contextlib import suppress\nwith suppress(OSError):\n    f()") == []


@pytest.mark.parametrize(
    "handler",
    [
        "except ValueError:\n    pass",
        "except Exception:\n    undo()\n    raise",
        "except OSError as e:\n    raise Away from e",
    ],
)
def test_what_raises_or_names_is_allowed(handler: str) -> None:
    assert verdict(swallowed, f"try:\n    f()\n{handler}") == []
