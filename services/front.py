"""Understands the first page of an installation: which services it has, what each is for, and where it answers."""

from __future__ import annotations

import os
from importlib.metadata import version

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from shared.runtime.http import Public, router
from shared.runtime.settings import Settings
from shared.ui.start_page import STYLES_PATH, Running, start_page, styles

WORDS = {
    "intake": ("申报", "Intake", "申报单位提出了什么申请、提交了什么材料？", "What did the applicant ask and file?"),
    "review": (
        "评审",
        "Review",
        "规则、专家和经办人如何认定？",
        "What do the rules, the experts and the officers say?",
    ),
    "registry": ("登记", "Registry", "登记了什么，能否向任何人证明？", "What is on record, and can it be proven?"),
    "notifications": ("通知", "Notifications", "通知了谁，通知了什么？", "Who was told?"),
}


def front(settings: Settings) -> APIRouter:
    """``/`` and its style sheet; no script, nothing from elsewhere."""
    routes = router(tags=["front"])
    page = start_page(running(), version=version("shifan"), demo=settings.profile == "demo")
    style = styles()

    @routes.get("/", include_in_schema=False)
    @Public("it says what runs here, and nothing about anybody")
    async def first_page() -> Response:
        return HTMLResponse(page)

    @routes.get(STYLES_PATH, include_in_schema=False)
    @Public("a style sheet")
    async def style_sheet() -> Response:
        return Response(style, media_type="text/css")

    return routes


def running() -> list[Running]:
    """The services where they answer: on this origin, or at the addresses that the surroundings name."""
    return [_running(name, os.environ.get(f"SHIFAN_{name.upper()}_ADDRESS") or f"/{name}") for name in WORDS]


def _running(name: str, address: str) -> Running:
    zh, en, about_zh, about_en = WORDS[name]
    return Running(
        zh, en, about_zh, about_en, address, health=f"{address}/healthz/ready", description=f"{address}/openapi.json"
    )
