"""Understands every way in which knowing a caller fails, and what the caller does then."""

from __future__ import annotations

from shared.runtime.refusals import Kind

TOKEN_MISSING = Kind(
    "token_missing", 401, "需要登录。", "A bearer token is needed.",
    "请先登录，并在 Authorization 请求头中发送 Bearer 令牌。", "Sign in and send the token: Authorization: Bearer ….",
)  # fmt: skip
TOKEN_INVALID = Kind(
    "token_invalid", 401, "令牌无效。", "The token is not valid.",
    "请重新登录以取得新的令牌。", "Sign in again to get a new token.",
)  # fmt: skip
TOKEN_EXPIRED = Kind(
    "token_expired", 401, "令牌已过期。", "The token has expired.",
    "请重新登录以取得新的令牌。", "Sign in again to get a new token.",
)  # fmt: skip
CLAIMS_INCOMPLETE = Kind(
    "claims_incomplete", 403, "令牌未写明可用的角色、单位或地区。",
    "The token names no usable role, organisation or region.",
    "请联系管理员补全您的账号信息。", "Ask the operator to complete your account.",
)  # fmt: skip
ISSUER_AWAY = Kind(
    "issuer_unavailable", 503, "身份认证服务暂时不可用。", "The identity provider cannot be reached just now.",
    "请稍后重试。", "Try again later.",
)  # fmt: skip
ROLE_NEEDED = Kind(
    "acting_role_needed", 400, "您有多个角色，需说明以哪个角色办理。", "You have several roles: say which acts.",
    "请在 Shifan-Role 请求头中写明一个角色。", "Name one role in the Shifan-Role header.",
)  # fmt: skip
ROLE_NOT_YOURS = Kind(
    "acting_role_not_yours", 403, "您没有 Shifan-Role 中的角色。", "You do not have the role named in Shifan-Role.",
    "请使用您自己的角色。", "Use one of your own roles.",
)  # fmt: skip
ROLE_NOT_ALLOWED = Kind(
    "role_not_allowed", 403, "您的角色不能办理此事项。", "Your role may not do this.",
    "请由有权的人员办理。", "Somebody with one of the roles named here has to do it.",
)  # fmt: skip
