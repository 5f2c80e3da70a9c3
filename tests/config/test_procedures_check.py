"""The check of procedures: one without a fault is clean, and a planted fault of each kind is found at its line alone.

`procedures/sound.yaml` is the procedure without a fault; `procedures/faults.yaml` says for each kind what to alter in
it or beside it, and where the finding must stand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from maidinh.config.procedures_check import Located, agencies_of, check_procedure, register_fields, unreadable
from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import interface_documents
from maidinh.infrastructure.calendars.definition import WorkingCalendar
from maidinh.infrastructure.calendars.queries import read_calendars
from maidinh.infrastructure.definitions.document import Document
from maidinh.infrastructure.definitions.locating import CHECKOUT
from maidinh.infrastructure.definitions.reading import DefinitionError, read_form
from maidinh.infrastructure.identity.definition import Roles
from maidinh.infrastructure.identity.reading import read_roles
from maidinh.infrastructure.organisations.definition import Organisations
from maidinh.services.checking.catalogue import CHECKS
from maidinh.services.checking.surroundings import RegisterField, Surroundings
from maidinh.services.procedures.definition import Procedure

FOLDER = Path(__file__).parent / "procedures"
FAULTS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "faults.yaml").read_text("utf-8"))
FILES = ("sound", "earlier", "called", "organisations", "version")


@dataclass(frozen=True)
class Nation:
    """What is read once for all faults."""

    roles: Roles
    calendars: tuple[WorkingCalendar, ...]
    registers: tuple[RegisterField, ...]


@pytest.fixture(scope="module")
def nation() -> Nation:
    national = CHECKOUT / "national"
    return Nation(read_roles(national), read_calendars(national), register_fields(interface_documents(national)))


def found_in(folder: Path, nation: Nation) -> list[Located]:
    """What the check finds in `sound.yaml` of the folder, beside the other files there."""
    try:
        procedure = read_form(folder / "sound.yaml", Procedure)
    except DefinitionError as error:
        return [unreadable(each) for each in error.problems]
    others = (read_form(folder / f"{name}.yaml", Procedure) for name in ("earlier", "called"))
    day = procedure.effective_from
    around = Surroundings(
        agencies=agencies_of(read_form(folder / "organisations.yaml", Organisations)),
        roles=nation.roles,
        calendar=next((each for each in nation.calendars if each.valid_from <= day), None),
        calendars_known=True,
        ministries=frozenset({"G17"}),
        registers=nation.registers,
        procedures=(procedure, *others),
    )
    architecture = read_form(folder / "version.yaml", ArchitectureVersion)
    return check_procedure(procedure, Document(folder / "sound.yaml"), around, architecture)


def planted(folder: Path, fault: dict[str, Any]) -> int:
    """Copy the files with the fault in them; returns the line at which it must be found."""
    for name in FILES:
        text = (FOLDER / f"{name}.yaml").read_text("utf-8")
        for alteration in fault["alter"]:
            if alteration.get("file", "sound") == name:
                assert text.count(alteration["old"]) == 1, f"{alteration['old']!r} must stand once in {name}.yaml"
                text = text.replace(alteration["old"], alteration["new"])
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    text = (folder / "sound.yaml").read_text("utf-8")
    assert text.count(fault["at"]) == 1, f"{fault['at']!r} must stand once in the altered file"
    return text[: text.index(fault["at"])].count("\n") + 1


def test_a_procedure_without_a_fault_is_clean(nation: Nation) -> None:
    assert [f"{each.line} {each.finding.message()}" for each in found_in(FOLDER, nation)] == []


def test_an_earlier_version_without_a_last_day_gives_way(nation: Nation, tmp_path: Path) -> None:
    open_ended = {"alter": [{"old": "effective_to: 2026-06-30\n", "new": "", "file": "earlier"}]}
    planted(tmp_path, open_ended | {"at": "effective_from: 2026-07-01"})
    assert [each.finding.message() for each in found_in(tmp_path, nation)] == []


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault['code']}-{n}" for n, fault in enumerate(FAULTS)])
def test_a_planted_fault_is_found_at_its_line_and_nothing_else(
    fault: dict[str, Any], nation: Nation, tmp_path: Path
) -> None:
    line = planted(tmp_path, fault)
    told = found_in(tmp_path, nation)
    places = [(each.finding.check.code, each.line) for each in told]
    if fault.get("spreads"):  # what is open twice once is open twice at every step that follows
        assert {code for code, _ in places} == {fault["code"]}
        told = [each for each in told if each.line == line]
        places = [(fault["code"], each.line) for each in told]
    assert places == [(fault["code"], line)], [each.finding.message() for each in told]
    assert fault["says"] in told[0].finding.message()
    assert told[0].finding.remedy()


def test_a_field_that_a_register_holds_is_found_however_its_letters_are_made(nation: Nation, tmp_path: Path) -> None:
    fault = next(fault for fault in FAULTS if fault["code"] == "field.held")
    planted(tmp_path, fault)
    text = (tmp_path / "sound.yaml").read_text("utf-8")
    (tmp_path / "sound.yaml").write_text(unicodedata.normalize("NFD", text), "utf-8")
    assert "field.held" in {each.finding.check.code for each in found_in(tmp_path, nation)}


def test_a_register_and_its_field_are_told_by_name_and_code_in_the_reader_s_language(
    nation: Nation, tmp_path: Path
) -> None:
    planted(tmp_path, next(each for each in FAULTS if each["code"] == "field.held"))
    (told,) = found_in(tmp_path, nation)
    assert "Land register (sample) [land], field Land use [land_use]" in told.as_problem().expected
    values = told.finding.values_in("vi")
    assert (values["register"], values["held"]) == (
        "Cơ sở dữ liệu đất đai (mẫu) [land]",
        "Mục đích sử dụng đất [land_use]",
    )
    in_vietnamese = told.as_json(lambda _: str)["message"]["vi"]
    assert "Cơ sở dữ liệu đất đai (mẫu) [land]" in in_vietnamese


def test_every_kind_of_fault_is_planted() -> None:
    assert {fault["code"] for fault in FAULTS} == set(CHECKS)


def test_texts_name_only_values_that_are_given() -> None:
    for check in CHECKS.values():
        assert check.remedy.endswith(".")
        assert not check.says.endswith(".")
        assert set(re.findall(r"%\((\w+)\)s", check.remedy)) <= {"kind", "cases", "join", "values", "wanted"}
