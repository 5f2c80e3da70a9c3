"""The national catalogue: whole, honest about what nobody checked, and one with what provinces offer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.definitions.reading import DefinitionError, read_yaml
from maidinh.services.catalogue.definition import ProcedureCatalogue
from maidinh.services.catalogue.reading import FILE, read_procedure_catalogue
from maidinh.services.procedures.reading import read_procedures

NATIONAL = CHECKOUT / "national"
FACTS = Path(__file__).resolve().parents[4] / "shared/data/procedures.yaml"  # beside the project, where it is there


@pytest.fixture(scope="module")
def catalogue() -> ProcedureCatalogue:
    return read_procedure_catalogue(NATIONAL)


def test_every_procedure_is_there_in_both_languages(catalogue: ProcedureCatalogue) -> None:
    assert len(catalogue.procedures) == 50
    for each in catalogue.procedures:
        texts = [each.name, each.field, each.executing_body, *each.applicants, *each.papers]
        texts += [result.name for result in each.results]
        assert each.papers and all(text.en for text in texts), each.code


def test_what_a_national_system_runs_leads_there(catalogue: ProcedureCatalogue) -> None:
    run = {each.code: catalogue.system_of(each).id for each in catalogue.procedures}
    assert run["1.001193"] == "civil-status" and run["1.004222"] == "police" and run["1.001612"] == "business"
    assert run["2.001263"] == "national-portal"
    assert all(catalogue.system_of(each).address.startswith("https://dichvucong.") for each in catalogue.procedures)


def test_a_lost_unit_or_a_fee_that_somebody_else_sets_is_unchecked(catalogue: ProcedureCatalogue) -> None:
    for each in catalogue.procedures:
        for offer in each.offers:
            assert offer.unit or "time" in each.unchecked, each.code
            assert offer.fee is not None or offer.fee_set_by, each.code
            assert offer.fee is not None or "fee" in each.unchecked, each.code


def test_no_province_offers_what_a_national_system_runs_or_contradicts_the_catalogue(
    catalogue: ProcedureCatalogue,
) -> None:
    known = {each.code: each for each in catalogue.procedures}
    for province in sorted((CHECKOUT / "provinces").iterdir()):
        for procedure in read_procedures(province):
            listed = known[procedure.code]
            assert listed.run_by is None, procedure.code
            assert procedure.published_by == listed.published_by
            assert procedure.result.code in {result.code for result in listed.results}, procedure.code
            assert procedure.field.vi == listed.field.vi


@pytest.mark.skipif(not FACTS.exists(), reason="the facts aren't on this machine")
def test_the_entries_say_what_the_records_say(catalogue: ProcedureCatalogue) -> None:
    records = {each["code"]: each for each in read_yaml(FACTS)[0]["procedures"]}
    assert set(records) == {each.code for each in catalogue.procedures}
    for each in catalogue.procedures:
        record = records[each.code]
        assert (each.run_by is not None) == (record["system"] == "sectoral")
        assert len(each.papers) == len(record["components"])
        said = sorted(
            (row["channel"], row["time"], row["unit"], row["fee"]) for row in record["channels"]
        ) == sorted((name, o.amount, o.unit, o.fee) for o in each.offers for name in o.channels)  # fmt: skip
        assert said, each.code


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("run_by: police", "run_by: nobody", "is run by nobody, which is none of"),
        ("code: '1.000894'", "code: '1.001193'", "1.001193 stands here twice"),
        ("- id: national-portal", "- id: another", "systems must name national-portal"),
        ("address: https://", "address: http://", "address"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, old: str, new: str, told: Any) -> None:
    text = (NATIONAL / FILE).read_text("utf-8")
    assert old in text
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError, match=told):
        read_procedure_catalogue(tmp_path)
