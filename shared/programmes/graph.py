"""Understands the graph of steps as a picture: SVG for a page, Mermaid for a document.

The SVG is one column of steps in reading order. What does not simply lead to the next step runs in lanes beside the
column, one lane per target, so that no line ever crosses a box. The same programme always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from shared.programmes.model import Procedure, Programme, Step, Text
from shared.programmes.phrases import both, said
from shared.programmes.walk import START, TYPE_WORDS, Arrow, arrows, chosen, in_order

BOX_WIDTH, BOX_HEIGHT, GAP = 360, 64, 40
LANE, MARGIN, LABELS = 22, 24, 190
HEADING = 56
_FONT = "'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
_HEAD, _PLAIN, _FINE = 'font-size="17" font-weight="bold"', 'font-size="13"', 'font-size="11" fill="#383f43"'
_BOX, _END = 'fill="#fff" stroke="#1d70b8" stroke-width="2"', 'fill="#f3f2f1" stroke="#0b0c0c" stroke-width="2"'
# Attributes and no style sheet: a page's content security policy forbids style elements, in pictures too.
_LINES = {
    "on": 'stroke="#1d70b8" stroke-width="2"',
    "off": 'stroke="#505a5f" stroke-width="1.5"',
    "route": 'stroke="#505a5f" stroke-width="1.5" stroke-dasharray="6 4"',
    "limit": 'stroke="#505a5f" stroke-width="1.5" stroke-dasharray="2 4"',
}


# ── Mermaid ──────────────────────────────────────────────────────────────────────────────────────────────────────


def mermaid(programme: Programme, procedure_id: str | None = None) -> str:
    """A flowchart with one subgraph per procedure (all of them unless one is named: ``KeyError`` where unknown)."""
    lines = ["flowchart TD"]
    for number, procedure in enumerate(chosen(programme, procedure_id)):
        names = {step.id: f"p{number}s{place}" for place, step in enumerate(in_order(procedure))}
        names[START] = f"p{number}start"
        lines.append(f'  subgraph p{number}["{_quoted(both(procedure.title))}"]')
        lines.append(f"    {names[START]}((●))")
        lines += [f"    {names[step.id]}{_node(step, programme)}" for step in in_order(procedure)]
        lines += [f"    {names[a.origin]} {_mermaid_arrow(a)} {names[a.target]}" for a in arrows(procedure)]
        lines.append("  end")
    return "\n".join(lines) + "\n"


def _node(step: Step, programme: Programme) -> str:
    words = _quoted(both(step.title)) + "".join(f"<br/>{_quoted(line)}" for line in _small(step, programme))
    return f'(["{words}"])' if step.type == "close" else f'["{words}"]'


def _mermaid_arrow(arrow: Arrow) -> str:
    label = _quoted(both(arrow.label))
    return f'-. "{label}" .->' if arrow.kind in ("route", "limit") else f'-- "{label}" -->'


def _quoted(words: str) -> str:
    """Inside a quoted Mermaid label; entities are written with # there."""
    marks = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "\n": " "}
    return "".join(marks.get(letter, letter) for letter in words)


def _small(step: Step, programme: Programme) -> tuple[str, ...]:
    """Under the title: the type of step, who acts, and until when."""
    actor = programme.party(step.actor).title.zh
    first = TYPE_WORDS[step.type] if step.type == "close" else f"{TYPE_WORDS[step.type]} {step.type} · {actor}"
    return (first,) if step.deadline is None else (first, f"⏱ {said(step.deadline).zh}")


# ── SVG ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def svg(programme: Programme, procedure_id: str | None = None) -> str:
    """A stand-alone picture without scripts or references to elsewhere; ``KeyError`` for an unknown procedure."""
    drawings, below, width = [], MARGIN, 0
    for procedure in chosen(programme, procedure_id):
        drawing = _Drawing(procedure, programme, below)
        drawings.append("".join(drawing.parts()))
        below, width = drawing.bottom + MARGIN, max(width, drawing.width)
    title = f"{programme.legal.title.zh} {programme.version}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {below}" width="{width}"'
        f' height="{below}"><title>{_clean(title)}</title><desc>{_clean(_told(programme, procedure_id))}</desc>'
        f'<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"'
        f' markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#505a5f"/></marker></defs>'
        f'<rect width="{width}" height="{below}" fill="#fff"/>'
        f'<g font-family="{_FONT}" fill="#0b0c0c">{"".join(drawings)}</g></svg>\n'
    )


def _told(programme: Programme, procedure_id: str | None) -> str:
    """The picture in words, for those who do not see it."""
    sentences = []
    for procedure in chosen(programme, procedure_id):
        titles = {step.id: both(step.title) for step in procedure.steps} | {START: "●"}
        lines = [f"{titles[a.origin]} → {titles[a.target]} ({both(a.label)})" for a in arrows(procedure)]
        sentences.append(f"{both(procedure.title)}: {'; '.join(lines)}")
    return ". ".join(sentences)


