"""Understands what the compose file promises: four hardened services, two steps that must complete, no default secret.

Reads the plain structure, so that it judges the raw YAML and the project that compose-go resolved alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SERVICES = ("intake", "review", "registry", "notifications")
STEPS = ("migrate", "topics")
SERVERS = ("postgres", "kafka")
REQUIRED = (
    "SHIFAN_ADMIN_PASSWORD",
    "SHIFAN_INTAKE_DATABASE_PASSWORD",
    "SHIFAN_REVIEW_DATABASE_PASSWORD",
    "SHIFAN_REGISTRY_DATABASE_PASSWORD",
    "SHIFAN_NOTIFICATIONS_DATABASE_PASSWORD",
    "SHIFAN_KAFKA_CLUSTER_ID",
    "SHIFAN_OIDC_ISSUER",
    "SHIFAN_OIDC_AUDIENCE",
    "SHIFAN_ALLOWED_HOSTS",
)

Project = Mapping[str, Any]


def faults(project: Project) -> Iterator[str]:
    """Every broken promise in one sentence; none when the file is as it must be."""
    services = project.get("services", {})
    for name in (*SERVERS, *STEPS, *SERVICES):
        if name not in services:
            yield f"{name} is missing"
    for name, service in services.items():
        yield from _hardening(name, service)
    for name in SERVICES:
        yield from _service(name, services.get(name, {}))
    for name in STEPS:
        yield from _step(name, services.get(name, {}))
    yield from _servers(project, services)


def _hardening(name: str, service: Project) -> Iterator[str]:
    if service.get("read_only") is not True:
        yield f"{name}: its root file system can be written"
    if service.get("cap_drop") != ["ALL"] or service.get("cap_add"):
        yield f"{name}: keeps capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield f"{name}: may gain privileges"
    if service.get("privileged"):
        yield f"{name}: is privileged"
    if not service.get("tmpfs"):
        yield f"{name}: has nowhere to write temporary files"
    for limit in ("mem_limit", "cpus", "pids_limit"):
        if not service.get(limit):
            yield f"{name}: has no {limit}"
    if ":" not in str(service.get("image", "")) or str(service.get("image")).endswith(":latest"):
        yield f"{name}: its image is not pinned"


def _service(name: str, service: Project) -> Iterator[str]:
    if service.get("command") != ["python", "-m", f"services.{name}"]:
        yield f"{name}: does not run its own service"
    depends = service.get("depends_on", {})
    for server in SERVERS:
        if depends.get(server, {}).get("condition") != "service_healthy":
            yield f"{name}: does not wait until {server} is healthy"
    for step in STEPS:
        if depends.get(step, {}).get("condition") != "service_completed_successfully":
            yield f"{name}: does not wait until {step} completed"
    environment = service.get("environment", {})
    if environment.get("SHIFAN_PROFILE") != "production":
        yield f"{name}: does not run in the production profile"
    if not str(environment.get("SHIFAN_DATABASE_URL", "")).endswith(f"/shifan_{name}"):
        yield f"{name}: does not use its own database"
    if any("admin" in str(value).lower() for value in environment.values()):
        yield f"{name}: is told the administrator's password"
    places = [*service.get("tmpfs", []), *service.get("volumes", [])]
    if not any("/var/lib/shifan" in str(place) for place in places):
        yield f"{name}: cannot write its data directory"
    if service.get("healthcheck", {}).get("disable"):
        yield f"{name}: switches the image's health check off"


def _step(name: str, step: Project) -> Iterator[str]:
    if step.get("restart") != "no":
        yield f"{name}: would run again and again"
    if step.get("ports"):
        yield f"{name}: publishes a port"


def _servers(project: Project, services: Project) -> Iterator[str]:
    for name in SERVERS:
        server = services.get(name, {})
        if not server.get("healthcheck", {}).get("test"):
            yield f"{name}: has no health check"
        if server.get("ports"):
            yield f"{name}: is reachable from outside"
        if list(server.get("networks", [])) != ["inside"]:
            yield f"{name}: stands in another network than inside"
        if not server.get("volumes"):
            yield f"{name}: keeps nothing when it is replaced"
    if project.get("networks", {}).get("inside", {}).get("internal") is not True:
        yield "the network inside has a way out"
