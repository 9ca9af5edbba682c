"""Understands which settings make one KRaft node a whole, quickly restarting Kafka."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Protection:
    """A second door, as an installation's brokers have it: TLS in which clients show a certificate as well
    (``identity``: the broker's key and chain, ``authority``: whose certificates count; both PEM), and users with
    passwords by SCRAM-SHA-512."""

    identity: Path
    authority: Path
    users: Mapping[str, str]

    def settings(self) -> dict[str, object]:
        door = "listener.name.protected."
        module = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        return {
            "inter.broker.listener.name": "PLAINTEXT",
            f"{door}sasl.enabled.mechanisms": "SCRAM-SHA-512",
            f"{door}scram-sha-512.sasl.jaas.config": module,
            f"{door}ssl.client.auth": "required",
            f"{door}ssl.keystore.type": "PEM",
            f"{door}ssl.keystore.location": self.identity,
            f"{door}ssl.truststore.type": "PEM",
            f"{door}ssl.truststore.location": self.authority,
        }

    def at_format(self) -> list[str]:
        """What the storage tool is told of the users."""
        told = (f"SCRAM-SHA-512=[name={name},password={word}]" for name, word in self.users.items())
        return [argument for one in told for argument in ("--add-scram", one)]


def cluster_id() -> str:
    """A fresh cluster id as Kafka writes them: 16 random bytes, URL-safe base64 without padding, no leading dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def server_properties(data: Path, ports: Sequence[int], protection: Protection | None = None) -> str:
    """The text of server.properties for one node that is broker and controller on the loopback interface. ``ports``
    are the broker's, the controller's and, where there is one, the protected door's."""
    port, controller_port = ports[:2]
    second = f",PROTECTED://127.0.0.1:{ports[2]}" if protection else ""
    settings: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}{second}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}{second}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROTECTED:SASL_SSL",
        "log.dirs": data,
        **SINGLE_NODE,
        **FAST_RESTART,
        **SMALL,
        **(protection.settings() if protection else {}),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


SINGLE_NODE = {
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
}

FAST_RESTART = {
    # A killed broker is let in again only when its old session has run out: 9 s by default.
    "broker.session.timeout.ms": 2000,
    "broker.heartbeat.interval.ms": 300,
    # The first member of a group need not wait for others to arrive.
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
}

SMALL = {
    # Topics are made with a fixed number of partitions (shared/runtime/topics.py), never by a typing error.
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.num.partitions": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "num.network.threads": 2,
    "num.io.threads": 4,
}
