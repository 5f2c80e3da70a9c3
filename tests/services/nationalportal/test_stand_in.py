"""The stand-in of a sample takes answers about dossiers that a province doesn't have, in their order and once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maidinh.services.nationalportal.adapters.stand_in import Book


def answer(message: str, serial: int, **changed: Any) -> dict[str, Any]:
    about = {"TraLoi": "STAND-IN-1", "KetQua": "TuChoi", "CoHoSo": False}
    return about | {"MaTinNhan": message, "SoThuTu": serial} | changed


def test_answers_about_unknown_dossiers(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.json")
    book.tell([{"Loai": "RutHoSo", "MaHoSo": "QG-77", "SoThuTu": 1}])
    assert book.take("answers", answer("a", 2))[0] == 409, "the first comes first"
    assert book.take("answers", answer("a", 1))[0] == 200
    assert book.take("answers", answer("a", 1))[0] == 200, "again, as before"
    assert book.take("answers", answer("a", 1, KetQua="ChapNhan"))[0] == 409
    assert book.take("answers", answer("b", 2, TraLoi="nothing"))[0] == 404
    assert Book(tmp_path / "book.json").strays == {"QG-77": ["a"]}
