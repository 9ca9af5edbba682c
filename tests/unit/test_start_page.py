"""The start page: lists what runs, escapes what it is given, and asks for nothing from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from services.front import front
from shared.runtime.http import create_app, route_faults
from shared.runtime.http.shield import CONTENT_SECURITY_POLICY
from shared.runtime.settings import Settings
from shared.ui.start_page import STYLES_PATH, Running, start_page, styles
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, asgi, by_header

INTAKE = Running(
    "申报受理", "Intake", "申请人申报了什么？", "What did the applicant file?", "/intake",
    health="/intake/healthz/ready", description="/intake/openapi.json", ill="",
)  # fmt: skip
ODD = Running("<b>", "a & b", "'", '"', "/x", ill="<script>no broker</script>")


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def links(self) -> list[str]:
        return [str(held.get("href") or held.get("src")) for _, held in self.tags if "href" in held or "src" in held]


def test_it_lists_what_runs_with_links() -> None:
    html = start_page([INTAKE], version="0.1.0", demo=True)
    page = Page(html)
    assert page.open == []
    assert {"/intake/healthz/ready", "/intake/openapi.json", STYLES_PATH} <= set(page.links())
    assert ("html", {"lang": "zh-CN"}) in page.tags
    assert "演示环境" in html
    assert html.index("申报受理") < html.index("Intake")
    assert "演示环境" not in start_page([INTAKE], version="0.1.0", demo=False)
    assert "没有正在运行的服务" in start_page([], version="0.1.0", demo=False)


def test_what_it_is_given_is_text() -> None:
    html = start_page([ODD], version="<i>", demo=False, reading="/manual")
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<script" not in html
    assert "&lt;script&gt;no broker" in html
    assert "/manual" in Page(html).links()


def test_nothing_comes_from_elsewhere_and_no_policy_is_needed_for_more() -> None:
    page = Page(start_page([INTAKE], version="0.1.0", demo=True))
    assert not [link for link in page.links() if not link.startswith(("/", "#", "data:,"))]
    assert not [
        tag for tag, held in page.tags if tag in ("script", "style", "img") or "style" in held or "onclick" in held
    ]
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert not re.search(rb"url\(|@import|[^-]width:\s*[0-9]{3,}px", styles())


async def test_it_is_served_with_its_styles_under_the_strict_policy() -> None:
    app = create_app("origin", clock=FixedClock(), authenticate=by_header, receipts=Receipts().find)
    app.include_router(front(Settings(_env_file=None, profile="demo")))  # type: ignore[call-arg]
    assert route_faults(app) == []
    async with asgi(app) as client:
        page = await client.get("/")
        sheet = await client.get(STYLES_PATH)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "演示环境" in page.text
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert len(page.content) + len(sheet.content) < 20_000
