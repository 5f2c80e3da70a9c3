"""People find a procedure however they type it."""

from __future__ import annotations

import pytest

from maidinh.infrastructure.definitions.folding import fold
from maidinh.portal.catalogue.rules import Searched, ranked


def searched(code: str, name: str, english: str) -> Searched:
    return Searched(code, name, fold(f"{name} {english} {code}"))


PROCEDURES = [
    searched("2.000908", "Cấp bản sao từ sổ gốc", "Issue of a copy from the original register"),
    searched("1.013225", "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ", "New building permit for houses"),
    searched("1.012784", "Tách thửa hoặc hợp thửa đất", "Dividing or joining parcels of land"),
    searched("1.000001", "Đăng ký kết hôn", "Registration of marriage"),
    searched("1.000002", "Đăng ký khai sinh", "Registration of birth"),
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("giấy phép xây dựng", "1.013225"),
        ("giay phep xay dung", "1.013225"),
        ("GIAY PHEP XAY", "1.013225"),
        ("giaays pheps xaay duwngj", "1.013225"),
        ("ddawng kys keets hoon", "1.000001"),
        ("d9a8ng ky1 khai sinh", "1.000002"),
        ("dang ky ket hon", "1.000001"),
        ("bản sao", "2.000908"),
        ("ban sa", "2.000908"),
        ("2.000908", "2.000908"),
        ("1.01278", "1.012784"),
        ("building permit", "1.013225"),
        ("xin giấy phép xây nhà", "1.013225"),
        ("tach thua", "1.012784"),
        ("dang ki khai sinh", "1.000002"),
        ("đăng kí kết hôn", "1.000001"),
    ],
)
def test_the_procedure_meant_comes_first(typed, first):
    assert ranked(typed, PROCEDURES)[0] == first


def test_diacritics_that_were_typed_count():
    pair = [searched("1.000003", "Cấp sổ mời", ""), searched("1.000004", "Cấp sổ mới", "")]
    assert ranked("sổ mới", pair)[0] == "1.000004"
    assert ranked("sổ mời", pair)[0] == "1.000003"


def test_what_answers_nothing_finds_nothing():
    assert ranked("zzz qqq", PROCEDURES) == []
    assert ranked("  ", PROCEDURES) == []
    assert ranked("(.*", PROCEDURES) == []


def test_noise_is_left_out_when_something_has_every_word():
    assert ranked("đăng ký kết hôn", PROCEDURES) == ["1.000001"]
