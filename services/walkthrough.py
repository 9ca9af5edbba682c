"""Understands one whole case from end to end, told through the public HTTP APIs only: call, application, every step of
the programme, certificate, revocation. Works alike on one process and on many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.story import Act, Applying, Story, read_story
from services.visitor import Answer, Failed, Visitor
from shared.calendar import Calendar, Rule, end
from shared.runtime.clock import Clock, DemoClock, SystemClock, local_day
from shared.runtime.operator.cli.answers import installation, refuse
from shared.runtime.operator.installation import Installation

Say = Callable[[str], None]


@dataclass(frozen=True)
class Told:
    """What a walkthrough leaves behind: the case, its number, and links to look at it."""

    case_id: str
    number: str
    links: Mapping[str, str]


class Teller:
    """Tells a story step by step; ``say`` hears one line before each step."""

    def __init__(self, story: Story, visitor: Visitor, clock: DemoClock, say: Say) -> None:
        self._story = story
        self._visitor = visitor
        self._clock = clock
        self._say = say

    def steps(self) -> int:
        """How many lines :meth:`tell` will say."""
        return len(self._story.acts) + 9

    def tell(self) -> Told:
        """Everything. Raises :class:`Failed` with the request that failed and its answer."""
        self._say("了结上次未走完的演示 / what an earlier walkthrough left open is ended")
        self._clear()
        self._say("开启申报轮次 / the call is opened")
        round_id = open_round(self._story, self._visitor, self._clock)
        self._say("申报：填写、提交材料、声明真实 / the application is drawn up and declared true")
        case_id = submit(self._story.applying, self._visitor, round_id)
        self._say("评审收到申请 / review hears of it")
        for act in self._story.acts:
            self._say(act.note or f"{act.step}: {act.act}")
            self._act(case_id, act)
        self._say("登记证书编号 / the registry enters the title under a number")
        number = self._certified(case_id)
        self._say("登记处公开可查 / anybody can verify it")
        self._verified(number, "active")
        self._say("提出撤销 / a revocation is proposed")
        self._propose(case_id)
        self._say("由另一人确认撤销 / another person confirms it")
        self._confirm(case_id)
        self._say("撤销对所有人可见 / everybody sees the revocation")
        self._verified(number, "revoked")
        self._trail(case_id)
        return Told(case_id, number, self._links(case_id, number))

    def _clear(self) -> None:
        """An applicant has one place in a programme: a walkthrough that was broken off would keep it taken."""
        who = self._story.applying.who
        for status in ("submitted", "returned"):
            for row in self._visitor.get(who, "intake", f"/applications?status={status}&limit=200").body["items"]:
                path = f"/applications/{row['case_id']}"
                at = self._visitor.get(who, "intake", path).version
                self._visitor.write(who, "POST", "intake", f"{path}/withdrawal", {"reason": "演示中断"}, at)
        for row in self._visitor.get(who, "intake", "/applications?status=titled&limit=200").body["items"]:
            self._revoke_again(str(row["case_id"]))

    def _revoke_again(self, case_id: str) -> None:
        title = self._visitor.get(self._story.revoking.confirmed_by, "review", f"/titles/{case_id}")
        if title.body["status"] == "held":
            self._propose(case_id)
        if title.body["status"] in ("held", "proposed"):
            self._confirm(case_id)

    # ── in review ────────────────────────────────────────────────────────────────────────────────────────────────

    def _act(self, case_id: str, act: Act) -> None:
        case = self._standing(case_id, act.step)
        if act.wait_working_days:
            today = local_day(self._clock.now())
            later = end(Calendar(), Rule(today, act.wait_working_days, "working_day")).day
            self._clock.advance(later - today)
            if case.body["states"][act.step]["provisional"]:
                self._close_as_counted(case_id, act.step)
            return
        path = f"/cases/{case_id}/steps/{act.step}/{act.act}"
        self._visitor.write(act.who, "POST", "review", path, self._body(act), case.version)

    def _close_as_counted(self, case_id: str, step: str) -> None:
        """A notice that rests on a year that nobody published stays open: whoever posted it closes it as counted."""
        case = self._standing(case_id, step)
        who = next(act.who for act in self._story.acts if (act.step, act.act) == (step, "posting"))
        path = f"/cases/{case_id}/steps/{step}/closing-as-counted"
        self._visitor.write(who, "POST", "review", path, {"reason": "演示：该年安排未公布，按工作日计满"}, case.version)

    def _body(self, act: Act) -> dict[str, object] | None:
        """The day of today where the story says so: it is told on any day."""
        today = local_day(self._clock.now()).isoformat()
        return {key: today if value == "today" else value for key, value in act.body.items()} or None

    def _standing(self, case_id: str, step: str) -> Answer:
        def there() -> Answer | None:
            answer = self._visitor.get(self._story.reader, "review", f"/cases/{case_id}")
            return answer if answer.body["step"] == step else None

        found: Answer = self._visitor.eventually(f"{case_id} → {step}", there)
        return found

    # ── in the registry ──────────────────────────────────────────────────────────────────────────────────────────

    def _certified(self, case_id: str) -> str:
        def number() -> str:
            path = f"/applications/{case_id}"
            return str(self._visitor.get(self._story.applying.who, "intake", path).body["number"] or "")

        return str(self._visitor.eventually("certified", number))

    def _verified(self, number: str, status: str) -> None:
        def seen() -> bool:
            return bool(self._visitor.get("", "registry", f"/titles/{number}").body["status"] == status)

        self._visitor.eventually(f"{number} {status}", seen)

    def _trail(self, case_id: str) -> None:
        def whole() -> bool:
            items = self._visitor.get(self._story.reader, "registry", f"/audit?case={case_id}&limit=200").body["items"]
            return {item["service"] for item in items} >= {"intake", "review", "registry"}

        self._visitor.eventually("audit trail", whole)

    # ── revocation ───────────────────────────────────────────────────────────────────────────────────────────────

    def _propose(self, case_id: str) -> None:
        story, path = self._story.revoking, f"/titles/{case_id}"
        title = self._visitor.eventually("title", lambda: self._visitor.get(story.proposed_by, "review", path))
        self._visitor.write(
            story.proposed_by, "POST", "review", f"{path}/revocation-proposal", dict(story.proposal), title.version
        )

    def _confirm(self, case_id: str) -> None:
        story, path = self._story.revoking, f"/titles/{case_id}"
        title = self._visitor.get(story.confirmed_by, "review", path)
        body = dict(story.confirmation)
        self._visitor.write(
            story.confirmed_by, "POST", "review", f"{path}/revocation-confirmation", body, title.version
        )

    def _links(self, case_id: str, number: str) -> dict[str, str]:
        link = self._visitor.link
        return {
            "公开核验 / verify (public)": link("registry", f"/verify/{number}"),
            "证书 / title (public)": link("registry", f"/titles/{number}"),
            "全部经过 / history (public)": link("registry", f"/titles/{number}/history"),
            f"申请 / application ({self._story.applying.who})": link("intake", f"/applications/{case_id}"),
            f"案件 / case ({self._story.reader})": link("review", f"/cases/{case_id}"),
            f"审计 / audit trail ({self._story.reader})": link("registry", f"/audit?case={case_id}"),
        }


def open_round(story: Story, visitor: Visitor, clock: Clock) -> str:
    """A call of its own, so that the same applicant may take part again; returns when intake has heard of it."""
    now = clock.now()
    body = {
        "programme": story.programme,
        "title": f"{story.round_title} {now:%Y-%m-%d %H:%M:%S}",
        "opens_at": (now - timedelta(minutes=1)).isoformat(),
        "closes_at": (now + timedelta(days=story.round_days)).isoformat(),
    }
    made: Any = visitor.write(story.round_opened_by, "POST", "review", "/rounds", body).body
    round_id = str(made["round_id"])

    def heard() -> bool:
        items = visitor.get("", "intake", "/rounds?limit=200").body["items"]
        return any(row["round_id"] == round_id for row in items)

    visitor.eventually("round", heard)
    return round_id


def submit(applying: Applying, visitor: Visitor, round_id: str) -> str:
    """Draw the application up, declare it true and submit it; returns the case's id."""
    who = applying.who
    standing = {
        "region": applying.region,
        "level": applying.level,
        "kind": applying.kind,
        "category": applying.category,
    }
    draft = {"round_id": round_id, "name": applying.name, **standing}
    answer = visitor.write(who, "POST", "intake", "/applications", draft)
    case_id = str(answer.body["case_id"])
    path = f"/applications/{case_id}"
    given = {"given": dict(applying.answers)}
    answer = visitor.write(who, "PATCH", "intake", f"{path}/answers", given, answer.version)
    for material, count in applying.documents.items():
        for number in range(1, count + 1):
            text = f"演示材料，不是真实文件。\n{applying.name}\n{material} {number}\n{SystemClock().now():%Y-%m-%d}\n"
            name = f"{material}-{number}.txt"
            answer = visitor.upload(who, "intake", f"{path}/documents", material, name, text, answer.version)
    answer = visitor.write(who, "POST", "intake", f"{path}/declaration", {"true": True}, answer.version)
    visitor.write(who, "POST", "intake", f"{path}/submission", None, answer.version)
    return case_id


def install(app: typer.Typer) -> None:
    @app.command()
    def walkthrough(context: typer.Context) -> None:
        """演示完整案件 / Drive one case from the call to the revocation through the public APIs; leaves links."""
        here = installation(context)
        state = here.state()
        if state is None or not state.alive() or not state.ready:
            refuse("未在运行 / not running\n→ shifan up")
        with Visitor(state.addresses, here.home.path) as visitor:
            told = _shown(here, visitor)
        here.console.print(f"案件 / case {told.case_id}   编号 / number {told.number}")
        for name, link in told.links.items():
            here.console.print(f"  {name}: {link}", soft_wrap=True, highlight=False)


def _shown(here: Installation, visitor: Visitor) -> Told:
    console: Console = here.console
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("")
        done = iter(range(1_000_000))

        def say(line: str) -> None:
            progress.update(task, description=line, completed=next(done))
            progress.console.print(f"  {line}", highlight=False)

        teller = Teller(read_story(), visitor, DemoClock(here.home.clock_file), say)
        progress.update(task, total=teller.steps())
        try:
            told = teller.tell()
        except Failed as failed:
            progress.stop()
            refuse(str(failed))
        progress.update(task, completed=teller.steps(), description="完成 / done")
    return told
