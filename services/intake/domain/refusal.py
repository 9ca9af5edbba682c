"""Understands the shape of a no: a stable code, a sentence in Chinese and in English, and what to do next.

Sentences are filled with words of the programme only, never with what the caller sent.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """The rules say no. ``said`` and ``do`` are (Chinese, English): what is wrong, and what to do next."""

    code: ClassVar[str]
    status: ClassVar[int] = 409
    said: ClassVar[tuple[str, str]]
    do: ClassVar[tuple[str, str]]

    def __init__(self, **words: object) -> None:
        self.zh = (self.said[0] + self.do[0]).format(**words)
        self.en = f"{self.said[1]} {self.do[1]}".format(**words)
        super().__init__(f"{self.code}: {self.en}")
