"""An earlier wording in an archive: found by its address, never listed, checked, adopted only from within."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.programmes.catalogue import Catalogue
from shared.programmes.reading.faults import BadDefinition
from shared.programmes.workbench import check_file
from tests.programmes.test_adoption import TEXTS
from tests.programmes.test_bad_definitions import GOOD

REWORDED = GOOD.replace("staff_count >= 15", "staff_count >= 16", 1)


def folder(at: Path, archived: str) -> Path:
    (at / "archive").mkdir(parents=True)
    (at / "1.yaml").write_text(REWORDED, "utf-8")
    (at / "archive" / "1.yaml").write_text(archived, "utf-8")
    return at


def test_it_is_found_by_its_address_alone(tmp_path: Path) -> None:
    shelf = Catalogue.load(folder(tmp_path, GOOD))
    (listed,) = shelf.programmes()
    assert listed.condition("C1").expression == "staff_count >= 16"
    (old,) = [each for each in shelf.by_ref.values() if each.ref != listed.ref]
    assert shelf.get(old.ref).condition("C1").expression == "staff_count >= 15"
    assert shelf.versions("test-programme") == (listed,)


def test_it_is_checked_like_any_other(tmp_path: Path) -> None:
    at = folder(tmp_path, GOOD.replace("staff_count >= 15", "staf >= 15", 1))
    with pytest.raises(BadDefinition) as refused:
        Catalogue.load(at)
    (fault,) = refused.value.faults
    assert fault.place.file == "archive/1.yaml"
    assert check_file(at / "archive" / "1.yaml", at).faults


def test_a_file_and_its_earlier_wording_are_both_sound(tmp_path: Path) -> None:
    at = folder(tmp_path, GOOD)
    for path in (at / "1.yaml", at / "archive" / "1.yaml"):
        assert check_file(path, at).faults == ()


def test_an_archived_text_adopts_what_was_archived_with_it(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
        (tmp_path / "archive" / f"{name}.yaml").write_text(text, "utf-8")
    before = {each.ref for each in Catalogue.load(tmp_path).programmes()}
    changed = TEXTS["nation"].replace("green >= 0.3", "green >= 0.31", 1)
    (tmp_path / "nation.yaml").write_text(changed, "utf-8")
    shelf = Catalogue.load(tmp_path)
    assert before < set(shelf.by_ref)
    assert not before & {each.ref for each in shelf.programmes()}
    city = check_file(tmp_path / "city.yaml", tmp_path)
    assert city.text is not None
    assert city.text.condition("G2").expression == "green >= 0.31"
