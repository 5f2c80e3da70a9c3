"""The national plans, read once, and material of a province's version and of a small model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from maidinh.governance.architecture.definition import ArchitectureVersion
from maidinh.governance.architecture.reading import read_versions, resolve
from maidinh.governance.architecture.rules import with_agency_codes
from maidinh.governance.documents.material import Material, prepared
from maidinh.governance.documents.reading import Basis, read_basis
from maidinh.infrastructure.definitions.locating import definitions_root, province_root
from maidinh.infrastructure.organisations.reading import read_organisations
from tests.governance.small import FRAMEWORKS, architecture

CLOSING = date(2026, 11, 26)


@pytest.fixture(scope="session")
def basis() -> Basis:
    return read_basis(definitions_root() / "national")


@pytest.fixture(scope="session")
def province() -> Callable[..., Any]:
    """A version of a province with its agencies and all its versions."""
    root = province_root("vinh-phuc")
    versions, organisations = read_versions(root), read_organisations(root)

    def of(version: str = "2.0") -> dict[str, Any]:
        model = with_agency_codes(resolve(versions, version, FRAMEWORKS), organisations)
        return {"model": model, "organisations": organisations, "history": list(versions.values())}

    return of


@pytest.fixture
def of_province(basis: Basis, province: Callable[..., Any]) -> Callable[..., Material]:
    def material(framework: str = "2.0", **more: Any) -> Material:
        found = province()
        model = found.pop("model")
        return prepared(model, basis, framework=framework, **{"closing": CLOSING, **found, **more})

    return material


@pytest.fixture
def small(basis: Basis) -> Callable[..., Material]:
    """Material of the small architecture of the tests, changed as the test wants it."""

    def material(framework: str = "2.0", how: dict[str, Any] | None = None, **changes: Any) -> Material:
        model: ArchitectureVersion = architecture(**changes)
        return prepared(model, basis, framework=framework, **{"closing": CLOSING, **(how or {})})

    return material
