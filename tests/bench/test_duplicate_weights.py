"""Weights learned from a few paraphrases put the repeat before its neighbour, with no sign that evidence can't have."""

from __future__ import annotations

from bench.duplicate_weights import AGAINST, examples, fit, masked, paraphrases

from maidinh.governance.duplication.definition import read_duplication_terms
from maidinh.governance.duplication.likeness import FEATURES
from maidinh.infrastructure.definitions.locating import definitions_root

LINES = [
    "Sổ tiêm chủng; Ghi mũi tiêm; trạm y tế | Theo dõi mũi vắc xin; Ghi mũi tiêm; phụ huynh "
    "| Khám thai; Ghi lần khám; bà bầu",
    "Cơ sở dữ liệu hộ tịch; Đăng ký khai sinh; người dân | Ghi trẻ mới sinh; In giấy khai sinh; người dân "
    "| Chứng thực; Sao giấy; người dân",
    "Quản lý rừng; Tuần tra rừng; kiểm lâm | Lô rừng và nơi bị phá; Báo mất rừng; kiểm lâm "
    "| Thu tiền nước; Lập hóa đơn; hộ dân",
]  # fmt: skip


def test_weights_are_learned_under_masks() -> None:
    terms = read_duplication_terms(definitions_root() / "national")
    profiles, labels = paraphrases(LINES, 1)
    sets = [examples(profiles, labels, masked(terms, share, 1)) for share in (0.0, 1.0)]
    assert masked(terms, 1.0, 1).fields == []
    weights = fit(sets)
    for name, weight in zip(FEATURES, weights[:-1], strict=True):
        assert weight <= 0 if name in AGAINST else weight >= 0
    for each in sets:
        sums = each.values @ weights[:-1]
        assert sums[each.true == 1].mean() > sums[each.true == 0].mean()