def _clean(words: str) -> str:
    return escape("".join(letter for letter in words if letter.isprintable()))


def _cut(words: str, widest: int) -> str:
    """At most so many half-widths; a Chinese character takes two."""
    used = 0
    for place, letter in enumerate(words):
        used += 2 if ord(letter) > 0x2E7F else 1
        if used > widest:
            return words[: max(place - 1, 0)] + "…"
    return words


@dataclass(frozen=True)
class _Lane:
    """Where lines towards one target run: ``x`` of the lane, and on which side of the column."""

    x: int
    right: bool


class _Drawing:
    """One procedure from ``top`` downwards."""

    def __init__(self, procedure: Procedure, programme: Programme, top: int) -> None:
        self._procedure, self._programme, self._top = procedure, programme, top
        self._steps = in_order(procedure)
        self._rows = {step.id: row for row, step in enumerate(self._steps)}
        beside = [arrow for arrow in arrows(procedure) if not self._straight(arrow)]
        back = _targets(arrow for arrow in beside if self._backward(arrow))
        on = _targets(arrow for arrow in beside if not self._backward(arrow))
        self._left = MARGIN + (LABELS + LANE * len(back) if back else LANE)
        right = self._left + BOX_WIDTH + LABELS
        lanes = {(name, True): _Lane(right + LANE * place, True) for place, name in enumerate(on)}
        lanes |= {(name, False): _Lane(MARGIN + LANE * place, False) for place, name in enumerate(back)}
        self._lanes: Mapping[tuple[str, bool], _Lane] = lanes
        self.width = right + LANE * len(on) + MARGIN
        self.bottom = self._y(len(self._steps)) - GAP

    def parts(self) -> Iterable[str]:
        yield (
            f'<text {_HEAD} x="{MARGIN}" y="{self._top + 18}">{_clean(_cut(both(self._procedure.title), 90))}</text>'
        )
        leaving: dict[str, int] = {}
        for arrow in arrows(self._procedure):
            if self._straight(arrow):
                yield self._down(arrow)
            else:
                leaving[arrow.origin] = leaving.get(arrow.origin, 0) + 1
                yield self._around(arrow, leaving[arrow.origin])
        for step in self._steps:
            yield self._box(step)

    def _y(self, row: int) -> int:
        return self._top + HEADING + row * (BOX_HEIGHT + GAP)

    def _row(self, name: str) -> int:
        return -1 if name == START else self._rows[name]

    def _straight(self, arrow: Arrow) -> bool:
        return arrow.kind in ("on", "off") and self._row(arrow.target) == self._row(arrow.origin) + 1

    def _backward(self, arrow: Arrow) -> bool:
        return self._row(arrow.target) <= self._row(arrow.origin)

    def _down(self, arrow: Arrow) -> str:
        x, end = self._left + BOX_WIDTH // 2, self._y(self._row(arrow.target))
        start = end - (GAP if arrow.origin else 18)
        return f'<path fill="none" {_LINES[arrow.kind]} marker-end="url(#a)" d="M{x} {start}V{end - 2}"/>' + _label(
            arrow.label, x + 8, end - 14, "start"
        )

    def _around(self, arrow: Arrow, place: int) -> str:
        """Out at the side, along the target's lane, in at the side."""
        lane = self._lanes[arrow.target, not self._backward(arrow)]
        edge = self._left + (BOX_WIDTH if lane.right else 0)
        start = self._y(self._row(arrow.origin)) + min(14 * place, BOX_HEIGHT - 8) if arrow.origin else self._top + 38
        end = self._y(self._row(arrow.target)) + (BOX_HEIGHT // 2 if lane.right else 10)
        words_x, anchor = (edge + 6, "start") if lane.right else (edge - 6, "end")
        return (
            f'<path fill="none" {_LINES[arrow.kind]} marker-end="url(#a)" d="M{edge} {start}H{lane.x}V{end}H{edge}"/>'
            + _label(arrow.label, words_x, start - 3, anchor)
        )

    def _box(self, step: Step) -> str:
        y, middle = self._y(self._rows[step.id]), self._left + BOX_WIDTH // 2
        look = _END if step.type == "close" else _BOX
        lines = [f'<rect {look} x="{self._left}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>']
        words = [
            (_PLAIN, _cut(both(step.title), 50)),
            *((_FINE, _cut(each, 62)) for each in _small(step, self._programme)),
        ]
        first = y + BOX_HEIGHT // 2 + 5 - 9 * (len(words) - 1)
        for place, (style, line) in enumerate(words):
            lines.append(
                f'<text {style} x="{middle}" y="{first + 18 * place}" text-anchor="middle">{_clean(line)}</text>'
            )
        return "".join(lines)


def _targets(some: Iterable[Arrow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(arrow.target for arrow in some))


def _label(label: Text, x: int, y: int, anchor: str) -> str:
    return f'<text {_FINE} x="{x}" y="{y}" text-anchor="{anchor}">{_clean(_cut(both(label), 30))}</text>'
