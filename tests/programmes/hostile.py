"""Understands definitions that mean harm or make no sense: a name, the file's text, and what must be said about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.programmes.test_bad_definitions import GOOD


@dataclass(frozen=True)
class Hostile:
    """``line`` is where the fault stands (0: wherever); ``field`` and ``remedy`` are parts of what is said."""

    name: str
    text: str | bytes
    line: int
    field: str
    remedy: str
    beside: str = ""
    """Another file of the same folder."""


def changed(*pairs: tuple[str, str]) -> str:
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def spoilt(name: str, old: str, new: str, field: str, remedy: str, at: str = "") -> Hostile:
    """The good definition with one change; the fault stands where ``at`` stands, or where the change begins."""
    text = changed((old, new))
    return Hostile(name, text, line_of(text, at or new.strip().splitlines()[0]), field, remedy)


def laughs() -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(rows) + "\n"


LOOK = (
    "      - {id: look, title: {zh: 看, en: look}, type: visit, actor: officer,"
    " outcomes: {confirmed: %s, not_confirmed: %s}, source: {clause: 七}}\n"
)
DONE = "      - {id: done,"
SECOND = changed(("version: '1'", "version: '2'"), ("in_force: {since: 2026-01-01}", "in_force: {since: 2026-06-01}"))

HOSTILE = (
    Hostile("billion laughs", laughs(), 1, "", "anchors & and aliases * are not allowed"),
    Hostile("alias of itself", "a: &a [*a]\n", 1, "", "anchors & and aliases * are not allowed"),
    Hostile("python object", "id: !!python/object/apply:os.system ['true']\n", 1, "", "YAML tags"),
    Hostile("too large", "a: " + "x" * 600_000, 1, "", "below 512 KiB"),
    Hostile("a sea of values", "a: [" + "1," * 70_000 + "1]\n", 1, "", "at most 20000 values"),
    Hostile("too deep", "a: " + "[" * 5_000 + "]" * 5_000, 1, "", "nest at most"),
    Hostile("one endless word", "a: " + "x" * 5_000, 1, "", "at most 4000 characters"),
    Hostile("not UTF-8", b"id: \xff\xfe\n", 1, "", "UTF-8"),
    Hostile("NUL", b"id: a\x00b\n", 1, "", "not valid YAML"),
    Hostile("empty", "", 1, "", "mapping of keys to values"),
    Hostile("a list", "- a\n", 1, "", "mapping of keys to values"),
    Hostile("two documents", "a: 1\n---\nb: 2\n", 2, "", "one document per file"),
    Hostile("unclosed", "a: {b: 1\n", 2, "", "not valid YAML"),
    spoilt(
        "key twice",
        "kind: recognition\n",
        "kind: recognition\nkind: funding\n",
        "kind",
        "stands twice",
        "kind: funding",
    ),
    spoilt("unknown key", "rounds: null", "rouds: null", "rouds", "did you mean rounds?"),
    spoilt("huge number", "length: 7,", f"length: {'9' * 400},", "notices[notice].duration.length", "18 digits"),
    spoilt("huge exponent", "total: 100", "total: 1e999999999", "rubrics[review].total", "decimal"),
    spoilt("not a number", "total: 100", "total: .nan", "rubrics[review].total", "decimal"),
    spoilt(
        "huge literal", "staff_count >= 15", f"staff_count >= {'9' * 300}", "conditions[C1].expression", "18 digits"
    ),
    spoilt("code", "staff_count >= 15", "__import__('os').system('true')", "conditions[C1].expression", "not part of"),
    spoilt(
        "many brackets",
        "staff_count >= 15",
        f"{'(' * 400}staff_count{')' * 400} >= 1",
        "conditions[C1]",
        "nest at most",
    ),
    spoilt("control characters", "zh: 试验办法", 'zh: "\\e]0;x\\a"', "legal.title.zh", "no control characters"),
    spoilt("letters turned round", "zh: 试验办法", 'zh: "\\u202Egnp.exe"', "legal.title.zh", "direction of writing"),
    spoilt("terminal in a key", "rounds: null", '"\\e[2J": null', "\\x1b[2J", "there is no key"),
    spoilt(
        "unknown metric",
        "staff_count >= 15",
        "staf_count >= 15",
        "conditions[C1].expression",
        "did you mean staff_count?",
    ),
    spoilt(
        "step without an actor",
        "        type: file\n        actor: applicant\n",
        "        type: file\n",
        "steps[apply].actor",
        "actor is missing",
        "id: apply",
    ),
    spoilt(
        "nobody's step",
        "        type: decide\n        actor: officer\n",
        "        type: decide\n        actor: offcer\n",
        "steps[decide].actor",
        "did you mean officer?",
        "actor: offcer",
    ),
    Hostile(
        "unreachable step",
        text := changed((DONE, LOOK % ("done", "done") + DONE)),
        line_of(text, "{id: look"),
        "steps[look]",
        "can never be reached",
    ),
    Hostile(
        "cycle without a limit",
        text := changed(("approved: done", "approved: look"), (DONE, LOOK % ("done", "decide") + DONE)),
        0,
        "steps[decide]",
        "cycle without a limit",
    ),
    Hostile(
        "no end",
        text := changed(
            ("approved: done, refused: done", "approved: look, refused: look"), (DONE, LOOK % ("look", "look") + DONE)
        ),
        line_of(text, "{id: look"),
        "steps[look]",
        "lead it to an end",
    ),
    spoilt(
        "an outcome into nothing",
        "{approved: done, refused: done}",
        "{approved: done}",
        "steps[decide].outcomes",
        "refused leads nowhere",
    ),
    spoilt(
        "notice ends before it begins",
        "    kind: pre_decision\n",
        "    posted: 2026-05-10\n    closes: 2026-05-09\n    kind: pre_decision\n",
        "notices[notice].closes",
        "ends before it begins",
        "closes: 2026-05-09",
    ),
    spoilt(
        "text ends before it begins",
        "in_force: {since: 2026-01-01}",
        "in_force: {since: 2026-01-02, until: 2026-01-01}",
        "legal.in_force",
        "ends before it begins",
    ),
    spoilt(
        "weights",
        "most: 100, weight: 0.5}\n      - {id: two",
        "most: 100, weight: 0.50000001}\n      - {id: two",
        "rubrics[review].heads",
        "add up to 1",
        "    heads:",
    ),
    Hostile("overlapping periods", SECOND, 1, "legal.in_force", "in force at the same time", GOOD),
    Hostile("same version twice", GOOD, 1, "version", "rename one", GOOD),
    Hostile(
        "adopts itself",
        "id: test-programme\nversion: '1'\nadopts: {programme: test-programme, version: '1'}\n",
        3,
        "adopts",
        "to adopt",
    ),
)


def written(folder: Path, hostile: Hostile) -> Path:
    """The file in a folder of its own, with whatever it needs beside it."""
    place = folder / hostile.name.replace(" ", "-")
    place.mkdir()
    content = hostile.text.encode() if isinstance(hostile.text, str) else hostile.text
    (place / "file.yaml").write_bytes(content)
    if hostile.beside:
        (place / "before.yaml").write_text(hostile.beside, "utf-8")
    return place / "file.yaml"
