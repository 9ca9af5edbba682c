"""Understands what people write by habit where the language wants a plain value, and writes it the language's way.

``50%`` is 0.5, ``30万元`` is 300000, ``2026/1/5`` and ``2026年1月5日`` are 2026-01-05, 是 is true, 工作日 is
working_day. It is only ever proposed: a definition says itself what it means.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext

_TIMES: Mapping[str, int] = {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "": 1}
_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*(%|百万|千万|千|万|亿)?\s*[^0-9.%]{0,6}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[,_ ][0-9]{3})+(?:\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_CLOCK = re.compile(r"([0-9]{1,2})[:时点]([0-9]{2})分?")
_DIGITS = "零一二三四五六七八九"
_LONGEST = 40
_TRUTHS: Mapping[str, str] = {
    **dict.fromkeys(("yes", "y", "on", "1", "是", "有", "需要", "true"), "true"),
    **dict.fromkeys(("no", "n", "off", "0", "否", "无", "没有", "不需要", "false"), "false"),
}
_WORDS: Mapping[str, str] = {
    "认定": "recognition",
    "项目": "project",
    "建设项目": "project",
    "资金": "funding",
    "运行": "operations",
    "运行管理": "operations",
    "有效": "in_force",
    "现行有效": "in_force",
    "施行": "in_force",
    "征求意见稿": "draft_for_comment",
    "草案": "draft_for_comment",
    "失效": "repealed",
    "废止": "repealed",
    "受理": "accepted",
    "提交": "filed",
    "随机": "random",
    "随机抽取": "random",
    "指定": "appointed",
    "工作日": "working_day",
    "个工作日": "working_day",
    "日": "calendar_day",
    "天": "calendar_day",
    "自然日": "calendar_day",
    "周": "week",
    "星期": "week",
    "月": "month",
    "个月": "month",
    "年": "year",
    "小时": "hour",
    "分钟": "minute",
    "day": "calendar_day",
    "workday": "working_day",
    "business_day": "working_day",
    "公示": "notice",
    "publicity": "notice",
    "评审": "score",
    "review": "assess",
    "审查": "assess",
    "推荐": "endorse",
    "recommend": "endorse",
    "决定": "decide",
    "decision": "decide",
    "approve": "decide",
    "授予": "award",
    "拨付": "pay",
    "payment": "pay",
    "整改": "rectify",
    "现场考察": "visit",
    "申请": "file",
    "apply": "file",
    "申请人": "applicant",
    "专家": "expert",
    "每年": "yearly",
    "annual": "yearly",
    "每月": "monthly",
    "每季度": "quarterly",
    "平均": "mean",
    "average": "mean",
    "中位数": "median",
    "整数": "count",
    "integer": "count",
    "int": "count",
    "number": "amount",
    "money": "amount",
    "金额": "amount",
    "比例": "ratio",
    "percent": "ratio",
    "string": "text",
    "bool": "boolean",
    "enum": "choice",
    "最后一日": "last",
}


def as_number(text: str) -> str | None:
    """The plain decimal that is meant; None where nobody can tell."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or len(plain) > _LONGEST:
        return None
    if _GROUPED.fullmatch(plain):
        return re.sub("[,_ ]", "", plain)
    if set(plain) <= set(_DIGITS + "十"):
        return _chinese(plain)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return None
    with localcontext(prec=60):
        worth = Decimal(found[1]) / 100 if found[2] == "%" else Decimal(found[1]) * _TIMES[found[2] or ""]
    return format(worth.normalize(), "f")


def _chinese(text: str) -> str | None:
    """One to ninety-nine in Chinese digits."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return str(_DIGITS.index(text)) if len(text) == 1 else None
    if len(tens) > 1 or len(ones) > 1:
        return None
    return str((_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0))


def as_date(text: str) -> str | None:
    """The day that is meant, as YYYY-MM-DD."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def as_time(text: str) -> str | None:
    """The clock time that is meant, as 'HH:MM'."""
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return f"'{int(found[1]):02}:{found[2]}'"


def as_truth(text: str) -> str | None:
    return _TRUTHS.get(text.strip().lower())


def as_word(text: str, words: Iterable[str]) -> str | None:
    """The word of a closed list that is meant: by its Chinese name, by another usual name, or nearly so spelt."""
    known = list(words)
    named = _WORDS.get(text.strip().lower()) or _WORDS.get(text.strip().lower().removesuffix("s"))
    if named in known:
        return named
    return next(iter(difflib.get_close_matches(text.strip().lower(), known, n=1)), None)
