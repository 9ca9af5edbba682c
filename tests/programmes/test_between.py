"""What one regulation says of another: the programmes that an overlap names must be there when the library is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.programmes.catalogue import Catalogue
from shared.programmes.reading.faults import BadDefinition, Fault
from shared.programmes.workbench import check_file
from tests.support.small_texts import recognition, written

RULE = """overlaps:
- id: bar
  title: {zh: 规则, en: rule}
  kind: no_application_while_valid
  programmes: [test-one, %s]
  source: {clause: '1'}
"""


def faults(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(BadDefinition) as refused:
        Catalogue.load(folder)
    return refused.value.faults


def naming(folder: Path, name: str) -> Path:
    """Two regulations, of which the second names another one in an overlap."""
    written(folder, recognition("test-one"), recognition("test-two"))
    path = folder / "test-two" / "1.yaml"
    path.write_text(path.read_text("utf-8") + RULE % name, "utf-8")
    return path


def test_a_programme_that_is_there_may_be_named(tmp_path: Path) -> None:
    naming(tmp_path, "test-one")
    assert len(Catalogue.load(tmp_path).editions) == 2


def test_ones_own_programme_may_be_named(tmp_path: Path) -> None:
    path = naming(tmp_path, "test-two")
    assert len(Catalogue.load(tmp_path).editions) == 2
    assert check_file(path, tmp_path).faults == ()


@pytest.mark.parametrize(
    ("name", "remedy"), [("test-on", "did you mean test-one?"), ("zzz", "there are test-one, test-two")]
)
def test_an_unknown_programme_is_told_with_its_line_and_what_there_is(tmp_path: Path, name: str, remedy: str) -> None:
    path = naming(tmp_path, name)
    lines = path.read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith("  programmes:"))
    (fault,) = faults(tmp_path)
    assert (fault.place.file, fault.place.line, fault.path) == ("test-two/1.yaml", line, "overlaps[bar].programmes")
    assert remedy in fault.en and name in fault.zh
    (checked,) = check_file(path, tmp_path).faults
    assert (checked.place.line, checked.en) == (line, fault.en)


def test_a_supplement_that_names_an_unknown_programme_is_told_at_its_own_line(tmp_path: Path) -> None:
    written(tmp_path, recognition("test-one"))
    label = "supplement: {id: s, author: 甲, date: 2026-01-01, reason: {zh: 理由, en: reason}}"
    head = f"{label}\nid: test-one\nversion: '1'\n"
    (tmp_path / "test-one" / "1.s.supplement.yaml").write_text(head + RULE % "gone", "utf-8")
    (fault,) = faults(tmp_path)
    assert (fault.place.file, fault.place.line) == ("test-one/1.s.supplement.yaml", 8)


def test_a_regulation_that_is_wrong_by_itself_is_still_known_by_its_name(tmp_path: Path) -> None:
    naming(tmp_path, "test-one")
    wrong = tmp_path / "test-one" / "1.yaml"
    wrong.write_text(wrong.read_text("utf-8").replace("kind: recognition", "kind: recogniton"), "utf-8")
    assert [fault.path for fault in faults(tmp_path)] == ["kind"]


@pytest.mark.parametrize("name", ["kind", "category"])
def test_what_nobody_can_declare_is_not_asked(tmp_path: Path, name: str) -> None:
    """Without a list of kinds an applicant declares none, and the expression would be unknown for ever."""
    condition = {
        "id": "k",
        "title": {"zh": "条件", "en": "condition"},
        "decided": "computed",
        "expression": f"applicant.{name} == 'enterprise'",
        "source": {"clause": "1"},
    }
    who = {"kinds": ["enterprise"], "categories": ["enterprise"], "source": {"clause": "1"}}
    written(tmp_path / "good", recognition("test-one", conditions=[condition], applicants=who))
    with pytest.raises(BadDefinition) as refused:
        written(tmp_path / "bad", recognition("test-one", conditions=[condition]))
    assert [fault.path for fault in refused.value.faults] == ["conditions[k].expression"]
    assert "under applicants." in refused.value.faults[0].en
