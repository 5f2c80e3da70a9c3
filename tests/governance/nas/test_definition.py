"""The dated definitions of the data set: what the guidance lists is there, and what can't fit together is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from maidinh.governance.nas.definition import DataSetStructure
from maidinh.governance.nas.reading import read_structures, structure_at, structure_named
from maidinh.governance.nas.rules import CHECKS
from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.definitions.reading import DefinitionError
from tests.governance.nas.small import COMMUNE, STRUCTURE

pytestmark = pytest.mark.slow

FILE = CHECKOUT / "national/nas/2026-09-draft.yaml"


def test_four_sheets_with_sixty_six_fields() -> None:
    assert {sheet.key: len(sheet.fields) for sheet in STRUCTURE.sheets} == {
        "DM_DOITUONG": 20, "QH_KETNOI": 12, "ANHXA": 12, "HOANTHIEN_NV": 22,
    }  # fmt: skip
    assert STRUCTURE.draft


def test_the_rules_of_the_guidance_are_there_and_each_kind_of_check_can_be_run() -> None:
    assert [f"V-{n:02d}" for n in range(1, 25)] == [rule.id for rule in STRUCTURE.rules if rule.id.startswith("V-")]
    assert {check.kind for rule in STRUCTURE.rules for check in rule.checks} == set(CHECKS)


def test_the_commune_model_has_its_166_codes() -> None:
    assert COMMUNE is not None
    assert sum(len(block.components) for block in COMMUNE.blocks) == 166
    assert {"HTS5", "ƯDCQS4", "ĐLHQ10", "ĐLHQ"} <= COMMUNE.codes()


BROKEN = [
    ("references: DM_DOITUONG.ma_doi_tuong", "references: DM_DOITUONG.ma", "which isn't there"),
    ("field: loai_ban_ghi", "field: loai", "names a field DM_DOITUONG.loai, which isn't there"),
    ("- Bản ghi tham chiếu\n        example", "- Bản sao\n        example", "a value 'Bản ghi tham chiếu'"),
    ("role: record-kind", "role: code", "the same role"),
    ("vi: Loại bản ghi\n", "vi: Mã đối tượng\n", "the same heading"),
    ("id: V-02", "id: V-01", "rule V-01 stands twice"),
    ("by: ma_noi_dung", "by: ma_noi", "names a field HOANTHIEN_NV.ma_noi"),
    ("status: draft", "status: in-force", "draft and status"),
    ("phase: upkeep", "phase: sometimes", "upkeep"),
    ("pattern: \\w+", "pattern: '('", "is no pattern"),
]


@pytest.mark.parametrize(("old", "new", "told"), BROKEN)
def test_what_does_not_fit_together_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    (tmp_path / "nas").mkdir()
    changed = text.replace(old, new, 1) if "pattern" not in old else text.replace(f"{old}\\W+\\w+\\W+\\w+", new, 1)
    assert changed != text
    (tmp_path / "nas/x.yaml").write_text(changed, "utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_structures(tmp_path)
    assert told in str(caught.value)


def test_the_final_text_is_used_from_its_day_on() -> None:
    final = STRUCTURE.model_copy(
        update={"id": "2027-01", "draft": False, "status": "in-force", "valid_from": date(2027, 1, 15)}
    )
    both: list[DataSetStructure] = [STRUCTURE, final]
    assert structure_at(both, date(2026, 12, 1)).id == STRUCTURE.id
    assert structure_at(both, date(2027, 1, 15)).id == "2027-01"
    assert structure_named(both, None).id == "2027-01"
    assert structure_named(both, "2026-09-draft").id == "2026-09-draft"
    with pytest.raises(LookupError, match="known: 2026-09-draft, 2027-01"):
        structure_named(both, "2030")
    with pytest.raises(LookupError):
        structure_at(both, date(2020, 1, 1))
