"""The test cases that the eventsourcing library publishes for recorders, run against ours on a real PostgreSQL."""

from __future__ import annotations

from uuid import uuid4

import pytest
from eventsourcing.tests import persistence as upstream

from shared.runtime.postgres.roles import Provisioned
from tests.contracts.recorder_facade import Facade


class OnPostgres:
    """Gives each upstream test an empty log; streams have names, not UUIDs."""

    numbered = True
    _url: str

    @pytest.fixture(autouse=True)
    def _own_database(self, provisioned: Provisioned) -> None:
        self._url = provisioned.application_url

    def new_originator_id(self) -> str:
        return f"case:{uuid4()}"

    def create_recorder(self) -> Facade:
        facade = Facade(self._url, self.numbered)
        self.addCleanup(facade.close)  # type: ignore[attr-defined]
        return facade


class TestAggregateRecorder(OnPostgres, upstream.AggregateRecorderTestCase):
    numbered = False


class TestApplicationRecorder(OnPostgres, upstream.ApplicationRecorderTestCase[Facade]):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = False


class TestTrackingRecorder(OnPostgres, upstream.TrackingRecorderTestCase):
    pass


class TestProcessRecorder(OnPostgres, upstream.ProcessRecorderTestCase):
    pass
