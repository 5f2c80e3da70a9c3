"""The correspondence of the committed definitions, with two agencies of a made-up province."""

from __future__ import annotations

from datetime import date
from typing import Any

from maidinh.governance.architecture.frameworks import read_frameworks
from maidinh.governance.nas.mapping.correspondence import Correspondence
from maidinh.governance.nas.reading import read_mappings
from maidinh.infrastructure.definitions.locating import CHECKOUT
from tests.governance.nas.small import ISSUER, STRUCTURE

FRAMEWORKS = read_frameworks(CHECKOUT / "national")
MAPPING = read_mappings(CHECKOUT / "national")[0]
NAMES = {"H99": ISSUER, "H99.1": "Sở Khoa học và Công nghệ", "G01.9": "Công an tỉnh"}


def correspondence(**changes: Any) -> Correspondence:
    facts: dict[str, Any] = {"names": NAMES, "own": "H99", "evidence": "QĐ 1/QĐ-UBND"} | changes
    return Correspondence(MAPPING, STRUCTURE, FRAMEWORKS, **facts)


EXPLAINED = {"contact": "Sở Khoa học và Công nghệ", "due": date(2027, 6, 30)}
