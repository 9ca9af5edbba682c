"""Understands that whoever names a file by its digest names one that was uploaded: else the case would hold nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.review.domain.errors import PaperUnknown
from shared.runtime.files import Files


async def ensure_kept(files: Files, asked: Any) -> None:
    """Raises :class:`PaperUnknown` where a paper or a proof of the command is not in the file store with its size."""
    for sha256, size in _named(asked).items():
        kept = await files.size(sha256)
        if kept is None or size not in (None, kept):
            raise PaperUnknown()


def _named(asked: Any) -> Mapping[str, int | None]:
    papers = {paper.sha256: paper.size for paper in getattr(asked, "papers", ())}
    return {**dict.fromkeys(getattr(asked, "proof", ())), **papers}
