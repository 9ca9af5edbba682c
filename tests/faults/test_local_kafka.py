"""The local broker keeps its ports and its data over an orderly and a disorderly end, and is found again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.kafka import KafkaUnavailable, LocalKafka, jars, user_cache
from infra.kafka.launcher import answers


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    broker = LocalKafka(tmp_path_factory.mktemp("own-kafka"), cache=user_cache(), tied=True)
    yield broker
    broker.stop()


def cluster(broker: LocalKafka) -> str:
    return (broker.home / "data" / "meta.properties").read_text()


def test_survives_a_kill_on_the_same_ports_with_the_same_data(broker: LocalKafka) -> None:
    address = broker.start()
    before = cluster(broker)
    broker.kill()
    assert not broker.running()
    assert broker.start() == address
    assert broker.running()
    assert cluster(broker) == before


def test_another_process_finds_the_running_broker_instead_of_starting_a_second(broker: LocalKafka) -> None:
    address = broker.start()
    pid = (broker.home / "broker.json").read_text()
    another = LocalKafka(broker.home, cache=user_cache())
    assert another.start() == address
    assert (broker.home / "broker.json").read_text() == pid
    another.stop()
    assert not broker.running()


def test_something_that_listens_but_is_no_kafka_is_not_taken_for_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert not answers("127.0.0.1", deaf.getsockname()[1])


def test_without_java_the_error_names_both_ways_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(KafkaUnavailable, match=r"(?s)请安装.*SHIFAN_KAFKA=host:port"):
        LocalKafka(tmp_path, cache=tmp_path).start()


def test_a_failed_download_leaves_no_cache_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    maven = tmp_path / "bin" / "mvn"
    maven.parent.mkdir()
    maven.write_text('#!/bin/sh\nmkdir -p "${6#-DoutputDirectory=}"\necho no route >&2\nexit 1\n')
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{maven.parent}:/usr/bin:/bin")
    with pytest.raises(KafkaUnavailable, match="no route"):
        jars.classpath(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
