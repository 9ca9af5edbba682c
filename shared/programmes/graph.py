"""Understands a procedure as a picture: Mermaid text for documents, and an SVG that needs no script and no font."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from shared.programmes.model import Procedure, Programme, Step

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 190, 54, 36, 64, 24
_FILL: Mapping[str, str] = {
    "file": "#e8f1fb",
    "close": "#ececec",
    "decide": "#fdeedd",
    "award": "#e3f4e6",
    "notice": "#fff7d6",
}
_SHAPES: Mapping[str, tuple[str, str]] = {"close": ("([", "])"), "decide": ("{{", "}}"), "file": ("[/", "/]")}


def mermaid(procedure: Procedure) -> str:
    """A ``flowchart`` that documents can hold as text."""
    lines = ["flowchart TD"]
    for step in procedure.steps:
        left, right = _SHAPES.get(step.type, ("[", "]"))
        lines.append(f'  {_node(step.id)}{left}"{_plain(step.title.zh)}<br/>{_plain(step.title.en)}"{right}')
    for step in procedure.steps:
        lines += [f"  {_node(step.id)} -->|{outcome}| {_node(to)}" for outcome, to in step.outcomes.items()]
        if step.repeat is not None:
            lines.append(f"  {_node(step.id)} -.->|{step.repeat.at_most}×| {_node(step.repeat.then)}")
    return "\n".join(lines) + "\n"


def _node(step_id: str) -> str:
    """Mermaid keeps some words for itself (end, graph), so every node has a prefix."""
    return "s_" + step_id.replace(".", "_").replace("-", "_")


def _plain(text: str) -> str:
    return text.replace('"', "'").replace("<", "(").replace(">", ")")


@dataclass(frozen=True)
class _Box:
    step: Step
    x: int
    y: int

    @property
    def bottom(self) -> tuple[int, int]:
        return self.x + WIDTH // 2, self.y + HEIGHT

    @property
    def top(self) -> tuple[int, int]:
        return self.x + WIDTH // 2, self.y


def svg(programme: Programme, procedure: Procedure) -> str:
    """A drawing of the steps in rows by their distance from the first one, readable aloud through title and desc."""
    boxes = _placed(procedure)
    width = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    height = max(box.y for box in boxes.values()) + HEIGHT + MARGIN
    edges = [
        _edge(boxes[step.id], boxes[to], outcome)
        for step in procedure.steps
        for outcome, to in (*step.outcomes.items(), *_limit(step))
    ]
    name = f"{programme.legal.title.zh}:{procedure.title.zh} / {procedure.title.en}"
    way = ";".join(f"{s.title.zh} → {'、'.join(dict.fromkeys(s.outcomes.values()))}" for s in procedure.steps)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="t d" font-family="sans-serif" font-size="13">'
        f'<title id="t">{escape(name)}</title><desc id="d">{escape(way)}</desc>'
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#505a5f"/></marker></defs>'
    )
    return "\n".join([head, *edges, *(_drawn(box) for box in boxes.values()), "</svg>\n"])


def _limit(step: Step) -> tuple[tuple[str, str], ...]:
    return ((f"{step.repeat.at_most}×", step.repeat.then),) if step.repeat else ()


def _placed(procedure: Procedure) -> dict[str, _Box]:
    rows: dict[int, list[Step]] = {}
    depths = _depths(procedure)
    for step in procedure.steps:
        rows.setdefault(depths[step.id], []).append(step)
    boxes: dict[str, _Box] = {}
    for depth, steps in rows.items():
        for column, step in enumerate(steps):
            boxes[step.id] = _Box(step, MARGIN + column * (WIDTH + GAP_X), MARGIN + depth * (HEIGHT + GAP_Y))
    return boxes


def _depths(procedure: Procedure) -> dict[str, int]:
    """Distance along the ways that go on; steps beside the way stand one row below the step that leads to them."""
    by_id = {step.id: step for step in procedure.steps}
    depths: dict[str, int] = {}
    here: str | None = procedure.first or procedure.steps[0].id
    while here is not None and here not in depths:
        depths[here] = len(depths)
        step = by_id[here]
        here = step.outcomes.get(step.goes_on or "")
    todo = list(depths)
    while todo:
        step = by_id[todo.pop(0)]
        for to in (*step.outcomes.values(), *(then for _, then in _limit(step))):
            if to not in depths:
                depths[to] = depths[step.id] + 1
                todo.append(to)
    return depths


def _edge(start: _Box, end: _Box, label: str) -> str:
    (x1, y1), (x2, y2) = start.bottom, end.top
    if end.y <= start.y:
        x1, y1, x2, y2 = start.x, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
        path = f"M{x1} {y1}C{x1 - GAP_X} {y1} {x2 - GAP_X} {y2} {x2} {y2}"
    else:
        path = f"M{x1} {y1}C{x1} {y1 + GAP_Y // 2} {x2} {y2 - GAP_Y // 2} {x2} {y2}"
    at_x, at_y = (x1 + 3 * x2) // 4, (y1 + 3 * y2) // 4
    line = f'<path d="{path}" fill="none" stroke="#505a5f" marker-end="url(#a)"/>'
    return f'{line}<text x="{at_x + 4}" y="{at_y - 6}" fill="#505a5f" font-size="11">{escape(label)}</text>'


def _drawn(box: _Box) -> str:
    middle, fill = box.x + WIDTH // 2, _FILL.get(box.step.type, "#ffffff")
    zh, en = escape(_cut(box.step.title.zh, 13)), escape(_cut(box.step.title.en, 28))
    return (
        f'<g><rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" stroke="#0b0c0c"/>'
        f'<text x="{middle}" y="{box.y + 22}" text-anchor="middle">{zh}</text>'
        f'<text x="{middle}" y="{box.y + 41}" text-anchor="middle" font-size="11">{en} · {box.step.type}</text></g>'
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
