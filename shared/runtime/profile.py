"""Understands what must not happen in production: unsafe settings are found all at once, each with its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.runtime.ports import AnyConnection

_WILDCARDS = ("*", "0.0.0.0", "::", "[::]")  # noqa: S104 - these are what is refused
_KNOWN_PASSWORDS = frozenset(
    ("postgres", "password", "passw0rd", "changeme", "change-me", "secret", "admin", "root", "test", "demo", "shifan",
     "example", "123456", "12345678", "letmein")
)  # fmt: skip
SHORTEST_PASSWORD = 12
# Whoever is a member of a table's owner may disable the triggers that keep it append-only.
_TOO_STRONG = """
SELECT rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication OR EXISTS (
    SELECT 1 FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
    WHERE n.nspname = 'public' AND t.relkind = 'r' AND pg_has_role(current_user, t.relowner, 'MEMBER')
) FROM pg_roles WHERE rolname = current_user
"""


@dataclass(frozen=True)
class Unsafe:
    """One setting that production does not start with: why, and what to set instead."""

    setting: str
    zh: str
    en: str


class UnsafeSettings(Exception):
    """Production does not start. The message lists every fault."""

    def __init__(self, faults: tuple[Unsafe, ...]) -> None:
        lines = [f"{fault.setting}: {fault.zh}\n    {fault.en}" for fault in faults]
        opening = "生产环境拒绝启动，请修改以下设置 / production does not start; correct these settings:"
        super().__init__("\n  ".join([opening, *lines]))
        self.faults = faults


def require_safe(settings: Settings) -> None:
    """Raises :class:`UnsafeSettings` with every fault; the demo profile passes."""
    if faults := unsafe(settings):
        raise UnsafeSettings(faults)


def unsafe(settings: Settings) -> tuple[Unsafe, ...]:
    """What production would refuse; empty in the demo profile."""
    if settings.profile != "production":
        return ()
    return (*_identity(settings), *_reach(settings), *_brokers(settings), *_secrets(settings), *_clock(settings))


async def require_plain_role(settings: Settings, connection: AnyConnection) -> None:
    """Raises :class:`UnsafeSettings` where production's database role could take away its own limits."""
    if settings.profile != "production":
        return
    too_strong = await connection.fetchval(_TOO_STRONG)
    if too_strong:
        raise UnsafeSettings(
            (
                Unsafe(
                    "SHIFAN_DATABASE_URL",
                    "数据库角色权限过大（超级用户、可管理角色或表的所有者），可绕过只追加的限制。请改用该服务的应用角色。",
                    "The database role is a superuser, may make roles or owns the tables, so it can lift the "
                    "append-only limits. Name the service's application role.",
                ),
            )
        )


def _identity(settings: Settings) -> list[Unsafe]:
    if settings.demo_issuer:
        return [
            Unsafe(
                "SHIFAN_OIDC_ISSUER",
                "未配置身份提供方，将使用演示用身份服务。请填写贵单位 OpenID 提供方的 https 地址。",
                "No provider is named, so the demo issuer would be used. Give the https address of your provider.",
            )
        ]
    if urlsplit(settings.oidc_issuer).scheme != "https":
        return [
            Unsafe(
                "SHIFAN_OIDC_ISSUER",
                "身份提供方地址未加密。请使用 https 地址。",
                "The provider's address is not encrypted. Use its https address.",
            )
        ]
    return []


def _reach(settings: Settings) -> list[Unsafe]:
    found = []
    if not settings.hosts or any(host in _WILDCARDS or "*" in host for host in settings.hosts):
        found.append(
            Unsafe(
                "SHIFAN_ALLOWED_HOSTS",
                "接受任意主机名。请逐一列出对外使用的主机名。",
                "Any host name is taken. List the host names that people use.",
            )
        )
    if settings.public_url and urlsplit(settings.public_url).scheme != "https":
        found.append(
            Unsafe(
                "SHIFAN_PUBLIC_URL",
                "对外地址未加密。请使用 https 地址。",
                "The public address is not encrypted. Use an https address.",
            )
        )
    return found


def _brokers(settings: Settings) -> list[Unsafe]:
    """What travels names applicants and officials, and a password proved in the open is anybody's."""
    brokers = [broker.strip() for broker in settings.kafka.split(",") if broker.strip()]
    unprotected = settings.kafka_security in ("PLAINTEXT", "SASL_PLAINTEXT")
    if not unprotected or settings.kafka_unencrypted or all(_on_this_machine(broker) for broker in brokers):
        return []
    return [
        Unsafe(
            "SHIFAN_KAFKA_SECURITY",
            "与其他主机上的 Kafka 通信未加密。请改为 SSL 或 SASL_SSL；"
            "若网络已隔离，可设置 SHIFAN_KAFKA_UNENCRYPTED=true。",
            "Brokers on other machines are reached without TLS. Set SSL or SASL_SSL; where the network is the "
            "installation's own, say so with SHIFAN_KAFKA_UNENCRYPTED=true.",
        )
    ]


def _on_this_machine(broker: str) -> bool:
    host = broker.rpartition(":")[0].strip("[]").lower()
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secrets(settings: Settings) -> list[Unsafe]:
    found = []
    for variable, address, needed in (
        ("SHIFAN_DATABASE_URL", settings.database_url.get_secret_value(), True),
        ("SHIFAN_SMTP_URL", settings.smtp_url.get_secret_value(), False),
    ):
        if (address or needed) and _weak(address):
            found.append(
                Unsafe(
                    variable,
                    f"缺少密码，或密码为常见默认值、少于{SHORTEST_PASSWORD}个字符。请设置随机生成的密码。",
                    f"It has no password, a well-known one, or one under {SHORTEST_PASSWORD} characters. "
                    "Set a random one.",
                )
            )
    return found


def _weak(address: str) -> bool:
    try:
        parts = urlsplit(address)
        password = unquote(parts.password or "")
    except ValueError:
        return True
    return len(password) < SHORTEST_PASSWORD or password.lower() in _KNOWN_PASSWORDS or password == parts.username


def _clock(settings: Settings) -> list[Unsafe]:
    if not settings.demo_clock:
        return []
    return [
        Unsafe(
            "SHIFAN_DEMO_CLOCK",
            "时钟可被拨动，期限将不可信。请删除此设置。",
            "The clock could be moved, and no deadline would be believed. Remove this setting.",
        )
    ]
