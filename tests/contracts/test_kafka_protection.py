"""Kafka behind TLS, client certificates and passwords: set from the environment alone, as an installation sets it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from infra.kafka import LocalKafka, Protection, user_cache
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettingsUnclear, kafka_settings
from shared.runtime.ports import Transient
from shared.runtime.settings import Settings
from shared.runtime.topics import Topic, describe, ensure_topics
from tests.contracts.buses import EVENTS, Collector, record
from tests.support.certificates import Authority
from tests.support.shell import ROOT
from tests.support.waiting import eventually

WORD = "kW7-pq9_Zt3x"


@dataclass(frozen=True)
class Guarded:
    """A protected broker, and the environment that opens it."""

    environment: dict[str, str]
    stranger: Path

    def settings(self, monkeypatch: pytest.MonkeyPatch, **changed: str) -> Settings:
        for name, value in (self.environment | changed).items():
            monkeypatch.setenv(name, value)
        return Settings(_env_file=None)  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded-kafka")
    authority, other = Authority(folder), Authority(folder, "stranger")
    ours = authority.vouch("shifan")
    (folder / "word").write_text(f"{WORD}\n")
    protection = Protection(authority.vouch("broker").together, authority.file, {"shifan": WORD})
    broker = LocalKafka(folder / "broker", cache=user_cache(), tied=True, protection=protection)
    broker.start()
    try:
        yield Guarded(
            {
                "SHIFAN_KAFKA": broker.protected,
                "SHIFAN_KAFKA_SECURITY": "SASL_SSL",
                "SHIFAN_KAFKA_CA_FILE": str(authority.file),
                "SHIFAN_KAFKA_CERT_FILE": str(ours.certificate),
                "SHIFAN_KAFKA_KEY_FILE": str(ours.key),
                "SHIFAN_KAFKA_USER": "shifan",
                "SHIFAN_KAFKA_PASSWORD_FILE": str(folder / "word"),
            },
            other.file,
        )
    finally:
        broker.stop()


async def test_topics_records_and_readers_pass_through_the_protected_door(
    guarded: Guarded, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = kafka_settings(guarded.settings(monkeypatch, SHIFAN_TOPIC_PREFIX=topic_prefix))
    await ensure_topics(settings, [Topic(EVENTS, 1)])
    bus, inbox = KafkaBus(settings), Collector()
    bus.subscribe(inbox)
    await bus.start()
    try:
        await bus.publish([record("a", "1")])
        await eventually(lambda: inbox.values() == ["1"], "the record arrives")
    finally:
        await bus.stop()


async def test_a_wrong_password_another_authority_and_no_certificate_stay_outside(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "word").write_text("quite another")
    right = kafka_settings(guarded.settings(monkeypatch))
    wrong = kafka_settings(guarded.settings(monkeypatch, SHIFAN_KAFKA_PASSWORD_FILE=str(tmp_path / "word")))
    for closed in (wrong, replace(right, ca_file=str(guarded.stranger)), replace(right, cert_file="", key_file="")):
        with pytest.raises(Transient, match="cannot be reached"):
            await describe(replace(closed, request_seconds=20), [EVENTS])


def test_shifan_topics_uses_the_same_settings_and_the_prefix(
    guarded: Guarded, topic_prefix: str, tmp_path: Path
) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, **guarded.environment, "SHIFAN_HOME": str(tmp_path / "home")}

    def topics(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services", "topics", *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment | more, capture_output=True, text=True, timeout=90, check=False
        )

    made = topics("ensure", SHIFAN_TOPIC_PREFIX=topic_prefix)
    assert made.returncode == 0, made.stderr
    assert topic_prefix in made.stdout
    listed = topics("list", SHIFAN_TOPIC_PREFIX=topic_prefix)
    assert f"{topic_prefix}review.events.v1" in listed.stdout and " 6" in listed.stdout
    bare = topics("list", "--json")
    assert '"review.events.v1": 0' in bare.stdout, "without the prefix nothing was made"
    unclear = topics("list", SHIFAN_KAFKA_PASSWORD_FILE="/nowhere")
    assert unclear.returncode == 1
    assert "SHIFAN_KAFKA_PASSWORD_FILE" in unclear.stderr and "Traceback" not in unclear.stderr


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"kafka_security": "SASL_SSL"}, "SHIFAN_KAFKA_USER"),
        ({"kafka_security": "SASL_SSL", "kafka_user": "u"}, "SHIFAN_KAFKA_PASSWORD_FILE"),
        ({"kafka_user": "u"}, "SASL_SSL"),
        ({"kafka_ca_file": "ca.pem"}, "SHIFAN_KAFKA_SECURITY"),
        ({"kafka_security": "SSL", "kafka_cert_file": "c.pem"}, "SHIFAN_KAFKA_KEY_FILE"),
        ({"kafka_security": "SSL", "kafka_ca_file": "/nowhere.pem"}, "SHIFAN_KAFKA_CA_FILE"),
        ({"kafka_security": "SSL", "kafka_cert_file": "/c.pem", "kafka_key_file": "/k.pem"}, "SHIFAN_KAFKA_CERT_FILE"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_before_anything_connects(given: dict[str, Any], named: str) -> None:
    settings = Settings(_env_file=None, kafka="kafka:9092", **given)  # type: ignore[call-arg]
    with pytest.raises(KafkaSettingsUnclear, match=named):
        kafka_settings(settings)


@pytest.mark.parametrize("content", ["", "\n", "one\ntwo\n"])
def test_a_password_file_holds_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "word"
    file.write_text(content)
    settings = Settings(
        _env_file=None, kafka="k:1", kafka_security="SASL_SSL", kafka_user="u", kafka_password_file=str(file)
    )  # type: ignore[call-arg]
    with pytest.raises(KafkaSettingsUnclear, match="SHIFAN_KAFKA_PASSWORD_FILE"):
        kafka_settings(settings)


def test_the_password_is_shown_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "word"
    file.write_text(f"{WORD}\r\n")
    settings = Settings(
        _env_file=None, kafka="k:1", kafka_security="SASL_SSL", kafka_user="u", kafka_password_file=str(file)
    )  # type: ignore[call-arg]
    made = kafka_settings(settings)
    assert made.connection()["sasl_plain_password"] == WORD
    assert WORD not in repr(made) + repr(settings)
