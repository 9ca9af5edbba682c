"""Understands which fixtures every folder of tests shares (they live in tests/support), and which tests come last."""

import pytest

from tests.support.database import database, databases, postgres, provisioned
from tests.support.kafka import kafka, topic_prefix

__all__ = ["database", "databases", "kafka", "postgres", "provisioned", "topic_prefix"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: kills servers and processes; runs after everything else")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their length: a test's id is for people, and the same in every worker."""
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.hookimpl(tryfirst=True)  # before xdist looks for the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Faults come last, the long one at the very end; with several workers, all of them in one."""
    for item in items:
        if "faults" in item.path.parts:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.xdist_group("faults"))
        elif "journeys" in item.path.parts and any("house" in name for name in getattr(item, "fixturenames", ())):
            # a house belongs to one file, and to what it is made for: it may stand in another worker than the others
            made_for = item.callspec.params.get("house", "") if hasattr(item, "callspec") else ""
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{made_for}"))
        elif "journeys" in item.path.parts:
            # one worker for each installation, else every worker would start them all
            item.add_marker(pytest.mark.xdist_group("journeys-kafka" if "kafka" in item.name else "journeys"))
        elif item.path.stem == "test_image":
            item.add_marker(pytest.mark.xdist_group("image"))  # it is built once
    items.sort(key=lambda item: (item.get_closest_marker("faults") is not None, item.path.stem == "test_minute"))
