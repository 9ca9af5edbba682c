"""Production refuses to start unsafely, and says everything at once; a demonstration starts without any setting."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from fastapi import APIRouter
from pydantic import SecretStr, ValidationError

from shared.runtime.postgres.launcher import Server
from shared.runtime.postgres.roles import Provisioned
from shared.runtime.process import run_together
from shared.runtime.profile import UnsafeSettings, require_plain_role, require_safe, unsafe
from shared.runtime.service import Around, Service
from shared.runtime.settings import Settings, described

SAFE: dict[str, Any] = {
    "profile": "production",
    "oidc_issuer": "https://id.example.org/realm",
    "allowed_hosts": "shifan.example.org",
    "public_url": "https://shifan.example.org",
    "database_url": SecretStr("postgresql://intake:4kf9-Wq2p-77ZmTr@db/intake"),
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    for setting in described():
        monkeypatch.delenv(setting.variable, raising=False)


def test_a_safe_production_starts() -> None:
    require_safe(Settings(**SAFE))


def test_services_on_one_origin_are_judged_by_their_own_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the common setting was judged, which no service uses there: a weak password passed, a safe start did not."""
    monkeypatch.setenv("SHIFAN_INTAKE_DATABASE_URL", "postgresql://intake:intake@db/intake")
    with pytest.raises(UnsafeSettings, match="SHIFAN_DATABASE_URL"):
        run_together({"intake": _never}, (), _no_front, Settings(**SAFE))


def _never(_: Around) -> Service:
    raise AssertionError("an unsafe service is not put together")


def _no_front(_: Settings) -> APIRouter:
    raise AssertionError("an unsafe origin is not put together")


def test_a_demonstration_starts_with_nothing_set() -> None:
    require_safe(Settings(profile="demo"))


@pytest.mark.parametrize(
    ("changed", "variable"),
    [
        ({"oidc_issuer": ""}, "SHIFAN_OIDC_ISSUER"),
        ({"oidc_issuer": "http://id.example.org"}, "SHIFAN_OIDC_ISSUER"),
        ({"oidc_issuer": "http://127.0.0.1/issuer"}, "SHIFAN_OIDC_ISSUER"),
        ({"allowed_hosts": "*"}, "SHIFAN_ALLOWED_HOSTS"),
        ({"allowed_hosts": "a.example.org,*.example.org"}, "SHIFAN_ALLOWED_HOSTS"),
        ({"allowed_hosts": "0.0.0.0"}, "SHIFAN_ALLOWED_HOSTS"),
        ({"allowed_hosts": " , "}, "SHIFAN_ALLOWED_HOSTS"),
        ({"public_url": "http://shifan.example.org"}, "SHIFAN_PUBLIC_URL"),
        ({"database_url": SecretStr("")}, "SHIFAN_DATABASE_URL"),
        ({"database_url": SecretStr("postgresql://intake@db/intake")}, "SHIFAN_DATABASE_URL"),
        ({"database_url": SecretStr("postgresql://intake:postgres@db/intake")}, "SHIFAN_DATABASE_URL"),
        ({"database_url": SecretStr("postgresql://intake:short@db/intake")}, "SHIFAN_DATABASE_URL"),
        ({"database_url": SecretStr("postgresql://long-long-name:long-long-name@db/x")}, "SHIFAN_DATABASE_URL"),
        ({"smtp_url": SecretStr("smtp://mail:changeme@host:25")}, "SHIFAN_SMTP_URL"),
        ({"demo_clock": True}, "SHIFAN_DEMO_CLOCK"),
        ({"kafka": "kafka:9092"}, "SHIFAN_KAFKA_SECURITY"),
        ({"kafka": "127.0.0.1:9092,10.0.0.7:9092"}, "SHIFAN_KAFKA_SECURITY"),
        ({"kafka": "kafka:9092", "kafka_security": "SASL_PLAINTEXT"}, "SHIFAN_KAFKA_SECURITY"),
    ],
)
def test_each_fault_is_named_with_its_remedy(changed: dict[str, Any], variable: str) -> None:
    with pytest.raises(UnsafeSettings) as caught:
        require_safe(Settings(**SAFE | changed))
    (fault,) = caught.value.faults
    assert fault.setting == variable
    assert variable in str(caught.value)
    assert fault.zh in str(caught.value)
    assert fault.en in str(caught.value)
    assert "postgresql://" not in str(caught.value)


@pytest.mark.parametrize(
    "reached",
    [
        {"kafka": "127.0.0.1:9092, localhost:9093,[::1]:9094"},
        {"kafka": "kafka:9092", "kafka_security": "SSL"},
        {"kafka": "kafka:9092", "kafka_security": "SASL_SSL"},
        {"kafka": "kafka:9092", "kafka_unencrypted": True},
    ],
)
def test_brokers_that_production_may_speak_to(reached: dict[str, Any]) -> None:
    require_safe(Settings(**SAFE | reached))


def test_who_says_nothing_gets_production_and_hears_everything_at_once() -> None:
    settings = Settings()
    assert settings.profile == "production"
    assert {fault.setting for fault in unsafe(settings)} == {"SHIFAN_OIDC_ISSUER", "SHIFAN_DATABASE_URL"}
    worst = Settings(allowed_hosts="*", demo_clock=True, public_url="http://x", smtp_url=SecretStr("smtp://x"))
    assert len(unsafe(worst)) == 6


def test_settings_come_from_the_environment_and_never_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFAN_PORT", "9000")
    monkeypatch.setenv("SHIFAN_ALLOWED_HOSTS", "A.example.org, b.example.org")
    monkeypatch.setenv("SHIFAN_DATABASE_URL", "postgresql://u:hidden-value@h/d")
    settings = Settings()
    assert settings.port == 9000
    assert settings.hosts == ("a.example.org", "b.example.org")
    assert "hidden-value" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]
    monkeypatch.setenv("SHIFAN_PORT", "hidden-value")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "hidden-value" not in str(caught.value)


def test_every_setting_is_described_and_no_secret_has_a_default() -> None:
    for setting in described():
        assert setting.variable.startswith("SHIFAN_")
        assert setting.description.endswith(".")
    defaults = {setting.variable: setting.default for setting in described()}
    assert defaults["SHIFAN_DATABASE_URL"] == defaults["SHIFAN_SMTP_URL"] == ""
    assert defaults["SHIFAN_PROFILE"] == "production"


async def test_production_does_not_run_as_a_superuser(postgres: Server, provisioned: Provisioned) -> None:
    production, demo = Settings(**SAFE), Settings(profile="demo")
    strong = await asyncpg.connect(postgres.url)
    plain = await asyncpg.connect(provisioned.application_url)
    try:
        await require_plain_role(production, plain)
        await require_plain_role(demo, strong)
        with pytest.raises(UnsafeSettings, match="SHIFAN_DATABASE_URL"):
            await require_plain_role(production, strong)
    finally:
        await strong.close()
        await plain.close()


async def test_production_does_not_run_as_the_owner_of_the_facts(provisioned: Provisioned) -> None:
    """The owner is no superuser, and can disable the trigger that keeps facts as they are."""
    owner = await asyncpg.connect(provisioned.owner_url)
    try:
        await owner.execute("ALTER TABLE facts DISABLE TRIGGER facts_are_append_only")
        with pytest.raises(UnsafeSettings, match="SHIFAN_DATABASE_URL"):
            await require_plain_role(Settings(**SAFE), owner)
    finally:
        await owner.close()
