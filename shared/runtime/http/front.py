"""Understands how an origin shows its first page: HTML made anew for each visit, and the style sheet beside it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from shared.runtime.http.access import Public
from shared.runtime.http.route import router


def front_page(render: Callable[[], str], styles_path: str, styles: bytes) -> APIRouter:
    """``/`` with what ``render`` makes, and its one style sheet."""
    routes = router(tags=["front"])

    @routes.get("/", include_in_schema=False)
    @Public("it says what runs here and holds nothing else")
    async def front() -> HTMLResponse:
        """The start page: what runs here and where."""
        return HTMLResponse(render(), headers={"Content-Language": "zh-CN, en"})

    @routes.get(styles_path, include_in_schema=False)
    @Public("a style sheet")
    async def sheet() -> Response:
        """The start page's style sheet."""
        return Response(styles, media_type="text/css", headers={"Cache-Control": "max-age=300"})

    return routes
