"""Understands how the house says no: a stable code, a status, and a sentence in Chinese and in English.

A refusal is an answer, not a fault: it is logged at info and tells what to do next. Sentences never repeat what the
caller sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with the input: where (``part``: body, query, path, header; ``pointer``: RFC 6901) and why."""

    part: str
    pointer: str
    zh: str
    en: str


class Refused(Protocol):
    """What an exception must offer so that the edge can render it; a service's domain errors have this shape."""

    @property
    def code(self) -> str: ...

    @property
    def status(self) -> int: ...

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


class Refusal(Exception):
    """The rules, or the edge, say no. ``code`` is stable and lower_snake; ``status`` is the HTTP status that fits."""

    def __init__(
        self,
        code: str,
        status: int,
        zh: str,
        en: str,
        *,
        title_zh: str = "",
        title_en: str = "",
        headers: Mapping[str, str] | None = None,
        flaws: Sequence[Flaw] = (),
    ) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.status = status
        self.zh = zh
        self.en = en
        self.title_zh = title_zh
        self.title_en = title_en
        self.headers = dict(headers or {})
        self.flaws = tuple(flaws)


@dataclass(frozen=True)
class Kind:
    """A registered kind of refusal or fault: what it means, and (``do_zh``, ``do_en``) what to do next."""

    code: str
    status: int
    zh: str
    en: str
    do_zh: str
    do_en: str

    def refuse(
        self,
        *,
        zh: str = "",
        en: str = "",
        headers: Mapping[str, str] | None = None,
        flaws: Sequence[Flaw] = (),
    ) -> Refusal:
        """A refusal of this kind; ``zh`` and ``en`` say more exactly what is wrong, instead of the general sentence."""
        return Refusal(
            self.code,
            self.status,
            f"{zh or self.zh}{self.do_zh}",
            f"{en or self.en} {self.do_en}".strip(),
            title_zh=self.zh.rstrip("。"),
            title_en=self.en.rstrip("."),
            headers=headers,
            flaws=flaws,
        )
