"""Understands every way in which the edge itself says no, and what the caller does then."""

from __future__ import annotations

from shared.runtime.refusals import Kind

INVALID = Kind(
    "invalid_input", 422, "提交的内容不合要求。", "The input does not meet the requirements.",
    "请按 errors 中每一项修改后重新提交。", "Correct every item in errors and send it again.",
)  # fmt: skip
MALFORMED_JSON = Kind(
    "malformed_json", 400, "请求正文不是合格的 JSON。", "The body is not acceptable JSON.",
    "请检查 JSON 语法：UTF-8 编码、无重复键、无 NaN、无空字符(U+0000)、嵌套不过深。",
    "Check it: UTF-8, no repeated key, no NaN, no NUL (U+0000), not nested too deep.",
)  # fmt: skip
MALFORMED_FORM = Kind(
    "malformed_form", 400, "请求正文不是合格的表单。", "The body is not an acceptable form.",
    "请检查表单编码、字段数量，且不含空字符。", "Check its encoding and number of fields, and send no NUL character.",
)  # fmt: skip
MALFORMED_REQUEST = Kind(
    "malformed_request", 400, "请求不合规范。", "The request is not well formed.",
    "请检查请求行和请求头后重试。", "Check the request line and headers and try again.",
)  # fmt: skip
NOT_FOUND = Kind(
    "not_found", 404, "此地址没有内容，或您无权查看。", "There is nothing at this address, or you may not see it.",
    "请核对地址和编号。", "Check the address and the identifier.",
)  # fmt: skip
METHOD = Kind(
    "method_not_allowed", 405, "此地址不支持该请求方法。", "This address does not take that method.",
    "请使用 Allow 响应头中列出的方法。", "Use a method that the Allow header lists.",
)  # fmt: skip
MEDIA_TYPE = Kind(
    "unsupported_media_type", 415, "请求正文的类型不受支持。", "The body has a type that is not taken here.",
    "请在 Content-Type 中使用 Accept 响应头列出的类型。", "Send a Content-Type that the Accept response header lists.",
)  # fmt: skip
TOO_LARGE = Kind(
    "body_too_large", 413, "请求正文过大。", "The body is too large.",
    "请减小内容后重新提交。", "Make it smaller and send it again.",
)  # fmt: skip
TOO_MUCH_TOGETHER = Kind(
    "content_too_large", 413, "全部内容合计过大，无法一并记录。",
    "All of it together is too large to be recorded at once.",
    "请缩短文字内容，大篇幅材料请作为文件上传。", "Shorten the texts; file what is long as a document.",
)  # fmt: skip
TARGET_TOO_LONG = Kind(
    "target_too_long", 414, "请求地址过长。", "The request target is too long.",
    "请缩短路径和查询参数。", "Shorten the path and the query.",
)  # fmt: skip
HEADERS_TOO_LARGE = Kind(
    "headers_too_large", 431, "请求头过多或过大。", "There are too many headers, or they are too large.",
    "请减少请求头后重试。", "Send fewer or smaller headers.",
)  # fmt: skip
BODY_TOO_SLOW = Kind(
    "body_too_slow", 408, "请求正文未在时限内到达。", "The body did not arrive in time.",
    "请检查网络后重新提交。", "Check the network and send it again.",
)  # fmt: skip
OUT_OF_TIME = Kind(
    "out_of_time", 503, "处理未在时限内完成。", "The work did not finish in time.",
    "请稍后用同一个 Idempotency-Key 重试。", "Try again later with the same Idempotency-Key.",
)  # fmt: skip
BUSY = Kind(
    "too_busy", 503, "系统正忙。", "Too many requests are being answered right now.",
    "请按 Retry-After 等待后重试。", "Wait as Retry-After says and try again.",
)  # fmt: skip
UNAVAILABLE = Kind(
    "unavailable", 503, "所需的系统暂时不可用。", "A system that this needs is not available just now.",
    "请稍后用同一个 Idempotency-Key 重试。", "Try again later with the same Idempotency-Key.",
)  # fmt: skip
TOO_MANY = Kind(
    "too_many_requests", 429, "请求过于频繁。", "There were too many requests.",
    "请按 Retry-After 等待后重试。", "Wait as Retry-After says and try again.",
)  # fmt: skip
FAULT = Kind(
    "internal_fault", 500, "系统发生故障。", "Something went wrong on our side.",
    "请稍后重试；若再次发生，请把 trace_id 告知管理员。",
    "Try again later; if it happens again, give the trace_id to the operator.",
)  # fmt: skip
KEY_MISSING = Kind(
    "idempotency_key_missing", 400, "缺少 Idempotency-Key 请求头。", "The Idempotency-Key header is missing.",
    "请为每个操作生成一个新的随机值（1至128个可见 ASCII 字符）；重试时使用同一个值。",
    "Make a new random value for every operation (1 to 128 visible ASCII characters) and reuse it only to retry.",
)  # fmt: skip
KEY_INVALID = Kind(
    "idempotency_key_invalid", 400, "Idempotency-Key 请求头不合要求。", "The Idempotency-Key header is not acceptable.",
    "请只发送一个，由1至128个可见 ASCII 字符组成。", "Send exactly one, of 1 to 128 visible ASCII characters.",
)  # fmt: skip
KEY_REUSED = Kind(
    "idempotency_key_reused", 422, "此 Idempotency-Key 已用于另一个请求。",
    "This Idempotency-Key was used for another request.",
    "新的操作请使用新的值。", "Use a new value for a new operation.",
)  # fmt: skip
IF_MATCH_MISSING = Kind(
    "if_match_missing", 428, "缺少 If-Match 请求头。", "The If-Match header is missing.",
    "请先读取该资源，并把响应中的 ETag 放入 If-Match。", "Read the resource first and send its ETag in If-Match.",
)  # fmt: skip
IF_MATCH_INVALID = Kind(
    "if_match_invalid", 400, "If-Match 请求头不合要求。", "The If-Match header is not acceptable.",
    "请原样发送读取时得到的一个 ETag。", "Send exactly one ETag, just as it was received.",
)  # fmt: skip
STALE = Kind(
    "stale_version", 412, "您读取之后，内容已被他人更改。", "It was changed after you read it.",
    "请重新读取，核对后再提交。", "Read it again, check, and then send your change.",
)  # fmt: skip
CONFLICT = Kind(
    "conflict", 409, "有人同时在更改同一内容。", "Somebody else is changing the same thing right now.",
    "请重新读取后再试。", "Read it again and retry.",
)  # fmt: skip
CURSOR = Kind(
    "cursor_invalid", 400, "分页游标无效。", "The cursor is not valid for this list.",
    "请从第一页重新开始，并按 Link 响应头翻页。", "Start at the first page and follow the Link header.",
)  # fmt: skip
WRONG_HOST = Kind(
    "wrong_host", 421, "请求中的主机名不是本系统的地址。", "The host named in the request is not ours.",
    "请使用本系统公布的地址；管理员可在 SHIFAN_ALLOWED_HOSTS 中添加主机名。",
    "Use the published address; the operator can add host names in SHIFAN_ALLOWED_HOSTS.",
)  # fmt: skip
